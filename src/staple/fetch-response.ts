/** From a certificate to an accepted response: the request, every responder in turn, one deadline over all. */
import { InputError, RestapleError, TransportError } from '../errors.ts';
import { MAX_DER_BYTES } from '../der/reader.ts';
import { formatDuration } from '../duration.ts';
import { askResponder, rank } from '../http/ask-responder.ts';
import { printableUrlText } from '../http/place.ts';
import type { HttpClient } from '../http/client.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Limiter } from '../http/limiter.ts';
import { createCertID } from '../ocsp/cert-id.ts';
import { encodeNonce } from '../ocsp/extensions/nonce.ts';
import { createRequest } from '../ocsp/ocsp-request.ts';
import { printable } from '../text.ts';
import type { Certificate } from '../x509/certificate.ts';

/** A certificate names one responder, seldom two; one made by a stranger may name thousands. */
const MAX_URLS = 8;

export interface FetchResponseOptions<T> {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** OCSP URLs in the order in which they are tried. */
  readonly urls: readonly string[];
  /** The user named the URLs, so they may lead anywhere; they came out of the certificate unless true. */
  readonly trusted?: boolean;
  readonly client: HttpClient;
  readonly limiter: Limiter;
  readonly method: 'auto' | 'get' | 'post';
  readonly headers: HeaderList;
  readonly hash: 'sha1' | 'sha256';
  /** Sent as it is; whether it came back is `accept`'s to check. */
  readonly nonce: Uint8Array | undefined;
  /** For the whole attempt over all URLs, in milliseconds. */
  readonly timeoutMs: number;
  /** Decodes and verifies; what it throws refuses the response. */
  readonly accept: (der: Buffer) => T;
}

export interface FetchedResponse<T> {
  /** What `accept` returned. */
  readonly value: T;
  readonly der: Buffer;
  readonly method: 'GET' | 'POST';
  /** The URL of the responder without credentials, safe to print. */
  readonly responder: string;
}

/**
 * Asks each responder in turn until one gives a response that `accept` takes.
 *
 * @throws RestapleError of the attempt that came furthest; the first among equals.
 */
export async function fetchResponse<T>(options: FetchResponseOptions<T>): Promise<FetchedResponse<T>> {
  const { client, limiter, method, headers, accept, timeoutMs } = options;
  const request = encodeRequest(options);
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let failure: RestapleError | undefined;
  try {
    for (const responder of options.urls.slice(0, MAX_URLS)) {
      try {
        const url = responderUrl(responder);
        const answer = await limiter.run(url.host, () => {
          // The wait for a free place is not the responder's.
          timer ??= setTimeout(() => abort.abort(deadline(responder, timeoutMs)), timeoutMs);
          const { signal } = abort;
          return askResponder(client, url, request, {
            method,
            headers,
            trusted: options.trusted === true,
            maxBytes: MAX_DER_BYTES,
            signal,
            accept,
          });
        });
        return {
          value: answer.value,
          der: answer.body,
          method: answer.method,
          responder: printableUrlText(responder),
        };
      } catch (error) {
        if (!(error instanceof RestapleError)) throw error;
        if (!failure || rank(error) > rank(failure)) failure = error;
        if (abort.signal.aborted) break;
      }
    }
  } finally {
    clearTimeout(timer);
  }
  throw failure ?? new InputError('responder-url-missing', 'the certificate names no OCSP responder');
}

function encodeRequest<T>({ certificate, issuer, hash, nonce }: FetchResponseOptions<T>): Buffer {
  return createRequest(createCertID(certificate, issuer, hash), nonce ? [encodeNonce(nonce)] : []);
}

function responderUrl(text: string): URL {
  if (!URL.canParse(text)) throw new TransportError('url-invalid', `${printable(text)} is no URL`, text);
  return new URL(text);
}

function deadline(responder: string, timeoutMs: number): TransportError {
  const time = formatDuration(timeoutMs);
  return new TransportError(
    'http-timeout',
    `no answer from ${printableUrlText(responder)} within ${time} in all`,
    printableUrlText(responder),
  );
}
