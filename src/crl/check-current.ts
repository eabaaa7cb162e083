/** The moment at which a CRL counts (RFC 5280 sections 5.1.2.4, 5.1.2.5). */
import { formatInstant } from '../der/time.ts';
import { formatDuration } from '../duration.ts';
import { CrlError } from '../errors.ts';
import { CLOCK_SKEW_MS } from '../ocsp/check-times.ts';
import type { CertificateList } from './certificate-list.ts';

/**
 * @returns nextUpdate. Without one nobody could say when an old CRL, on which a stolen certificate is not listed yet,
 *   must no longer be taken; RFC 5280 section 5.1.2.5 demands it.
 * @throws CrlError `crl-not-current`.
 */
export function checkCurrent({ thisUpdate, nextUpdate }: CertificateList, now: Date): Date {
  const at = `now ${formatInstant(now)}`;
  if (thisUpdate.getTime() > now.getTime() + CLOCK_SKEW_MS)
    refuse(
      `thisUpdate ${formatInstant(thisUpdate)} is more than ${formatDuration(CLOCK_SKEW_MS)} after ${at}`,
    );
  if (!nextUpdate) return refuse('the CRL has no nextUpdate: nobody can say when it goes stale');
  if (nextUpdate < thisUpdate)
    refuse(`nextUpdate ${formatInstant(nextUpdate)} is before thisUpdate ${formatInstant(thisUpdate)}`);
  if (nextUpdate <= now) refuse(`nextUpdate ${formatInstant(nextUpdate)} is not after ${at}`);
  return nextUpdate;
}

function refuse(message: string): never {
  throw new CrlError('crl-not-current', message);
}
