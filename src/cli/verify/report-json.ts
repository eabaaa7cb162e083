/** A judgement as JSON; `docs/reference/cli.md` describes it. */
import { formatInstant } from '../../der/time.ts';
import type { RestapleError } from '../../errors.ts';
import { type CertStatus, crlReasonName } from '../../ocsp/cert-status.ts';
import type { RuleOutcome } from '../../ocsp/explain-response.ts';
import { formatName } from '../../x509/name.ts';
import { type ErrorJson, errorJson } from '../error-output.ts';
import { type ExitCode, exitCodeOf } from '../exit-codes.ts';
import type { Judged, JudgedStatus } from './judged.ts';

interface RuleJson {
  readonly number: number;
  readonly name: string;
  readonly source: string;
  readonly outcome: RuleOutcome['outcome'];
  readonly detail: string;
  readonly code: string | null;
}

export interface VerifyJson {
  readonly verb: 'verify';
  readonly exitCode: ExitCode;
  readonly response: string;
  readonly certificate: string;
  /** `null` when a file could not be read, so that nothing was judged. */
  readonly status: JudgedStatus | null;
  readonly at: string | null;
  readonly rules: readonly RuleJson[];
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
  readonly validUntil: string | null;
  readonly revocationTime: string | null;
  readonly revocationReason: string | null;
  readonly signer: { readonly kind: string; readonly subject: string } | null;
  readonly error: ErrorJson | null;
}

export function judgedJson(response: string, certificate: string, judged: Judged): VerifyJson {
  const { status, at, rules, verdict, single, error, exitCode } = judged;
  return {
    verb: 'verify',
    exitCode,
    response,
    certificate,
    status,
    at: formatInstant(at),
    rules: rules.map(ruleJson),
    thisUpdate: time(single?.thisUpdate),
    nextUpdate: time(single?.nextUpdate),
    validUntil: time(verdict?.validUntil),
    ...revocationJson(single?.certStatus),
    signer: verdict
      ? { kind: verdict.signer.kind, subject: formatName(verdict.signer.certificate.subject) }
      : null,
    error: error ? errorJson(error) : null,
  };
}

/** The same shape where it never came to a judgement. */
export function notJudgedJson(response: string, certificate: string, error: RestapleError): VerifyJson {
  return {
    verb: 'verify',
    exitCode: exitCodeOf(error),
    response,
    certificate,
    status: null,
    at: null,
    rules: [],
    thisUpdate: null,
    nextUpdate: null,
    validUntil: null,
    revocationTime: null,
    revocationReason: null,
    signer: null,
    error: errorJson(error),
  };
}

const ruleJson = ({ rule, outcome, detail, error }: RuleOutcome): RuleJson => ({
  number: rule.number,
  name: rule.name,
  source: rule.source,
  outcome,
  detail,
  code: error?.code ?? null,
});

const time = (date: Date | undefined): string | null => (date ? formatInstant(date) : null);

function revocationJson(
  status: CertStatus | undefined,
): Pick<VerifyJson, 'revocationTime' | 'revocationReason'> {
  if (status?.type !== 'revoked') return { revocationTime: null, revocationReason: null };
  const reason = status.reason === undefined ? null : crlReasonName(status.reason);
  return { revocationTime: formatInstant(status.revocationTime), revocationReason: reason };
}
