/** Whether it is the clock of this machine that makes a good response look bad. */
import { attempt } from '../attempt.ts';
import { formatDuration } from '../duration.ts';
import type { ErrorCode, RestapleError } from '../errors.ts';
import { CLOCK_SKEW_MS } from '../ocsp/check-times.ts';
import { verifyResponse } from '../ocsp/verify-response.ts';
import { judging } from './ask.ts';
import type { Conclusion } from './advice.ts';
import type { Known, Tools } from './check.ts';
import type { Commands } from './commands.ts';

/** Codes that a wrong clock brings about. */
const OF_TIME: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'certificate-expired',
  'response-expired',
  'response-too-old',
  'response-outlives-signer',
  'response-outlives-certificate',
  'signer-not-valid',
  'this-update-in-future',
]);

/** Only where all would be well by the responder's clock: a response can be old as well. */
export function wrongClock(
  error: RestapleError,
  known: Known,
  commands: Commands,
  tools: Tools,
): Conclusion | undefined {
  const { aheadMs = 0 } = known;
  if (!OF_TIME.has(error.code) || Math.abs(aheadMs) <= CLOCK_SKEW_MS) return undefined;
  if (!isWellAt(new Date(tools.now().getTime() - aheadMs), known, tools)) return undefined;
  const distance = `${formatDuration(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'}`;
  const cause = `the clock of this machine is ${distance} the responder's: ${error.message}`;
  return { cause, next: commands.of('timedatectl', 'set-ntp', 'true') };
}

function isWellAt(now: Date, { certificate, issuer, asked }: Known, tools: Tools): boolean {
  if (!certificate || !issuer || certificate.notAfter <= now) return false;
  const { der, nonce } = asked ?? {};
  if (!der) return true;
  const options = { ...judging(certificate, issuer, tools), now, nonce };
  return attempt(() => verifyResponse(der, options)) !== undefined;
}
