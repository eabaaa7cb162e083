/**
 * `revokedCertificates SEQUENCE OF SEQUENCE { … }` (RFC 5280 section 5.1), walked for one serial number.
 *
 * There may be a million entries, so none becomes an object but those that count: the one that is looked for, and those
 * that may forbid to use the CRL at all. Not read: the times of the others.
 */
import { oidFromText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { OID } from '../x509/oids.ts';
import { type CertificateList, MAX_CRL_BYTES, isTime } from './certificate-list.ts';
import { type RevokedCertificate, decodeRevokedCertificate } from './revoked-certificate.ts';

export interface SearchResult {
  /** How many certificates the CRL lists. */
  readonly entries: number;
  /** The first entry with the serial number. */
  readonly found: RevokedCertificate | undefined;
}

const CERTIFICATE_ISSUER = oidFromText(OID.certificateIssuer);

/**
 * @param serialNumber content octets of the INTEGER.
 * @throws DerError when an entry is no strict DER; CrlError `crl-unsupported` for one that forbids to use the CRL.
 */
export function findRevoked(
  { revokedCertificates, version }: Pick<CertificateList, 'revokedCertificates' | 'version'>,
  serialNumber: Buffer,
): SearchResult {
  let entries = 0;
  let found: RevokedCertificate | undefined;
  let mattersToAll = false;
  const readExtension = (extension: DerReader): void => {
    if (extension.is(TAG.oid, CERTIFICATE_ISSUER)) mattersToAll = true;
    if (extension.peek() === TAG.boolean && extension.boolean()) mattersToAll = true;
    extension.skip(TAG.octetString);
  };
  let hasExtensions = false;
  const readExtensions = (extensions: DerReader): void => {
    if (hasExtensions) extensions.unexpected('an entry with extensions twice');
    hasExtensions = true;
    extensions.each(TAG.sequence, readExtension);
  };
  const readEntry = (entry: DerReader): void => {
    entries += 1;
    const isWanted = entry.is(TAG.integer, serialNumber);
    if (!isTime(entry.peek())) entry.unexpected('an entry without its revocationDate');
    entry.skip(entry.peek());
    if (version === 1 && !entry.atEnd) entry.unexpected('an entry with extensions in a CRL of version 1');
    mattersToAll = false;
    hasExtensions = false;
    entry.each(TAG.sequence, readExtensions);
    if (!isWanted && !mattersToAll) return;
    const decoded = decodeRevokedCertificate(entry.whole());
    if (isWanted) found ??= decoded;
  };
  if (revokedCertificates) {
    const list = DerReader.over(revokedCertificates, 'revokedCertificates', MAX_CRL_BYTES);
    list.each(TAG.sequence, (all) => all.each(TAG.sequence, readEntry));
  }
  return { entries, found };
}
