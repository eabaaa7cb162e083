import { constructed } from '../../src/der/tags.ts';
import { explicit, integer, oid, sequence, setOf, tlv } from '../../src/der/writer.ts';
import { OID } from '../../src/x509/oids.ts';

const ID_DATA = '1.2.840.113549.1.7.1';

/** A "certs-only" PKCS#7 file in DER, as CAs serve it under the name `.p7c` (RFC 8551 section 3.8). */
export function pkcs7(...certificates: readonly Buffer[]): Buffer {
  const signedData = sequence(
    integer(1),
    setOf(),
    sequence(oid(ID_DATA)),
    tlv(constructed(0), Buffer.concat(certificates)),
    setOf(),
  );
  return sequence(oid(OID.signedData), explicit(0, signedData));
}
