/**
 * Extended revoked definition: NULL (RFC 6960 section 4.4.8). A responder that sends it answers `revoked`, with
 * certificateHold and the epoch, for certificates that were never issued.
 */
import { decodeWhole } from '../../der/reader.ts';
import { nullValue } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

export function decodeExtendedRevoke(value: Uint8Array): null {
  return decodeWhole(value, 'ExtendedRevoke', (reader) => {
    reader.null();
    return null;
  });
}

export function encodeExtendedRevoke(): Extension {
  return { oid: OID.ocspExtendedRevoke, critical: false, value: nullValue() };
}
