/**
 * The certificates of a PKCS#7 "certs-only" file (`.p7b`, `.p7c`; RFC 5652 section 5.1, RFC 8551 section 3.8):
 * ContentInfo { contentType id-signedData, [0] SignedData { version, digestAlgorithms, encapContentInfo,
 *   certificates [0] IMPLICIT SET OF CertificateChoices OPTIONAL, … } }
 * Not read: the signatures, of which such a file has none, and everything behind the certificates.
 */
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { TAG, constructed } from '../der/tags.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { OID } from './oids.ts';

/** True when a SEQUENCE begins with an OBJECT IDENTIFIER, as ContentInfo does and a certificate does not. */
export function isPkcs7(der: Buffer): boolean {
  const length = der[1] ?? 0;
  return der[0] === TAG.sequence && der[length < 0x80 ? 2 : 2 + (length & 0x7f)] === TAG.oid;
}

export function decodePkcs7(der: Buffer): readonly Certificate[] {
  return decodeWhole(der, 'ContentInfo', (reader) => {
    const content = reader.sequence();
    const type = content.oid();
    if (type !== OID.signedData) content.unexpected(`content type ${type}, not signedData`);
    const wrapped = content.explicit(0) ?? content.unexpected('no content');
    const certificates = decodeSignedData(wrapped.sequence());
    wrapped.finish();
    content.finish();
    return certificates;
  });
}

function decodeSignedData(fields: DerReader): readonly Certificate[] {
  fields.smallInteger();
  fields.raw(TAG.set);
  fields.raw(TAG.sequence);
  const certificates = fields.enterOptional(constructed(0))?.rest(readCertificate) ?? [];
  fields.rest((other) => other.raw());
  return certificates;
}
