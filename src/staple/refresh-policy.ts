/** When a staple is due for its successor. */
import type { Verdict } from '../ocsp/verify-response.ts';

/**
 * The middle of a staple's life. CAs have a newer response at hand by then, and the other half is left for failures
 * (Microsoft Trusted Root Program, OCSP requirements; CertMagic and mod_md do about the same).
 */
export function halfLife({ thisUpdate, validUntil }: Verdict): Date {
  return new Date((thisUpdate.getTime() + validUntil.getTime()) / 2);
}
