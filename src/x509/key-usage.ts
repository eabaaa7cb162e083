/** KeyUsage ::= BIT STRING (RFC 5280 section 4.2.1.3) and ExtKeyUsageSyntax ::= SEQUENCE OF KeyPurposeId (4.2.1.12). */
import type { Certificate } from './certificate.ts';
import { readExtension } from './extension.ts';
import { OID } from './oids.ts';

/** In the order of their bits. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];

/** What the key may be used for; `undefined` when the certificate does not restrict it. */
export function keyUsage(certificate: Certificate): readonly KeyUsage[] | undefined {
  const bits = readExtension(certificate.extensions, OID.keyUsage, 'keyUsage', (reader) =>
    reader.bitString(),
  );
  return bits && KEY_USAGES.filter((_, i) => (((bits.bytes[i >> 3] ?? 0) << (i & 7)) & 0x80) !== 0);
}

/** The purposes as OIDs; `undefined` when the certificate does not restrict them. */
export function extendedKeyUsage(certificate: Certificate): readonly string[] | undefined {
  return readExtension(certificate.extensions, OID.extKeyUsage, 'extKeyUsage', (reader) =>
    reader.sequenceOf((purpose) => purpose.oid()),
  );
}
