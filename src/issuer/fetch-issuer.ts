/** The issuer's certificate from where the certificate says it can be had (AIA caIssuers, RFC 5280 section 4.2.2.1). */
import { InputError, RestapleError, TransportError, reasonOf } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import { type Limiter, createLimiter } from '../http/limiter.ts';
import { printableUrlText } from '../http/place.ts';
import { isTemporary } from '../http/retry-policy.ts';
import { monotonicMs } from '../monotonic.ts';
import { caIssuersUrls } from '../x509/authority-info-access.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatName } from '../x509/name.ts';
import { type CaFile, type DownloadOptions, downloadCaFile } from './ca-file.ts';
import { findIssuer } from './find-issuer.ts';
import { Remembered } from './remembered.ts';

/** CAs name one URL, seldom two. */
const MAX_URLS = 4;
/** A host meets a few dozen issuing CAs; files of a stranger's making take 8 MiB of memory at most. */
const MAX_REMEMBERED = 128;
/** The next certificate, and the next attempt on the same one, should find a CA's server that is back. */
const FAILURE_MS = 60_000;
/** Time for a whole batch, and none for a new file of the CA to be overlooked for long. */
const SUCCESS_MS = 3_600_000;

/**
 * Where fetched files rest between runs. What comes out of it is trusted no more than what comes from the network: it
 * counts only if its key signed the certificate.
 */
export interface IssuerCache {
  /** What was fetched from `url` before; `undefined` when there is nothing. Never throws. */
  load(url: string): Promise<Buffer | undefined>;
  /** Remembers it. Never throws: a cache that cannot be written is only slower. */
  save(url: string, file: Buffer): Promise<void>;
}

/** How issuers are fetched. */
export interface IssuerFetcherOptions {
  /** Bounds requests at one host, as for responders. */
  readonly limiter?: Limiter;
  /** For all URLs of one certificate together, in milliseconds; 45,000 unless given. */
  readonly timeoutMs?: number;
  /** Nobody is asked twice unless given. */
  readonly retry?: DownloadOptions['retry'];
  /** A clock that only goes on, in milliseconds: by it results are forgotten. `monotonicMs` unless given. */
  readonly now?: () => number;
}

/**
 * Finds issuers over the network, where the certificate says that they can be had (caIssuers, RFC 5280 section
 * 4.2.2.1). However many ask for the same URL, it is fetched once; a file is remembered for an hour, a failure for a
 * minute. What comes counts only if its key signed the certificate. `fetchIssuer` throws InputError
 * `issuer-not-found`, or the TransportError when it may be had another time.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { IssuerFetcher, createHttpClient, findLeaf, parseCertificates, proxyChoice } from 'restaple';
 *
 * const certificate = findLeaf(parseCertificates(readFileSync('domain.crt')));
 * const client = createHttpClient({ proxyFor: proxyChoice(undefined, process.env) });
 * const issuer = await new IssuerFetcher(client).fetchIssuer(certificate);
 * client.close();
 * console.log(issuer.notAfter.toISOString());
 * ```
 */
export class IssuerFetcher {
  readonly #client: HttpClient;
  readonly #cache: IssuerCache | undefined;
  readonly #options: DownloadOptions;
  readonly #fetched: Remembered<CaFile>;

  constructor(client: HttpClient, cache?: IssuerCache, options: IssuerFetcherOptions = {}) {
    const { limiter = createLimiter(), timeoutMs = 45_000, retry, now = monotonicMs } = options;
    this.#client = client;
    this.#cache = cache;
    this.#options = { limiter, timeoutMs, retry, now };
    const times = { successMs: SUCCESS_MS, failureMs: FAILURE_MS, now };
    this.#fetched = new Remembered({ limit: MAX_REMEMBERED, ...times });
  }

  /**
   * @throws InputError `issuer-not-found` that says what was tried.
   * @throws TransportError when it may be had another time.
   */
  async fetchIssuer(certificate: Certificate): Promise<Certificate> {
    const urls = caIssuersUrls(certificate).slice(0, MAX_URLS);
    const failures: string[] = [];
    let passing: TransportError | undefined;
    for (const url of urls) {
      const cached = await this.#cache?.load(url);
      const known = cached && findIssuer(certificate, certificatesIn(cached));
      if (known) return known;
      try {
        const share = { ...this.#options, timeoutMs: this.#options.timeoutMs / urls.length };
        const download = (): Promise<CaFile> => downloadCaFile(this.#client, url, share);
        const { file, certificates } = await this.#fetched.get(url, download);
        const found = findIssuer(certificate, certificates);
        if (found) {
          // Only now: what anybody on the way may have sent is not kept.
          await this.#cache?.save(url, file);
          return found;
        }
        failures.push(
          `${printableUrlText(url)} has ${certificates.length > 0 ? 'another' : 'no'} certificate`,
        );
      } catch (error) {
        if (!(error instanceof RestapleError)) throw error;
        failures.push(reasonOf(error));
        if (error instanceof TransportError && isPassing(error)) passing ??= error;
      }
    }
    const why =
      failures.length > 0 ? `: ${failures.join('; ')}` : ' and the certificate does not say where to get it';
    const message = `the issuer, ${formatName(certificate.issuer)}, is not in the file${why}`;
    if (!passing) throw new InputError('issuer-not-found', message);
    const { code, url, status, cause } = passing;
    throw new TransportError(code, message, url, status, { cause, retryAfterMs: passing.retryAfterMs });
  }
}

/** 404 says that it is not to be had there. A name that is not found may be the fault of the network here. */
const isPassing = (error: TransportError): boolean => isTemporary(error) || error.code === 'http-unreachable';

function certificatesIn(file: Buffer): readonly Certificate[] {
  try {
    return parseCertificates(file);
  } catch {
    return [];
  }
}
