/** AcceptableResponses ::= SEQUENCE OF OBJECT IDENTIFIER (RFC 6960 section 4.4.3): response types a client takes. */
import { decodeWhole } from '../../der/reader.ts';
import { oid, sequence } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

/**
 * The response types of an AcceptableResponses (RFC 6960 section 4.4.3): object identifiers as dotted text.
 *
 * @param value the `value` of the Extension.
 * @throws DerError when it is not that in strict DER.
 * @example
 * ```ts
 * import { decodeAcceptableResponses, encodeAcceptableResponses } from 'restaple/ocsp';
 *
 * const { value } = encodeAcceptableResponses(['1.3.6.1.5.5.7.48.1.1']);
 * console.log(decodeAcceptableResponses(value)); // [ '1.3.6.1.5.5.7.48.1.1' ]
 * ```
 */
export function decodeAcceptableResponses(value: Uint8Array): readonly string[] {
  return decodeWhole(value, 'AcceptableResponses', (reader) => reader.sequenceOf((type) => type.oid()));
}

/**
 * The extension of a request that says which response types the client takes (RFC 6960 section 4.4.3): object
 * identifiers as dotted text.
 * @example
 * ```ts
 * import { decodeAcceptableResponses, encodeAcceptableResponses } from 'restaple/ocsp';
 *
 * const { value } = encodeAcceptableResponses(['1.3.6.1.5.5.7.48.1.1']);
 * console.log(decodeAcceptableResponses(value)); // [ '1.3.6.1.5.5.7.48.1.1' ]
 * ```
 */
export function encodeAcceptableResponses(types: readonly string[]): Extension {
  return { oid: OID.ocspResponse, critical: false, value: sequence(...types.map(oid)) };
}
