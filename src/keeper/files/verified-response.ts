/** An answer of a responder as the keeper's real world hands it on. */
import type { Verdict } from '../../ocsp/verify-response.ts';
import type { Certificate } from '../../x509/certificate.ts';

/** Which certificate it is about goes with it: by the time it is kept, its file may hold the next one. */
export interface VerifiedResponse {
  readonly der: Buffer;
  readonly verdict: Verdict;
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}
