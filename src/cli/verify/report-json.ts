/** A judgement as JSON; `docs/reference/cli.md` describes it. */
import { formatInstant } from '../../der/time.ts';
import type { RestapleError } from '../../errors.ts';
import type { RuleOutcome } from '../../ocsp/explain-response.ts';
import { type ErrorJson, errorJson } from '../error-output.ts';
import { type ExitCode, exitCodeOf } from '../exit-codes.ts';
import {
  type RevocationJson,
  type SignerJson,
  revocationJson,
  signerJson,
  timeJson,
} from '../status-json.ts';
import type { Judged, JudgedStatus } from './judged.ts';

export interface RuleJson {
  readonly number: number;
  readonly name: string;
  readonly source: string;
  readonly outcome: RuleOutcome['outcome'];
  readonly detail: string;
  readonly code: string | null;
}

export interface VerifyJson extends RevocationJson {
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
  readonly signer: SignerJson | null;
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
    thisUpdate: timeJson(single?.thisUpdate),
    nextUpdate: timeJson(single?.nextUpdate),
    validUntil: timeJson(verdict?.validUntil),
    ...revocationJson(single?.certStatus),
    signer: signerJson(verdict),
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
    ...revocationJson(undefined),
    signer: null,
    error: errorJson(error),
  };
}

export const ruleJson = ({ rule, outcome, detail, error }: RuleOutcome): RuleJson => ({
  number: rule.number,
  name: rule.name,
  source: rule.source,
  outcome,
  detail,
  code: error?.code ?? null,
});
