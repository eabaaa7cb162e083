/** A response put to every rule, and what follows for its certificate. */
import { RestapleError } from '../../errors.ts';
import { type RuleOutcome, explainResponse } from '../../ocsp/explain-response.ts';
import { matchSingle } from '../../ocsp/match-single.ts';
import { readResponse } from '../../ocsp/read-response.ts';
import { requireGood } from '../../ocsp/require-good.ts';
import type { SingleResponse } from '../../ocsp/single-response.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../../ocsp/verify-response.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';

export type JudgedStatus = 'good' | 'revoked' | 'unknown' | 'refused';

export interface Judged {
  readonly at: Date;
  /** All of them, in the order of their numbers. */
  readonly rules: readonly RuleOutcome[];
  /** `revoked` and `unknown` only from a response that keeps all other rules. */
  readonly status: JudgedStatus;
  /** For `refused`, `undefined`. */
  readonly verdict: Verdict | undefined;
  /** What the response says about the certificate, even if nobody should believe it. */
  readonly single: SingleResponse | undefined;
  /** The broken rule that a caller of `verifyResponse` would be told. */
  readonly error: RestapleError | undefined;
  readonly exitCode: ExitCode;
}

export function judge(der: Buffer, options: VerifyOptions): Judged {
  const common = { at: options.now, rules: explainResponse(der, options) };
  const verdict = attempt(() => verifyResponse(der, options));
  if (verdict instanceof RestapleError) {
    const single = attempt(() =>
      matchSingle(readResponse(der).tbsResponseData.responses, options.certificate, options.issuer),
    );
    return {
      ...common,
      status: 'refused',
      verdict: undefined,
      single: single instanceof RestapleError ? undefined : single,
      error: verdict,
      exitCode: exitCodeOf(verdict),
    };
  }
  const { certID, certStatus, thisUpdate, nextUpdate, singleExtensions } = verdict;
  const single = { certID, certStatus, thisUpdate, nextUpdate, singleExtensions };
  const notGood = attempt(() => requireGood(certStatus));
  const error = notGood instanceof RestapleError ? notGood : undefined;
  const exitCode = error ? exitCodeOf(error) : EXIT.ok;
  return { ...common, status: certStatus.type, verdict, single, error, exitCode };
}

function attempt<T>(step: () => T): T | RestapleError {
  try {
    return step();
  } catch (error) {
    if (error instanceof RestapleError) return error;
    throw error;
  }
}
