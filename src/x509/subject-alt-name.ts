/** SubjectAltName ::= GeneralNames ::= SEQUENCE OF GeneralName (RFC 5280 section 4.2.1.6). */
import type { Certificate } from './certificate.ts';
import { readExtension } from './extension.ts';
import { type GeneralName, decodeGeneralName } from './general-name.ts';
import { OID } from './oids.ts';

export function subjectAltNames(certificate: Certificate): readonly GeneralName[] {
  return (
    readExtension(certificate.extensions, OID.subjectAltName, 'subjectAltName', (reader) =>
      reader.sequenceOf(decodeGeneralName),
    ) ?? []
  );
}
