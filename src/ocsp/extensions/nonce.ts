/** Nonce ::= OCTET STRING (SIZE(1..128)) (RFC 9654 section 2.1): ties a response to one request. */
import { decodeWhole } from '../../der/reader.ts';
import { octetString } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

const MAX_BYTES = 128;
/** What a request carries: RFC 9654 section 2.1 asks for at least 32. */
export const NONCE_BYTES = 32;

/**
 * The bytes of a nonce, 1 to 128 (RFC 9654 section 2.1).
 *
 * @param value the `value` of the Extension.
 * @throws DerError when it is not that in strict DER.
 * @example
 * ```ts
 * import { decodeNonce, encodeNonce } from 'restaple/ocsp';
 *
 * const { value } = encodeNonce(crypto.getRandomValues(new Uint8Array(32)));
 * console.log(decodeNonce(value).length); // 32
 * ```
 */
export function decodeNonce(value: Uint8Array): Buffer {
  return decodeWhole(value, 'Nonce', (reader) => {
    const nonce = reader.octetString();
    return nonce.length >= 1 && nonce.length <= MAX_BYTES
      ? nonce
      : reader.unexpected(`nonce of ${nonce.length} bytes, allowed are 1 to ${MAX_BYTES}`);
  });
}

/**
 * The extension that ties a response to one request (RFC 9654 section 2.1): 1 to 128 bytes, of which RFC 9654 asks for
 * 32, random.
 *
 * @throws RangeError for fewer or more bytes.
 * @example
 * ```ts
 * import { decodeNonce, encodeNonce } from 'restaple/ocsp';
 *
 * const { value } = encodeNonce(crypto.getRandomValues(new Uint8Array(32)));
 * console.log(decodeNonce(value).length); // 32
 * ```
 */
export function encodeNonce(nonce: Uint8Array): Extension {
  if (nonce.length < 1 || nonce.length > MAX_BYTES) throw new RangeError(`nonce of ${nonce.length} bytes`);
  return { oid: OID.ocspNonce, critical: false, value: octetString(nonce) };
}
