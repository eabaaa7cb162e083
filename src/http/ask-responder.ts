/**
 * One question to one responder: GET where RFC 9919 section 6 wants it, and POST where GET did not bring what it
 * should. Deployed responders and the caches before them fail at GET in every way: 404, 405, a slash too many
 * decoded, an answer for another certificate, one that expired in a cache.
 */
import { DerError, ResponseError, RestapleError, TransportError, type ErrorCode } from '../errors.ts';
import { nameCache } from './cached.ts';
import type { HttpClient } from './client.ts';
import type { Ending } from './ending.ts';
import { type Freshness, NOT_FRESH, freshnessOf } from './freshness.ts';
import { type HeaderList, headerValue, mergeHeaders } from './headers.ts';
import type { HttpAnswer } from './message.ts';
import { isGetEligible, ocspGetUrl } from './ocsp-get.ts';
import { requireOcspBody } from './ocsp-body.ts';
import { exchangeFollowing } from './redirects.ts';
import { withRetryAfter } from './retry-after.ts';
import { type Kept, condition, confirms, refreshed } from './revalidation.ts';
import { requireOk } from './status.ts';

export interface AskOptions<T> {
  /** `get` and `post` are the caller's word, and then the only method. */
  readonly method: 'auto' | 'get' | 'post';
  /** Replace those of the same name that would be sent, `Host` included. */
  readonly headers: HeaderList;
  /** The user named the URL, so it may lead anywhere; it came out of a certificate unless true. */
  readonly trusted?: boolean;
  /** The largest answer taken, in bytes. */
  readonly maxBytes: number;
  readonly signal?: Ending | undefined;
  /** Decodes and verifies; what it throws decides, with the rest, whether POST is tried. */
  readonly accept: (body: Buffer) => T;
  /** What is at hand and still good: a GET asks for something newer only. */
  readonly kept?: Kept | undefined;
}

export interface ResponderAnswer<T> {
  /** What `accept` returned. */
  readonly value: T;
  /** The OCSPResponse, in DER. */
  readonly body: Buffer;
  readonly method: 'GET' | 'POST';
  /** The URL that answered: with GET, the request is in its path, unless a redirect led elsewhere. */
  readonly url: URL;
  /** As it was sent. It does not count: responders with good bodies and wrong types are deployed. */
  readonly contentType: string | undefined;
  readonly address: string | undefined;
  /** There is nothing newer than `kept`: `body` is that, and `value` what `accept` says of it now. */
  readonly notModified: boolean;
  /** Of an answer to POST nothing is known: caches do not keep it. */
  readonly freshness: Freshness;
}

/** The responder has spoken properly: a second question would hear the same, and 'tryLater' is a plea to wait. */
const FINAL_WORDS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'responder-unauthorized',
  'responder-try-later',
  'responder-internal-error',
  'responder-sig-required',
]);

const OWN_HEADERS: Readonly<Record<'GET' | 'POST', HeaderList>> = {
  GET: [['Accept', 'application/ocsp-response']],
  POST: [
    ['Accept', 'application/ocsp-response'],
    ['Content-Type', 'application/ocsp-request'],
  ],
};

/** What POST over the same way could not cure. */
const NO_WAY_THERE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'url-invalid',
  'address-refused',
  'proxy-failed',
  'http-unreachable',
  'http-tls-failed',
  'http-timeout',
]);

/**
 * @throws what `accept` threw; TransportError `http-status`, `http-not-ocsp`, and what `exchange` throws. When both
 * methods failed, the error of the higher rank, and POST's among equals.
 */
export async function askResponder<T>(
  client: HttpClient,
  url: URL,
  request: Buffer,
  options: AskOptions<T>,
): Promise<ResponderAnswer<T>> {
  const getUrl = ocspGetUrl(url, request);
  const post = (): Promise<ResponderAnswer<T>> => ask(client, 'POST', url, request, options);
  if (options.method === 'post' || (options.method === 'auto' && !isGetEligible(getUrl))) return post();
  try {
    return await ask(client, 'GET', getUrl, undefined, options);
  } catch (getError) {
    if (options.method === 'get' || !mayPostCure(getError)) throw getError;
    try {
      return await post();
    } catch (postError) {
      throw rank(getError) > rank(postError) ? getError : postError;
    }
  }
}

async function ask<T>(
  client: HttpClient,
  method: 'GET' | 'POST',
  url: URL,
  body: Buffer | undefined,
  options: AskOptions<T>,
): Promise<ResponderAnswer<T>> {
  const kept = method === 'GET' ? options.kept : undefined;
  const own = [...OWN_HEADERS[method], ...(kept === undefined ? [] : condition(kept))];
  const { answer, request } = await exchangeFollowing(client, {
    method,
    url,
    headers: mergeHeaders(own, options.headers),
    trusted: options.trusted === true,
    maxBytes: options.maxBytes,
    body,
    signal: options.signal,
  });
  // Only to a question with a condition (RFC 9110 section 15.4.5); unasked for, it is as wrong as any other status.
  const confirmed = kept !== undefined && confirms(answer, kept) ? kept : undefined;
  if (!confirmed) {
    requireOk(answer, request.url, headerValue(request.headers ?? [], 'host') ?? request.url.host);
    requireOcspBody(answer, request.url, url);
  }
  const responseBody = confirmed?.body ?? answer.body;
  return {
    // What is confirmed is put to every rule again: it may have ended while the question was on its way.
    value: accepted(responseBody, answer, options),
    body: responseBody,
    method: request.method,
    url: request.url,
    contentType: answer.headers['content-type'],
    address: answer.address,
    notModified: confirmed !== undefined,
    freshness: freshnessAfter(method, confirmed, answer),
  };
}

function freshnessAfter(method: 'GET' | 'POST', confirmed: Kept | undefined, answer: HttpAnswer): Freshness {
  if (confirmed) return refreshed(confirmed, answer);
  return method === 'GET' ? freshnessOf(answer.headers) : NOT_FRESH;
}

function accepted<T>(body: Buffer, { headers }: HttpAnswer, { accept }: AskOptions<T>): T {
  try {
    return accept(body);
  } catch (error) {
    throw withRetryAfter(nameCache(error, headers), headers);
  }
}

/** Only for what restaple throws on purpose: a fault of our own shall not be hidden by a second try. */
function mayPostCure(error: unknown): boolean {
  // A server that says when to come again says it of POST, too.
  if (error instanceof TransportError && error.retryAfterMs !== undefined) return false;
  return error instanceof RestapleError && !FINAL_WORDS.has(error.code) && !NO_WAY_THERE.has(error.code);
}

/**
 * The farther an answer got, the more its error says: a signed response that a rule refused, then bytes that are no
 * DER, then a page, and last a status or a connection that broke.
 */
export function rank(error: unknown): number {
  if (!(error instanceof RestapleError)) return 6;
  if (error instanceof ResponseError) return 5;
  if (error instanceof DerError) return 4;
  if (!(error instanceof TransportError)) return 0;
  const ranks: Partial<Record<TransportError['code'], number>> = {
    'http-not-ocsp': 3,
    'http-too-large': 2,
    'http-status': 1,
    'redirect-refused': 1,
  };
  return ranks[error.code] ?? 0;
}
