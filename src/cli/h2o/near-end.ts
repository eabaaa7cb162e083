/** When a staple is too old to be given to a server that does not look at its end. */
import type { Verdict } from '../../ocsp/verify-response.ts';

/** The server asks again once in its interval, which the guides have at ten minutes, and serves what it got until then. */
const INTERVAL_MS = 600_000;

/** Of responses that live for minutes, as in tests, the last quarter. */
export function isNearEnd(
  { thisUpdate, validUntil }: Pick<Verdict, 'thisUpdate' | 'validUntil'>,
  now: Date,
): boolean {
  const end = validUntil.getTime();
  const margin = Math.min(INTERVAL_MS, (end - thisUpdate.getTime()) / 4);
  return end - now.getTime() <= margin;
}
