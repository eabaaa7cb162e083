/** One attempt for a relayed question, verified like every other. */
import { DerError } from '../errors.ts';
import type { Limiter } from '../http/limiter.ts';
import type { Clock } from '../keeper/clock.ts';
import { askGroups } from '../keeper/files/ask.ts';
import { type Verdict, verifyResponse } from '../ocsp/verify-response.ts';
import type { FetchedResponse, KeptResponse } from '../staple/fetch-response.ts';
import { type RelayedSubject, upstreamsOf } from './relayed-subject.ts';

/**
 * What is kept for strangers, in bytes: four times a response of ML-DSA-65 with its delegate. A CA of a customer could sign ten thousand
 * of the size that is allowed otherwise.
 */
const MAX_KEPT_BYTES = 32 * 1024;

/** Every rule but the status. @throws DerError, ResponseError */
export function judge(der: Buffer, { asked, issuer }: RelayedSubject, now: number): Verdict {
  const { certificate, settings } = issuer;
  if (der.length > MAX_KEPT_BYTES)
    throw new DerError(
      'der-too-large',
      'OCSPResponse',
      `${der.length} bytes, more than the ${MAX_KEPT_BYTES} kept`,
    );
  return verifyResponse(der, {
    ...settings.judgement,
    certificate: asked,
    issuer: certificate,
    now: new Date(now),
  });
}

/** @throws RestapleError of the responder that came furthest. */
export function askUpstream(
  subject: RelayedSubject,
  kept: KeptResponse | undefined,
  limiter: Limiter,
  clock: Clock,
  signal: AbortSignal,
): Promise<FetchedResponse<Verdict>> {
  const { asked, hash, issuer } = subject;
  const question = {
    certificate: asked,
    issuer: issuer.certificate,
    groups: upstreamsOf(subject),
    // Each group has its own.
    settings: { ...issuer.settings, hash, headers: [], limiter },
    kept,
    accept: (der: Buffer) => judge(der, subject, clock.now()),
  };
  return askGroups(question, clock, signal);
}
