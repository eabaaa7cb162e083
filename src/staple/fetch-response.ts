/** From a certificate to an accepted response: the request, every responder in turn, one deadline over all. */
import { attempt } from '../attempt.ts';
import { InputError, RestapleError, TransportError } from '../errors.ts';
import { MAX_DER_BYTES } from '../der/reader.ts';
import { askResponder, rank } from '../http/ask-responder.ts';
import type { Freshness } from '../http/freshness.ts';
import { printableUrl, printableUrlText } from '../http/place.ts';
import type { HttpClient } from '../http/client.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Ending } from '../http/ending.ts';
import { HostHealth } from '../http/host-health.ts';
import type { Limiter } from '../http/limiter.ts';
import { type Retry, isTemporary, retryAfterOf, retryDelayMs } from '../http/retry-policy.ts';
import type { Kept } from '../http/revalidation.ts';
import { type AskedCertificate, createCertID } from '../ocsp/cert-id.ts';
import { encodeNonce } from '../ocsp/extensions/nonce.ts';
import { createRequest } from '../ocsp/ocsp-request.ts';
import { printable } from '../text.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Hash } from '../x509/signature-scheme.ts';
import { Deadline } from './deadline.ts';

/** A certificate names one responder, seldom two; one made by a stranger may name thousands. */
const MAX_URLS = 8;

/** Who is asked, how, and what is taken. Durations are milliseconds. */
export interface FetchResponseOptions<T> {
  readonly certificate: AskedCertificate;
  readonly issuer: Certificate;
  /** OCSP URLs in the order in which they are tried. */
  readonly urls: readonly string[];
  /** The user named the URLs, so they may lead anywhere; they came out of the certificate unless true. */
  readonly trusted?: boolean;
  readonly client: HttpClient;
  readonly limiter: Limiter;
  /** Shared by all that run side by side: who of them has met a responder that does not answer. */
  readonly health?: HostHealth;
  readonly method: 'auto' | 'get' | 'post';
  readonly headers: HeaderList;
  readonly hash: Hash;
  /** Sent as it is; whether it came back is `accept`'s to check. */
  readonly nonce: Uint8Array | undefined;
  /** For the whole attempt over all URLs, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the attempt before its time. */
  readonly signal?: Ending | undefined;
  /** Nobody is asked twice unless given. */
  readonly retry?: RetryOptions;
  /** Decodes and verifies; what it throws refuses the response. */
  readonly accept: (der: Buffer) => T;
  /** What is at hand and still good; a responder that has nothing newer may say so in place of sending it again. */
  readonly kept?: KeptResponse | undefined;
}

/** What is at hand, to be renewed. */
export interface KeptResponse extends Kept {
  /** Whose the ETag is, as `FetchedResponse.responder` said: an ETag of one means nothing to another. */
  readonly responder?: string | undefined;
}

/** How often those are asked again whose failure was temporary. */
export interface RetryOptions extends Retry {
  /** Called before each wait. */
  readonly waiting: (ms: number, error: RestapleError) => void;
}

/** A response that was taken, and how it came. */
export interface FetchedResponse<T> {
  /** What `accept` returned. */
  readonly value: T;
  readonly der: Buffer;
  readonly method: 'GET' | 'POST';
  /** As it was sent, where one was. */
  readonly contentType: string | undefined;
  /** The URL of the responder without credentials, safe to print. */
  readonly responder: string;
  /** There is nothing newer than what was `kept`, and `der` is that. */
  readonly notModified: boolean;
  /** What the headers say about asking again; to be remembered for the next `kept`. */
  readonly freshness: Freshness;
}

/**
 * Asks each responder in turn until one gives a response that `accept` takes; then, as `retry` says, those again whose
 * failure was temporary. By GET or POST as RFC 9919 section 6 says. `fetchStaple` does all that is around it.
 *
 * @throws RestapleError of the attempt that came furthest; the first among equals.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createHttpClient, createLimiter, fetchResponse, ocspUrls } from 'restaple';
 * import { parseCertificates, proxyChoice, verifyResponse } from 'restaple';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const client = createHttpClient({ proxyFor: proxyChoice(undefined, process.env) });
 * const { value, responder } = await fetchResponse({
 *   certificate,
 *   issuer,
 *   urls: ocspUrls(certificate),
 *   client,
 *   limiter: createLimiter(),
 *   method: 'auto',
 *   headers: [],
 *   hash: 'sha1',
 *   nonce: undefined,
 *   timeoutMs: 45_000,
 *   accept: (der) => verifyResponse(der, { certificate, issuer, now: new Date() }),
 * });
 * client.close();
 * console.log(responder, value.certStatus.type);
 * ```
 */
export async function fetchResponse<T>(options: FetchResponseOptions<T>): Promise<FetchedResponse<T>> {
  const deadline = new Deadline(options.timeoutMs, options.retry?.now, options.signal);
  try {
    return await askInRounds(options, deadline);
  } finally {
    deadline.release();
  }
}

async function askInRounds<T>(
  options: FetchResponseOptions<T>,
  deadline: Deadline,
): Promise<FetchedResponse<T>> {
  const { retry } = options;
  const request = encodeRequest(options);
  let failure: RestapleError | undefined;
  let responders = options.urls.slice(0, MAX_URLS);
  for (let round = 0; ; round++) {
    const failed: Failed[] = [];
    for (const responder of responders) {
      const outcome = await ask(options, responder, request, deadline);
      if (!(outcome instanceof RestapleError)) return outcome;
      if (!failure || rank(outcome) > rank(failure)) failure = outcome;
      if (deadline.aborted) throw failure;
      if (isTemporary(outcome) && !isGivenUp(responder, options)) failed.push({ responder, error: outcome });
    }
    const [first] = failed;
    if (retry === undefined || round >= retry.retries || first === undefined) break;
    const delayMs = delayOf(round, failed, retry);
    // Nobody is helped by waiting for a try that the deadline will end.
    if (delayMs >= deadline.remainingMs()) break;
    retry.waiting(delayMs, first.error);
    await retry.wait(delayMs);
    responders = failed.map(({ responder }) => responder);
  }
  throw failure ?? new InputError('responder-url-missing', 'the certificate names no OCSP responder');
}

function isGivenUp<T>(responder: string, { health }: FetchResponseOptions<T>): boolean {
  return health !== undefined && URL.canParse(responder) && health.isSilent(new URL(responder));
}

interface Failed {
  readonly responder: string;
  readonly error: RestapleError;
}

function encodeRequest<T>({ certificate, issuer, hash, nonce }: FetchResponseOptions<T>): Buffer {
  return createRequest(createCertID(certificate, issuer, hash), nonce ? [encodeNonce(nonce)] : []);
}

function responderUrl(text: string): URL {
  const url = attempt(() => new URL(text));
  if (!url) throw new TransportError('url-invalid', `${printable(text)} is no URL`, text);
  return url;
}

/** Why a responder gave no response that is taken; faults of our own are thrown. */
async function ask<T>(
  options: FetchResponseOptions<T>,
  responder: string,
  request: Buffer,
  deadline: Deadline,
): Promise<FetchedResponse<T> | RestapleError> {
  const { client, limiter, method, headers, accept, health = new HostHealth() } = options;
  try {
    const url = responderUrl(responder);
    const answer = await limiter.run(url.host, () => {
      // The wait for a free place is not the responder's.
      deadline.start(responder);
      const trusted = options.trusted === true;
      const kept = keptFor(responder, options.kept);
      const asking = { method, headers, trusted, maxBytes: MAX_DER_BYTES, signal: deadline, accept, kept };
      return health.run(url, () => askResponder(client, url, request, asking));
    });
    const { value, body: der, method: used, contentType, notModified, freshness } = answer;
    return {
      value,
      der,
      method: used,
      contentType,
      responder: printableUrl(url),
      notModified,
      freshness,
    };
  } catch (error) {
    if (error instanceof RestapleError) return error;
    throw error;
  }
}

function keptFor(responder: string, kept: KeptResponse | undefined): Kept | undefined {
  const isItsOwn = kept?.responder === undefined || kept.responder === printableUrlText(responder);
  return kept && (isItsOwn ? kept : { body: kept.body, modified: kept.modified });
}

/** When to ask again; the server that wants the longest wait is not asked before. */
function delayOf(round: number, failed: readonly Failed[], { random }: RetryOptions): number {
  const wanted = failed.map(({ error }) => retryAfterOf(error) ?? 0);
  return retryDelayMs(round, random(), Math.max(...wanted));
}
