/** One attempt for a relayed question, verified like every other. */
import type { Clock } from '../keeper/clock.ts';
import { askGroups } from '../keeper/files/ask.ts';
import { type Verdict, verifyResponse } from '../ocsp/verify-response.ts';
import type { FetchedResponse, KeptResponse } from '../staple/fetch-response.ts';
import { type RelayedSubject, upstreamsOf } from './relayed-subject.ts';

/** Every rule but the status. @throws DerError, ResponseError */
export function judge(der: Buffer, { asked, issuer }: RelayedSubject, now: number): Verdict {
  const { certificate, settings } = issuer;
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
  clock: Clock,
  signal: AbortSignal,
): Promise<FetchedResponse<Verdict>> {
  const { asked, hash, issuer } = subject;
  const question = {
    certificate: asked,
    issuer: issuer.certificate,
    groups: upstreamsOf(subject),
    settings: { ...issuer.settings, hash },
    kept,
    accept: (der: Buffer) => judge(der, subject, clock.now()),
  };
  return askGroups(question, clock, signal);
}
