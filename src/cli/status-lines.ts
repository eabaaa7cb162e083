/** What a response says of a certificate, in the lines that a user of `openssl ocsp` knows. */
import { formatTime } from '../der/time.ts';
import { crlReasonName } from '../ocsp/cert-status.ts';
import type { SingleResponse } from '../ocsp/single-response.ts';

/** When it was known, and until when it holds. */
export function updateLines({
  thisUpdate,
  nextUpdate,
}: Pick<SingleResponse, 'thisUpdate' | 'nextUpdate'>): string[] {
  const lines = [`\tThis Update: ${formatTime(thisUpdate)}`];
  return nextUpdate ? [...lines, `\tNext Update: ${formatTime(nextUpdate)}`] : lines;
}

/** All lines below `domain.crt: good`, each with its tab. */
export function statusLines(
  single: Pick<SingleResponse, 'certStatus' | 'thisUpdate' | 'nextUpdate'>,
): string[] {
  const lines = updateLines(single);
  const { certStatus } = single;
  if (certStatus.type !== 'revoked') return lines;
  if (certStatus.reason !== undefined) lines.push(`\tReason: ${crlReasonName(certStatus.reason)}`);
  return [...lines, `\tRevocation Time: ${formatTime(certStatus.revocationTime)}`];
}
