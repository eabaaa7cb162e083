/** The issuer's certificate from where the certificate says it can be had (AIA caIssuers, RFC 5280 section 4.2.2.1). */
import { type ErrorCode, InputError, RestapleError, TransportError, reasonOf } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import { type Limiter, createLimiter } from '../http/limiter.ts';
import { printableUrlText } from '../http/place.ts';
import { exchangeFollowing } from '../http/redirects.ts';
import { caIssuersUrls } from '../x509/authority-info-access.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatName } from '../x509/name.ts';
import { findIssuer } from './find-issuer.ts';

/** A CA certificate has one or two KiB, a PKCS#7 file of several a few more. */
const MAX_BYTES = 64 * 1024;
/** CAs name one URL, seldom two. */
const MAX_URLS = 4;

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

export interface IssuerFetcherOptions {
  /** Bounds requests at one host, as for responders. */
  readonly limiter?: Limiter;
  /** For all URLs of one certificate together, in milliseconds; 45,000 unless given. */
  readonly timeoutMs?: number;
}

interface Fetched {
  readonly file: Buffer;
  readonly certificates: readonly Certificate[];
}

/** Finds issuers over the network; asks each URL once in its life, failures included, however many ask for it. */
export class IssuerFetcher {
  readonly #client: HttpClient;
  readonly #cache: IssuerCache | undefined;
  readonly #limiter: Limiter;
  readonly #timeoutMs: number;
  readonly #fetched = new Map<string, Promise<Fetched>>();

  constructor(client: HttpClient, cache?: IssuerCache, options: IssuerFetcherOptions = {}) {
    this.#client = client;
    this.#cache = cache;
    this.#limiter = options.limiter ?? createLimiter();
    this.#timeoutMs = options.timeoutMs ?? 45_000;
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
        const { file, certificates } = await this.#fetchOnce(url, this.#timeoutMs / urls.length);
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
        if (error instanceof TransportError && PASSING.has(error.code)) passing ??= error;
      }
    }
    const why =
      failures.length > 0 ? `: ${failures.join('; ')}` : ' and the certificate does not say where to get it';
    const message = `the issuer, ${formatName(certificate.issuer)}, is not in the file${why}`;
    if (passing)
      throw new TransportError(passing.code, message, passing.url, passing.status, { cause: passing });
    throw new InputError('issuer-not-found', message);
  }

  #fetchOnce(url: string, timeoutMs: number): Promise<Fetched> {
    let fetched = this.#fetched.get(url);
    if (!fetched) this.#fetched.set(url, (fetched = this.#fetch(url, timeoutMs)));
    return fetched;
  }

  async #fetch(text: string, timeoutMs: number): Promise<Fetched> {
    const shown = printableUrlText(text);
    if (!URL.canParse(text)) throw new TransportError('url-invalid', `${shown} is no URL`, shown);
    const url = new URL(text);
    return this.#limiter.run(url.host, async () => {
      // The wait for a free place is not the server's.
      const signal = AbortSignal.timeout(Math.ceil(timeoutMs));
      const request = { method: 'GET', url, maxBytes: MAX_BYTES, signal } as const;
      const { answer } = await exchangeFollowing(this.#client, request);
      if (answer.status !== 200) {
        throw new TransportError('http-status', `${shown} answers ${answer.status}`, shown, answer.status);
      }
      return { file: answer.body, certificates: parseCertificates(answer.body) };
    });
  }
}

/** What may be otherwise the next time. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'http-unreachable',
  'http-timeout',
  'http-status',
]);

function certificatesIn(file: Buffer): readonly Certificate[] {
  try {
    return parseCertificates(file);
  } catch {
    return [];
  }
}
