/**
 * Extended revoked definition: NULL (RFC 6960 section 4.4.8). A responder that sends it answers `revoked`, with
 * certificateHold and the epoch, for certificates that were never issued.
 */
import { decodeWhole } from '../../der/reader.ts';
import { nullValue } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

/**
 * Reads the value of ExtendedRevoke (RFC 6960 section 4.4.8), which is NULL: that it is there says all.
 *
 * @param value the `value` of the Extension.
 * @throws DerError when it is not that in strict DER.
 * @example
 * ```ts
 * import { decodeExtendedRevoke, encodeExtendedRevoke } from 'restaple/ocsp';
 *
 * const { oid, value } = encodeExtendedRevoke();
 * console.log(oid, decodeExtendedRevoke(value)); // 1.3.6.1.5.5.7.48.1.9 null
 * ```
 */
export function decodeExtendedRevoke(value: Uint8Array): null {
  return decodeWhole(value, 'ExtendedRevoke', (reader) => {
    reader.null();
    return null;
  });
}

/**
 * The extension of a responder that answers `revoked` for certificates that were never issued (RFC 6960 section
 * 4.4.8).
 * @example
 * ```ts
 * import { decodeExtendedRevoke, encodeExtendedRevoke } from 'restaple/ocsp';
 *
 * const { oid, value } = encodeExtendedRevoke();
 * console.log(oid, decodeExtendedRevoke(value)); // 1.3.6.1.5.5.7.48.1.9 null
 * ```
 */
export function encodeExtendedRevoke(): Extension {
  return { oid: OID.ocspExtendedRevoke, critical: false, value: nullValue() };
}
