/** From a subject to its certificate and issuer, read anew each time: a million of them are not kept in memory. */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { BoundedCache } from '../../bounded-cache.ts';
import { InputError } from '../../errors.ts';
import { createLimiter } from '../../http/limiter.ts';
import { hostOf } from '../../http/place.ts';
import { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import { findIssuer, isNamed, requireIssuer } from '../../issuer/find-issuer.ts';
import { IssuerDirectory } from '../../store/issuer-directory.ts';
import { type Subject, directoryIssuers, loadSubject } from '../../subject/subject.ts';
import { caIssuersUrls } from '../../x509/authority-info-access.ts';
import { type Certificate, decodeCertificate } from '../../x509/certificate.ts';
import { formatName } from '../../x509/name.ts';
import type { Clock } from '../clock.ts';
import type { CertificateSubject, SubjectSettings } from './certificate-subject.ts';

/** A machine meets a few dozen issuing CAs. */
const MAX_NAMES = 256;
/** CA certificates of one name and several keys. */
const MAX_NAMESAKES = 4;
/** All certificates of a directory are read to find the CAs among them. */
const DIRECTORY_MS = 60_000;
/** Issuers that are fetched at a time, in all and from one host: there are few, and they leave room for requests. */
const FETCHES = { total: 16, perHost: 4 };
/** Certificates whose issuer is waited for, each of which is in memory meanwhile. */
const MAX_FETCHING = 1_000;

export interface Read extends Subject {
  /** Where it was read. */
  readonly path: string;
}

/** What a certificate is called in the keeper and in the store. */
export function keyOf({ raw }: Pick<Certificate, 'raw'>): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** Where the keeper's world has certificates and their issuers from. */
export type CertificateSource = Pick<Certificates, 'read' | 'issuerOf'>;

export class Certificates {
  readonly #issuers: IssuerDirectory | undefined;
  readonly #clock: Clock;
  readonly #fetchers = new WeakMap<SubjectSettings, IssuerFetcher>();
  readonly #known = new BoundedCache<string, readonly Certificate[]>(MAX_NAMES);
  readonly #line = createLimiter(FETCHES);
  #fetching = 0;
  #beside = directoryIssuers();
  #besideUntil = 0;

  /** @param issuers the directory in which fetched issuers rest; they are fetched anew by each process without one. */
  constructor(issuers: string | undefined, clock: Clock) {
    this.#issuers = issuers === undefined ? undefined : new IssuerDirectory(issuers);
    this.#clock = clock;
  }

  /** @throws InputError, DerError when no file of the subject holds the certificate any more. */
  async read({ key, paths, foundIn }: CertificateSubject): Promise<Read> {
    let failure: unknown;
    for (const path of paths) {
      try {
        const subject = loadSubject({ path, foundIn, problem: undefined });
        if (subject && keyOf(subject.certificate) === key) return { ...subject, path };
        const message = `${path} holds another certificate than before`;
        failure ??= new InputError('certificate-not-found', message, path);
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure ?? new InputError('certificate-not-found', 'no file holds the certificate any more');
  }

  /**
   * Those that the user named, that of the file, one that issued another certificate, those beside it, and only then the
   * network: to open what is on disk, nobody is asked whose answer is there.
   *
   * @param aside called before the network is waited for, unless very many do that already.
   * @throws InputError, TransportError
   */
  async issuerOf(
    read: Read,
    { foundIn, settings }: CertificateSubject,
    aside?: () => void,
  ): Promise<Certificate> {
    const { certificate, chain, path } = read;
    if (settings.givenIssuers) return requireIssuer(certificate, settings.givenIssuers);
    const name = certificate.issuer.toString('latin1');
    const near = findIssuer(certificate, chain) ?? findIssuer(certificate, this.#known.get(name) ?? []);
    if (near) return near;
    const beside =
      foundIn === undefined ? undefined : findIssuer(certificate, await this.#casIn(dirname(path)));
    const issuer = beside ?? (await this.#fetch(read, settings, aside));
    this.#remember(name, issuer);
    return issuer;
  }

  /** A stranger's certificate may name a place that hangs: those whose issuer is at hand do not wait for that. */
  async #fetch(read: Read, settings: SubjectSettings, aside: (() => void) | undefined): Promise<Certificate> {
    const { certificate } = read;
    const [url = ''] = caIssuersUrls(certificate);
    if (this.#fetching < MAX_FETCHING) aside?.();
    this.#fetching += 1;
    try {
      return await this.#line.run(hostOf(url) ?? '', () =>
        this.#fetcherOf(settings).fetchIssuer(certificate),
      );
    } catch (error) {
      throw (isNotFound(error) && mismatchOf(read)) || error;
    } finally {
      this.#fetching -= 1;
    }
  }

  /** Whoever is looked up here has to have signed the certificate, wherever it came from. */
  #remember(name: string, { raw }: Certificate): void {
    const others = (this.#known.get(name) ?? []).filter((other) => !other.raw.equals(raw));
    // A copy: the bytes may be a view into a larger file.
    this.#known.set(name, [decodeCertificate(Buffer.from(raw)), ...others].slice(0, MAX_NAMESAKES));
  }

  #fetcherOf(settings: SubjectSettings): IssuerFetcher {
    const { client, limiter, timeoutMs } = settings;
    let fetcher = this.#fetchers.get(settings);
    if (!fetcher) {
      fetcher = new IssuerFetcher(client, this.#issuers, { limiter, timeoutMs });
      this.#fetchers.set(settings, fetcher);
    }
    return fetcher;
  }

  #casIn(directory: string): Promise<readonly Certificate[]> {
    const now = this.#clock.monotonic();
    if (now >= this.#besideUntil) {
      this.#beside = directoryIssuers();
      this.#besideUntil = now + DIRECTORY_MS;
    }
    return this.#beside(directory);
  }
}

const isNotFound = (error: unknown): boolean =>
  error instanceof InputError && error.code === 'issuer-not-found';

/** Somebody has copied the name of a CA into a certificate, or the CA has another key by now. */
function mismatchOf({ certificate, chain, path }: Read): InputError | undefined {
  const namesake = chain.find((one) => isNamed(one, certificate.issuer));
  if (!namesake) return undefined;
  const message = `the file has the certificate of its issuer, ${formatName(namesake.subject)}, whose key did not sign it`;
  return new InputError('issuer-mismatch', message, path);
}
