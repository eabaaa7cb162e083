/** One attempt over all responders of a certificate, each asked as the user's rules say. */
import { RestapleError } from '../../errors.ts';
import { rank } from '../../http/ask-responder.ts';
import { mergeHeaders } from '../../http/headers.ts';
import type { AskedCertificate } from '../../ocsp/cert-id.ts';
import type { Verdict } from '../../ocsp/verify-response.ts';
import { type FetchedResponse, type KeptResponse, fetchResponse } from '../../staple/fetch-response.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Hash } from '../../x509/signature-scheme.ts';
import type { Clock } from '../clock.ts';
import type { SubjectSettings } from './certificate-subject.ts';
import type { Group } from './responder-rules.ts';

export interface Question {
  readonly certificate: AskedCertificate;
  readonly issuer: Certificate;
  readonly groups: readonly Group[];
  readonly settings: Pick<SubjectSettings, 'client' | 'limiter' | 'method' | 'headers' | 'timeoutMs'> & {
    readonly hash: Hash;
  };
  readonly kept: KeptResponse | undefined;
  /** Verifies by every rule but the status. */
  readonly accept: (der: Buffer) => Verdict;
}

/**
 * Nobody is asked twice: the keeper knows better when to try again.
 *
 * @throws RestapleError of the responder that came furthest.
 */
export async function askGroups(
  { groups, settings, ...question }: Question,
  clock: Clock,
  signal: AbortSignal,
): Promise<FetchedResponse<Verdict>> {
  const { client, limiter, method, hash, timeoutMs } = settings;
  const end = clock.monotonic() + timeoutMs;
  let failure: RestapleError | undefined;
  for (const { urls, trusted, headers } of groups) {
    const leftMs = end - clock.monotonic();
    if (failure && (signal.aborted || leftMs <= 0)) throw failure;
    const asked = { client, limiter, method, hash, signal, nonce: undefined, timeoutMs: leftMs };
    try {
      const all = mergeHeaders(headers, settings.headers);
      return await fetchResponse({ ...question, ...asked, urls, trusted, headers: all });
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
      if (!failure || rank(error) > rank(failure)) failure = error;
    }
  }
  throw failure ?? new Error('nobody to ask');
}
