/** CRLs in which everything is right, so that a test can make one thing wrong. */
import { extension } from '../../src/demo/pki/extensions.ts';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { TAG, constructed, primitive } from '../../src/der/tags.ts';
import { formatGeneralizedTime } from '../../src/der/time.ts';
import {
  bitString,
  boolean,
  enumerated,
  explicit,
  generalizedTime,
  integer,
  sequence,
  tlv,
} from '../../src/der/writer.ts';
import { encodeAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { type Extension, encodeExtensions } from '../../src/x509/extension.ts';
import { OID } from '../../src/x509/oids.ts';
import { NEXT_UPDATE, THIS_UPDATE } from './pki.ts';

/** What the issuer of a CRL may write otherwise; `undefined` leaves out. */
export interface CrlFields {
  readonly signer: Entity;
  /** An encoded Name: that of the signer unless given. */
  readonly issuer?: Buffer;
  /** As it is encoded: 1 is version 2. */
  readonly version?: number | undefined;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | undefined;
  /** Encoded entries; `undefined` when there is no list at all. */
  readonly entries?: readonly Buffer[] | undefined;
  readonly extensions?: readonly Extension[] | undefined;
  /** The signed algorithm, where it shall be another than the outer one. */
  readonly innerAlgorithm?: Buffer;
  /** What is signed, rewritten before it is. */
  readonly rewrite?: (tbs: Buffer) => Buffer;
}

/** Content octets of a small positive INTEGER of four octets: so every entry is as long. */
export const serial = (n: number): Buffer => Buffer.of(0x40 | (n >>> 24), n >>> 16, n >>> 8, n);

export const entry = (
  serialNumber: Uint8Array,
  revokedAt: Date = THIS_UPDATE,
  extensions?: readonly Extension[],
): Buffer =>
  sequence(integer(serialNumber), utcTime(revokedAt), ...(extensions ? [encodeExtensions(extensions)] : []));

export const reasonCode = (reason: number, critical = false): Extension =>
  extension(OID.reasonCode, enumerated(reason), critical);

export const invalidityDate = (date: Date): Extension => extension(OID.invalidityDate, generalizedTime(date));

/** A CRLNumber, as every CRL has it (RFC 5280 section 5.2.3). */
export const crlNumber = (n: number): Extension => extension(OID.cRLNumber, integer(n));

export const uriName = (url: string): Buffer => tlv(primitive(6), Buffer.from(url, 'latin1'));

/** The content of `distributionPoint [0]`: these URLs as its full name. */
export const fullName = (...urls: readonly string[]): Buffer =>
  explicit(0, tlv(constructed(0), ...urls.map(uriName)));

/** Flags by their number in RFC 5280 section 5.2.5: 1 user, 2 CA, 4 indirect, 5 attribute certificates. */
export const issuingDistributionPoint = (
  parts: {
    readonly urls?: readonly string[];
    readonly flags?: readonly (1 | 2 | 4 | 5)[];
    readonly reasons?: boolean;
  },
  critical = true,
): Extension => {
  const flags = new Set<number>(parts.flags);
  const flag = (n: number): Buffer[] => (flags.has(n) ? [tlv(primitive(n), boolean(true).subarray(2))] : []);
  const value = sequence(
    ...(parts.urls ? [fullName(...parts.urls)] : []),
    ...flag(1),
    ...flag(2),
    ...(parts.reasons === true ? [tlv(primitive(3), bitString(Buffer.of(0x40), 6).subarray(2))] : []),
    ...flag(4),
    ...flag(5),
  );
  return extension(OID.issuingDistributionPoint, value, critical);
};

/** A CRL in DER, which a careful client takes at NOW unless a field spoils it. */
export function createCrl(fields: CrlFields): Buffer {
  const { signer } = fields;
  const algorithm = encodeAlgorithmIdentifier(signer.signer.algorithmIdentifier);
  const given = <K extends keyof CrlFields>(key: K, usual: CrlFields[K]): CrlFields[K] =>
    key in fields ? fields[key] : usual;
  const version = given('version', 1);
  const nextUpdate = given('nextUpdate', NEXT_UPDATE);
  const extensions = given('extensions', [crlNumber(7)]);
  const entries = given('entries', []);
  const whole = sequence(
    ...(version === undefined ? [] : [integer(version)]),
    fields.innerAlgorithm ?? algorithm,
    fields.issuer ?? signer.certificate.subject,
    utcTime(fields.thisUpdate ?? THIS_UPDATE),
    ...(nextUpdate ? [utcTime(nextUpdate)] : []),
    ...(entries ? [sequence(...entries)] : []),
    ...(extensions ? [explicit(0, encodeExtensions(extensions))] : []),
  );
  const tbs = fields.rewrite?.(whole) ?? whole;
  return sequence(tbs, algorithm, bitString(signer.signer.sign(tbs)));
}

function utcTime(date: Date): Buffer {
  return tlv(TAG.utcTime, Buffer.from(formatGeneralizedTime(date).slice(2), 'latin1'));
}
