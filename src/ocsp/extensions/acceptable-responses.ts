/** AcceptableResponses ::= SEQUENCE OF OBJECT IDENTIFIER (RFC 6960 section 4.4.3): response types a client takes. */
import { decodeWhole } from '../../der/reader.ts';
import { oid, sequence } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

export function decodeAcceptableResponses(value: Uint8Array): readonly string[] {
  return decodeWhole(value, 'AcceptableResponses', (reader) => reader.sequenceOf((type) => type.oid()));
}

export function encodeAcceptableResponses(types: readonly string[]): Extension {
  return { oid: OID.ocspResponse, critical: false, value: sequence(...types.map(oid)) };
}
