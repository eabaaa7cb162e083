/** ArchiveCutoff ::= GeneralizedTime (RFC 6960 section 4.4.4): since when the responder remembers expired certificates. */
import { decodeWhole } from '../../der/reader.ts';
import { generalizedTime } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

/**
 * The time of an ArchiveCutoff (RFC 6960 section 4.4.4): since then its responder remembers expired certificates.
 *
 * @param value the `value` of the Extension.
 * @throws DerError when it is not that in strict DER.
 * @example
 * ```ts
 * import { decodeArchiveCutoff, encodeArchiveCutoff } from 'restaple/ocsp';
 *
 * const { value } = encodeArchiveCutoff(new Date('2026-01-01T00:00:00Z'));
 * console.log(decodeArchiveCutoff(value).toISOString()); // 2026-01-01T00:00:00.000Z
 * ```
 */
export function decodeArchiveCutoff(value: Uint8Array): Date {
  return decodeWhole(value, 'ArchiveCutoff', (reader) => reader.generalizedTime());
}

/**
 * The extension of a response that says since when its responder remembers expired certificates (RFC 6960 section
 * 4.4.4).
 * @example
 * ```ts
 * import { decodeArchiveCutoff, encodeArchiveCutoff } from 'restaple/ocsp';
 *
 * const { value } = encodeArchiveCutoff(new Date('2026-01-01T00:00:00Z'));
 * console.log(decodeArchiveCutoff(value).toISOString()); // 2026-01-01T00:00:00.000Z
 * ```
 */
export function encodeArchiveCutoff(cutoff: Date): Extension {
  return { oid: OID.ocspArchiveCutoff, critical: false, value: generalizedTime(cutoff) };
}
