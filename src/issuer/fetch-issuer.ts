/** The issuer's certificate from where the certificate says it can be had (AIA caIssuers, RFC 5280 section 4.2.2.1). */
import { InputError, RestapleError, TransportError, reasonOf } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
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

/** Finds issuers over the network; asks each URL once in its life, failures included, however many ask for it. */
export class IssuerFetcher {
  readonly #client: HttpClient;
  readonly #cache: IssuerCache | undefined;
  readonly #fetched = new Map<string, Promise<readonly Certificate[]>>();

  constructor(client: HttpClient, cache?: IssuerCache) {
    this.#client = client;
    this.#cache = cache;
  }

  /** @throws InputError `issuer-not-found` that says what was tried. */
  async fetchIssuer(certificate: Certificate): Promise<Certificate> {
    const urls = caIssuersUrls(certificate).slice(0, MAX_URLS);
    const failures: string[] = [];
    for (const url of urls) {
      const cached = await this.#cache?.load(url);
      const known = cached && findIssuer(certificate, certificatesIn(cached));
      if (known) return known;
      try {
        const fetched = await this.#fetchOnce(url);
        const found = findIssuer(certificate, fetched);
        if (found) return found;
        failures.push(`${url} has ${fetched.length > 0 ? 'another' : 'no'} certificate`);
      } catch (error) {
        if (!(error instanceof RestapleError)) throw error;
        failures.push(reasonOf(error));
      }
    }
    const why =
      failures.length > 0 ? failures.join('; ') : 'and the certificate does not say where to get it';
    const message = `the issuer, ${formatName(certificate.issuer)}, is not in the file`;
    throw new InputError('issuer-not-found', `${message}${failures.length > 0 ? ': ' : ' '}${why}`);
  }

  #fetchOnce(url: string): Promise<readonly Certificate[]> {
    let fetched = this.#fetched.get(url);
    if (!fetched) this.#fetched.set(url, (fetched = this.#fetch(url)));
    return fetched;
  }

  async #fetch(url: string): Promise<readonly Certificate[]> {
    if (!URL.canParse(url)) throw new TransportError('url-invalid', `${url} is no URL`, url);
    const request = { method: 'GET', url: new URL(url), maxBytes: MAX_BYTES } as const;
    const { answer } = await exchangeFollowing(this.#client, request);
    if (answer.status !== 200) {
      throw new TransportError('http-status', `${url} answers ${answer.status}`, url, answer.status);
    }
    const certificates = parseCertificates(answer.body);
    if (certificates.length > 0) await this.#cache?.save(url, answer.body);
    return certificates;
  }
}

function certificatesIn(file: Buffer): readonly Certificate[] {
  try {
    return parseCertificates(file);
  } catch {
    return [];
  }
}
