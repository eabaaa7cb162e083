/**
 * SEQUENCE { userCertificate CertificateSerialNumber, revocationDate Time, crlEntryExtensions Extensions OPTIONAL }
 * (RFC 5280 section 5.1), with the extensions of section 5.3: CRLReason ::= ENUMERATED, InvalidityDate ::= GeneralizedTime.
 */
import { DerReader } from '../der/reader.ts';
import { CrlError } from '../errors.ts';
import type { CRLReason } from '../ocsp/cert-status.ts';
import { type Extension, decodeExtensions, findExtension, readExtension } from '../x509/extension.ts';
import { OID, oidName } from '../x509/oids.ts';

export interface RevokedCertificate {
  readonly revocationDate: Date;
  readonly reason: CRLReason | undefined;
  /** Since when the key may have been in other hands. */
  readonly invalidityDate: Date | undefined;
}

const UNDERSTOOD: ReadonlySet<string> = new Set<string>([OID.reasonCode, OID.invalidityDate]);

/**
 * Reads one entry from the content of its SEQUENCE.
 *
 * @throws CrlError `crl-unsupported` for an entry that is about a certificate of another issuer (RFC 5280 section 5.3.3)
 *   or has a critical extension that is not known: such a CRL must not be used at all (section 5.3).
 */
export function decodeRevokedCertificate(content: Buffer): RevokedCertificate {
  const fields = DerReader.over(content, 'RevokedCertificate');
  fields.integer();
  const revocationDate = fields.time();
  const extensions = fields.atEnd ? [] : decodeExtensions(fields);
  fields.finish();
  requireUnderstood(extensions);
  return {
    revocationDate,
    reason: readExtension(extensions, OID.reasonCode, 'reasonCode', (reader) => reader.enumerated()),
    invalidityDate: readExtension(extensions, OID.invalidityDate, 'invalidityDate', (reader) =>
      reader.generalizedTime(),
    ),
  };
}

function requireUnderstood(extensions: readonly Extension[]): void {
  if (findExtension(extensions, OID.certificateIssuer))
    throw new CrlError('crl-unsupported', 'an entry of the CRL is about a certificate of another issuer');
  const unknown = extensions.find(({ oid, critical }) => critical && !UNDERSTOOD.has(oid));
  if (unknown) {
    const message = `an entry of the CRL has the critical extension ${oidName(unknown.oid)}, which is not known`;
    throw new CrlError('crl-unsupported', message);
  }
}
