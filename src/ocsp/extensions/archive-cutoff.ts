/** ArchiveCutoff ::= GeneralizedTime (RFC 6960 section 4.4.4): since when the responder remembers expired certificates. */
import { decodeWhole } from '../../der/reader.ts';
import { generalizedTime } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

export function decodeArchiveCutoff(value: Uint8Array): Date {
  return decodeWhole(value, 'ArchiveCutoff', (reader) => reader.generalizedTime());
}

export function encodeArchiveCutoff(cutoff: Date): Extension {
  return { oid: OID.ocspArchiveCutoff, critical: false, value: generalizedTime(cutoff) };
}
