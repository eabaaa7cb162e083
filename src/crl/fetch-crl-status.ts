/** Good or revoked by the CRLs that a certificate names: each of them in turn, until one tells. */
import { formatInstant } from '../der/time.ts';
import { CrlError, DerError, InputError, RestapleError, reasonOf } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import type { HeaderList } from '../http/headers.ts';
import { printableUrl, printableUrlText } from '../http/place.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatGeneralName } from '../x509/general-name.ts';
import { type DistributionPoint, crlDistributionPoints } from './crl-distribution-points.ts';
import { downloadCrl } from './download-crl.ts';
import { type CrlVerdict, verifyCrl } from './verify-crl.ts';

/** CAs name one URL, seldom two; each may bring 64 MiB. */
const MAX_URLS = 4;

export interface CrlStatusOptions {
  readonly certificate: Certificate;
  /** The CA certificate whose key signed `certificate`, as `findIssuer` and `IssuerFetcher` find it. */
  readonly issuer: Certificate;
  /** With the address rules for URLs out of certificates. */
  readonly client: HttpClient;
  readonly now: Date;
  /** Take SHA-1 signatures. */
  readonly allowSha1: boolean;
  /** Sent with each request. */
  readonly headers: HeaderList;
  /** For all URLs together, in milliseconds. */
  readonly timeoutMs: number;
}

export interface CrlStatus extends CrlVerdict {
  /** Where the CRL came from, safe to print. */
  readonly url: string;
  /** What else is to be said: a URL that was passed over or failed, a CRL in the wrong form. */
  readonly notes: readonly string[];
}

/** A URL that can be asked, and the distribution point that has it. */
interface Source {
  readonly url: URL;
  readonly point: DistributionPoint;
}

/**
 * Fetches the CRL of a certificate, verifies it by RFC 5280 section 6.3, and says what it says.
 *
 * @throws InputError `certificate-expired`: CRLs forget expired certificates.
 * @throws CrlError `crl-not-found` when there is none to be had; else, of several URLs that fail, the error of the one that
 *   came furthest: CrlError for what was served, TransportError where nothing was.
 * @throws DerError when the distribution points of the certificate cannot be read.
 * @example
 * const { certStatus, url } = await fetchCrlStatus({ certificate, issuer, client, now, allowSha1: false, headers: [], timeoutMs });
 */
export async function fetchCrlStatus(options: CrlStatusOptions): Promise<CrlStatus> {
  const { certificate, now, timeoutMs } = options;
  const { notAfter } = certificate;
  if (notAfter <= now)
    throw new InputError('certificate-expired', `the certificate ended at ${formatInstant(notAfter)}`);
  const { sources, notes } = sourcesOf(certificate);
  let furthest: RestapleError | undefined;
  for (const source of sources) {
    try {
      return await ask(source, { ...options, timeoutMs: Math.ceil(timeoutMs / sources.length) }, notes);
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
      notes.push(error.message);
      if (!furthest || rank(error) > rank(furthest)) furthest = error;
    }
  }
  throw furthest ?? notFound(notes);
}

async function ask(
  { url, point }: Source,
  options: CrlStatusOptions,
  notes: readonly string[],
): Promise<CrlStatus> {
  const { certificate, issuer, now, allowSha1 } = options;
  const shown = printableUrl(url);
  try {
    const { der, isPem } = await downloadCrl(options.client, url, options);
    const verdict = verifyCrl(der, { certificate, issuer, point, now, allowSha1 });
    const form = isPem ? [`${shown} serves PEM, where DER belongs (RFC 5280 section 4.2.1.13)`] : [];
    return { ...verdict, url: shown, notes: [...notes, ...form] };
  } catch (error) {
    if (error instanceof DerError)
      throw new CrlError('crl-malformed', at(shown, error), shown, { cause: error });
    if (error instanceof CrlError) throw new CrlError(error.code, at(shown, error), shown, { cause: error });
    throw error;
  }
}

const at = (url: string, error: Error): string => `${url}: ${reasonOf(error)}`;

/** A CRL that was refused tells more than a page in its place, and that more than silence. */
function rank(error: RestapleError): number {
  if (!(error instanceof CrlError)) return 0;
  return error.code === 'crl-not-served' ? 1 : 2;
}

function sourcesOf(certificate: Certificate): { sources: readonly Source[]; notes: string[] } {
  const sources: Source[] = [];
  const notes: string[] = [];
  for (const point of crlDistributionPoints(certificate)) {
    const problem = problemOf(point);
    if (problem !== undefined) notes.push(problem);
    else sources.push(...sourcesAt(point, notes));
  }
  for (const { url } of sources.slice(MAX_URLS)) notes.push(`${printableUrl(url)} is one URL too many`);
  return { sources: sources.slice(0, MAX_URLS), notes };
}

function problemOf({ name, hasReasons, hasCrlIssuer }: DistributionPoint): string | undefined {
  if (hasCrlIssuer) return 'a distribution point whose CRL is signed by another than the issuer (cRLIssuer)';
  if (hasReasons) return 'a distribution point for some of the reasons only';
  return name ? undefined : 'a distribution point without a name';
}

function sourcesAt(point: DistributionPoint, notes: string[]): readonly Source[] {
  const names = point.name?.fullName ?? [];
  if (names.length === 0) notes.push('a distribution point with a name relative to its issuer');
  return names.flatMap((name) => {
    const url = name.type === 'URI' && URL.canParse(name.value) ? new URL(name.value) : undefined;
    if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return [{ url, point }];
    notes.push(`${url ? printableUrlText(url.href) : formatGeneralName(name)} is no http or https URL`);
    return [];
  });
}

function notFound(notes: readonly string[]): CrlError {
  const message =
    notes.length === 0
      ? 'the certificate names no CRL'
      : `the certificate names no CRL that can be had: ${notes.join('; ')}`;
  return new CrlError('crl-not-found', message);
}
