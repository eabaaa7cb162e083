/** What a CRL says of a certificate, in one line. */
import { formatInstant } from '../der/time.ts';
import { crlReasonName } from '../ocsp/cert-status.ts';
import type { CrlStatus } from './fetch-crl-status.ts';

/**
 * `good by http://… (thisUpdate …, nextUpdate …, 1,234 entries)`, or `revoked since …, reason keyCompromise, by …`.
 */
export function crlWords(status: CrlStatus): string {
  const { certStatus, invalidityDate, url, thisUpdate, nextUpdate, entries } = status;
  const count = entries === 1 ? '1 entry' : `${entries.toLocaleString('en-US')} entries`;
  const times = `thisUpdate ${formatInstant(thisUpdate)}, nextUpdate ${formatInstant(nextUpdate)}`;
  const by = `by ${url} (${times}, ${count})`;
  if (certStatus.type === 'good') return `good ${by}`;
  const { revocationTime, reason } = certStatus;
  const why = reason === undefined ? '' : `, reason ${crlReasonName(reason)}`;
  const invalid = invalidityDate ? `, invalid since ${formatInstant(invalidityDate)}` : '';
  return `revoked since ${formatInstant(revocationTime)}${why}${invalid}, ${by}`;
}
