/** The question about one certificate, and what of an answer to it is taken. */
import { formatDuration } from '../../duration.ts';
import { matchSingle } from '../../ocsp/match-single.ts';
import { readResponse } from '../../ocsp/read-response.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../../ocsp/verify-response.ts';
import { type FetchedResponse, type KeptResponse, fetchResponse } from '../../staple/fetch-response.ts';
import type { Staple } from '../../staple/staple.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Answer } from './outcome.ts';
import type { Road } from './road.ts';

export interface Accepted {
  readonly answer: Answer;
  readonly verdict: Verdict | undefined;
}

export interface Question {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly urls: readonly string[];
  /** The staple that is there and verifies. */
  readonly present: Staple | undefined;
}

export function ask(
  { certificate, issuer, urls, present }: Question,
  road: Road,
  say: (step: () => string) => void,
): Promise<FetchedResponse<Accepted>> {
  const { client, limiter, health, method, headers, hash, timeoutMs } = road;
  const nonce = road.nonce?.();
  const accept = (der: Buffer): Accepted => {
    if (!road.verify) return { answer: readUnverified(der, certificate, issuer), verdict: undefined };
    const verdict = verifyResponse(der, verifyOptions(certificate, issuer, road, nonce));
    return { answer: verdict, verdict };
  };
  return fetchResponse({
    certificate,
    issuer,
    urls,
    trusted: road.urls !== undefined,
    client,
    limiter,
    health,
    method,
    headers,
    hash,
    nonce,
    timeoutMs,
    // One by one, here and below: a spread with more behind it V8 copies by the slow way, for each certificate.
    retry: {
      retries: road.retry.retries,
      random: road.retry.random,
      now: road.retry.now,
      wait: road.retry.wait,
      waiting: (ms, error) => say(() => `${error.message}; asking again in ${formatDuration(ms)}`),
    },
    accept,
    kept: present && road.verify && !nonce ? keptFrom(present) : undefined,
  });
}

/**
 * Somebody who wants a nonce back, or will not verify, wants an answer of its own. There is nowhere to remember an ETag
 * but the staple itself, which is a file of a server.
 */
const keptFrom = ({ der, verdict }: Staple): KeptResponse => ({ body: der, modified: verdict.thisUpdate });

/** `--no-verify`: rules 1 to 4 and nothing more. */
function readUnverified(der: Buffer, certificate: Certificate, issuer: Certificate): Answer {
  const { tbsResponseData } = readResponse(der);
  const single = matchSingle(tbsResponseData.responses, certificate, issuer);
  const { certStatus, thisUpdate, nextUpdate } = single;
  return { certStatus, thisUpdate, nextUpdate, producedAt: tbsResponseData.producedAt };
}

/** `nonce`: the one that was sent. */
export function verifyOptions(
  certificate: Certificate,
  issuer: Certificate,
  road: Road,
  nonce?: Buffer,
): VerifyOptions {
  const { allowSha1, trustedSigners, maxAgeMs, allowMissingNextUpdate } = road.judgement;
  return {
    certificate,
    issuer,
    now: road.now(),
    allowSha1,
    trustedSigners,
    maxAgeMs,
    allowMissingNextUpdate,
    nonce: nonce && { value: nonce, policy: 'required' },
  };
}
