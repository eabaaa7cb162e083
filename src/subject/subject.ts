/** What a certificate file says about fetching its staple: the certificate, who issued it, whom to ask. */
import { dirname } from 'node:path';
import { InputError, RestapleError } from '../errors.ts';
import { formatInstant } from '../der/time.ts';
import type { IssuerFetcher } from '../issuer/fetch-issuer.ts';
import { findIssuer, requireIssuer } from '../issuer/find-issuer.ts';
import { loadCertificatePool, loadCertificates } from '../issuer/load-certificates.ts';
import { ocspUrls } from '../x509/authority-info-access.ts';
import { isCa } from '../x509/basic-constraints.ts';
import type { Certificate } from '../x509/certificate.ts';
import { findLeaf } from '../x509/chain.ts';
import { hasNoRevAvail, isMustStaple } from '../x509/tls-feature.ts';
import type { Target } from './targets.ts';

export interface Subject {
  readonly certificate: Certificate;
  /** The other certificates of the file. */
  readonly chain: readonly Certificate[];
  readonly mustStaple: boolean;
}

/**
 * Reads the certificate of a target. `undefined` when a file that was not named itself holds no server certificate.
 *
 * @throws InputError, DerError
 */
export function loadSubject({ path, foundIn }: Target): Subject | undefined {
  let chain: readonly Certificate[];
  try {
    chain = loadCertificates(path);
  } catch (error) {
    if (foundIn !== undefined && error instanceof RestapleError && isSomethingElse(error, path))
      return undefined;
    throw error;
  }
  const certificate = findLeaf(chain);
  if (foundIn !== undefined && isCa(certificate)) return undefined;
  return { certificate, chain, mustStaple: isMustStaple(certificate) };
}

/** A damaged certificate must not be passed over in silence; a file that merely starts like DER may be anything. */
function isSomethingElse(error: RestapleError, path: string): boolean {
  if (error.code === 'certificate-not-found') return true;
  return (
    error.code !== 'file-unreadable' &&
    error.code !== 'pem-malformed' &&
    !/\.(crt|cer|cert|der|pem)$/i.test(path)
  );
}

export interface IssuerSources {
  /** CA certificates that the user named: one of them must be the issuer. */
  readonly given: readonly Certificate[] | undefined;
  readonly fetcher: IssuerFetcher;
  /** CA certificates beside the certificate, for files found in a directory. */
  readonly beside: (directory: string) => Promise<readonly Certificate[]>;
}

/** @throws InputError `issuer-mismatch` or `issuer-not-found` */
export async function issuerOf(
  { certificate, chain }: Subject,
  { path, foundIn }: Target,
  sources: IssuerSources,
): Promise<Certificate> {
  if (sources.given) return requireIssuer(certificate, sources.given);
  const inFile = findIssuer(certificate, chain);
  if (inFile) return inFile;
  const beside =
    foundIn === undefined ? undefined : findIssuer(certificate, await sources.beside(dirname(path)));
  return beside ?? sources.fetcher.fetchIssuer(certificate);
}

/** Remembers the CA certificates of each directory: the files of one directory ask for them together. */
export function directoryIssuers(): (directory: string) => Promise<readonly Certificate[]> {
  const pools = new Map<string, Promise<readonly Certificate[]>>();
  return (directory) => {
    let pool = pools.get(directory);
    if (!pool)
      pools.set(directory, (pool = loadCertificatePool(directory).then((all) => all.filter(isUsableCa))));
    return pool;
  };
}

/** A damaged certificate fails where it is asked for, and must not take its neighbours along. */
function isUsableCa(certificate: Certificate): boolean {
  try {
    return isCa(certificate);
  } catch (error) {
    if (error instanceof RestapleError) return false;
    throw error;
  }
}

/** `noRevAvail`: the CA says that there will never be anything to fetch (RFC 9608). */
export type Responders = { readonly urls: readonly string[] } | 'noRevAvail';

/** @throws InputError `certificate-expired` or `responder-url-missing` */
export function respondersOf(
  { certificate }: Subject,
  given: readonly string[] | undefined,
  now: Date,
): Responders {
  if (certificate.notAfter <= now) {
    throw new InputError(
      'certificate-expired',
      `the certificate ended at ${formatInstant(certificate.notAfter)}`,
    );
  }
  const urls = given ?? ocspUrls(certificate);
  if (urls.length > 0) return { urls };
  if (hasNoRevAvail(certificate)) return 'noRevAvail';
  throw new InputError('responder-url-missing', 'the certificate names no OCSP responder');
}
