/** From a certificate to its staple in one call. */
import { type HttpClientOptions, createHttpClient } from '../http/client.ts';
import type { HeaderList } from '../http/headers.ts';
import { createLimiter } from '../http/limiter.ts';
import { proxyChoice } from '../http/proxy-choice.ts';
import { InputError } from '../errors.ts';
import { IssuerFetcher } from '../issuer/fetch-issuer.ts';
import { findIssuer, requireIssuer } from '../issuer/find-issuer.ts';
import type { Verdict, VerifyOptions } from '../ocsp/verify-response.ts';
import { type CertificateInput, certificatesOf, readGiven } from '../subject/given.ts';
import { respondersOf } from '../subject/subject.ts';
import type { Certificate } from '../x509/certificate.ts';
import { DEFAULT_TIMEOUT_MS } from './deadline.ts';
import { fetchResponse } from './fetch-response.ts';
import { type Staple, verifyStaple } from './staple.ts';

/** How `fetchStaple` asks, and what it takes. Durations are milliseconds. */
export interface FetchStapleOptions {
  /** CA certificates, one of which must be the issuer; unless given, those of the chain, or what the certificate names. */
  readonly issuers?: readonly CertificateInput[];
  /** OCSP URLs in place of those in the certificate. They may lead anywhere, as the caller named them. */
  readonly urls?: readonly string[];
  readonly headers?: HeaderList;
  /** `auto`: GET where it fits, then POST. Default `auto`. */
  readonly method?: 'auto' | 'get' | 'post';
  /** Of the CertID. Default `sha1`. */
  readonly hash?: 'sha1' | 'sha256';
  /** How responders are reached; the proxy is that of the environment unless given. */
  readonly http?: HttpClientOptions;
  /** What is taken that is refused unless said here. */
  readonly verify?: Omit<VerifyOptions, 'certificate' | 'issuer' | 'now' | 'nonce'>;
  /** For all responders together. Default 45,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Default the system's clock. */
  readonly now?: () => Date;
}

/** A staple, and for whom it is, and from whom. */
export interface FetchedStaple extends Staple {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** The URL that answered, without credentials. */
  readonly responder: string;
  readonly verdict: Verdict;
}

/**
 * Finds the issuer and the responder of a certificate, asks, verifies, and returns what a server may staple: `der`,
 * until `verdict.validUntil`. Once, without another try: `createKeeper` goes on.
 *
 * @throws InputError when there is nobody to ask, or the issuer is not to be had.
 * @throws TransportError when no responder answers.
 * @throws DerError, ResponseError when the answer breaks a rule of RFC 6960, `certificate-revoked` and
 *   `certificate-unknown` among them.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { fetchStaple } from 'restaple';
 *
 * const { der, verdict } = await fetchStaple('domain.crt');
 * writeFileSync('domain.ocsp', der);
 * console.log(`staple until ${verdict.validUntil.toISOString()}`);
 * ```
 */
export async function fetchStaple(
  certificate: CertificateInput,
  options: FetchStapleOptions = {},
): Promise<FetchedStaple> {
  const { now = () => new Date(), timeoutMs = DEFAULT_TIMEOUT_MS, urls } = options;
  const given = readGiven(certificate);
  const responders = respondersOf(given, urls, now());
  if (responders === 'noRevAvail') {
    const reason = 'the CA publishes no revocation for this certificate (noRevAvail)';
    throw new InputError('responder-url-missing', reason);
  }
  const client = createHttpClient({ proxyFor: proxyChoice(undefined, process.env), ...options.http });
  try {
    const limiter = createLimiter();
    const named = options.issuers?.flatMap((issuer) => certificatesOf(issuer));
    const issuer = named
      ? requireIssuer(given.certificate, named)
      : (findIssuer(given.certificate, given.chain) ??
        (await new IssuerFetcher(client, undefined, { limiter, timeoutMs }).fetchIssuer(given.certificate)));
    const subject = { certificate: given.certificate, issuer };
    const { value, responder } = await fetchResponse({
      ...subject,
      urls: responders.urls,
      trusted: urls !== undefined,
      client,
      limiter,
      method: options.method ?? 'auto',
      headers: options.headers ?? [],
      hash: options.hash ?? 'sha1',
      nonce: undefined,
      timeoutMs,
      signal: options.signal,
      accept: (der) => verifyStaple(der, { ...options.verify, ...subject, now: now() }),
    });
    return { ...value, ...subject, responder };
  } finally {
    client.close();
  }
}
