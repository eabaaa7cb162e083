/** From a subject to its certificate and issuer, read anew each time: a million of them are not kept in memory. */
import { createHash } from 'node:crypto';
import { BoundedCache } from '../../bounded-cache.ts';
import { InputError } from '../../errors.ts';
import { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import { findIssuer, isNamed } from '../../issuer/find-issuer.ts';
import { IssuerDirectory } from '../../store/issuer-directory.ts';
import { type Subject, directoryIssuers, issuerOf, loadSubject } from '../../subject/subject.ts';
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
        const subject = await loadSubject({ path, foundIn, problem: undefined });
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
   * @throws InputError, TransportError
   */
  async issuerOf(read: Read, { foundIn, settings }: CertificateSubject): Promise<Certificate> {
    const { certificate, chain, path } = read;
    const name = certificate.issuer.toString('latin1');
    if (settings.givenIssuers === undefined) {
      const near = findIssuer(certificate, chain) ?? findIssuer(certificate, this.#known.get(name) ?? []);
      if (near) return near;
    }
    const target = { path, foundIn, problem: undefined };
    const issuer = await issuerOf(read, target, this.#sourcesOf(settings)).catch((error: unknown) => {
      throw (isNotFound(error) && mismatchOf(read)) || error;
    });
    if (settings.givenIssuers === undefined) this.#remember(name, issuer);
    return issuer;
  }

  /** Whoever is looked up here has to have signed the certificate, wherever it came from. */
  #remember(name: string, { raw }: Certificate): void {
    const others = (this.#known.get(name) ?? []).filter((other) => !other.raw.equals(raw));
    // A copy: the bytes may be a view into a larger file.
    this.#known.set(name, [decodeCertificate(Buffer.from(raw)), ...others].slice(0, MAX_NAMESAKES));
  }

  #sourcesOf(settings: SubjectSettings): Parameters<typeof issuerOf>[2] {
    const { client, limiter, timeoutMs, givenIssuers: given } = settings;
    let fetcher = this.#fetchers.get(settings);
    if (!fetcher) {
      fetcher = new IssuerFetcher(client, this.#issuers, { limiter, timeoutMs });
      this.#fetchers.set(settings, fetcher);
    }
    return { given, fetcher, beside: (directory) => this.#casIn(directory) };
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
