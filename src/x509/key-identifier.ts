/** SubjectKeyIdentifier ::= OCTET STRING, AuthorityKeyIdentifier ::= SEQUENCE { [0] OCTET STRING OPTIONAL, … } (RFC 5280 section 4.2.1.1, 4.2.1.2). */
import { primitive } from '../der/tags.ts';
import type { Certificate } from './certificate.ts';
import { readExtension } from './extension.ts';
import { OID } from './oids.ts';

export function subjectKeyIdentifier(certificate: Certificate): Buffer | undefined {
  return readExtension(certificate.extensions, OID.subjectKeyIdentifier, 'subjectKeyIdentifier', (reader) =>
    reader.octetString(),
  );
}

/** The key identifier alone; issuer and serial number, which may follow it, are passed over. */
export function authorityKeyIdentifier(certificate: Certificate): Buffer | undefined {
  return readExtension(
    certificate.extensions,
    OID.authorityKeyIdentifier,
    'authorityKeyIdentifier',
    (reader) => {
      const fields = reader.sequence();
      const id = fields.peek() === primitive(0) ? fields.octets(primitive(0)) : undefined;
      fields.rest((other) => other.raw());
      return id;
    },
  );
}
