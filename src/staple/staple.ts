/** A staple: a response that was verified for one certificate and says `good`. */
import { requireGood } from '../ocsp/require-good.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../ocsp/verify-response.ts';

/** A response that was verified for one certificate, and says `good`. */
export interface Staple {
  /** The OCSPResponse as a server sends it. */
  readonly der: Buffer;
  readonly verdict: Verdict;
}

/**
 * The only way to a Staple: every rule of `verifyResponse`, and that the status is `good` (RFC 6960 section 2.2).
 *
 * @throws DerError when it is not strict DER.
 * @throws ResponseError for the first rule that it breaks; `certificate-revoked`, `certificate-unknown`.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { parseCertificates, verifyStaple } from 'restaple';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const { verdict } = verifyStaple(readFileSync('domain.ocsp'), { certificate, issuer, now: new Date() });
 * console.log(verdict.validUntil.toISOString());
 * ```
 */
export function verifyStaple(der: Buffer, options: VerifyOptions): Staple {
  const verdict = verifyResponse(der, options);
  requireGood(verdict.certStatus);
  return { der, verdict };
}

/**
 * True when `fresh` should not take the place of `kept`: it was known earlier, or at the same time but ends sooner. A
 * cache before a responder does hand out older answers than it gave before.
 */
export function isWorse(
  fresh: Pick<Verdict, 'thisUpdate' | 'validUntil'>,
  kept: Pick<Verdict, 'thisUpdate' | 'validUntil'>,
): boolean {
  const later = fresh.thisUpdate.getTime() - kept.thisUpdate.getTime();
  return later < 0 || (later === 0 && fresh.validUntil < kept.validUntil);
}
