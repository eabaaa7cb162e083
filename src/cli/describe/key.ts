/**
 * A public key by its kind and strength, read from its encoding: node:crypto would refuse to look at keys of unknown
 * kinds, and costs more than the whole rest of a listing.
 */
import { decodeWhole } from '../../der/reader.ts';
import { DerError } from '../../errors.ts';
import { hex } from '../../text.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { OID } from '../../x509/oids.ts';

export interface KeyDescription {
  readonly oid: string;
  /** `RSA`, `EC`, `Ed25519`, … or the OID again. */
  readonly kind: string;
  /** Of the modulus or of the field of the curve. */
  readonly bits: number | null;
  readonly curve: string | null;
  /** Of RSA, in decimal; hex with `0x` where it is absurdly long. */
  readonly exponent: string | null;
  /** The encoded SubjectPublicKeyInfo. */
  readonly der: string;
}

const CURVES: Readonly<Record<string, readonly [name: string, bits: number]>> = {
  '1.2.840.10045.3.1.1': ['P-192', 192],
  '1.3.132.0.33': ['P-224', 224],
  '1.2.840.10045.3.1.7': ['P-256', 256],
  '1.3.132.0.34': ['P-384', 384],
  '1.3.132.0.35': ['P-521', 521],
  '1.3.132.0.10': ['secp256k1', 256],
  '1.3.36.3.3.2.8.1.1.7': ['brainpoolP256r1', 256],
  '1.3.36.3.3.2.8.1.1.11': ['brainpoolP384r1', 384],
  '1.3.36.3.3.2.8.1.1.13': ['brainpoolP512r1', 512],
};

const PLAIN: Readonly<Record<string, readonly [name: string, bits: number | null]>> = {
  '1.3.101.112': ['Ed25519', 256],
  '1.3.101.113': ['Ed448', 456],
  '1.2.840.10040.4.1': ['DSA', null],
  '2.16.840.1.101.3.4.3.17': ['ML-DSA-44', null],
  '2.16.840.1.101.3.4.3.18': ['ML-DSA-65', null],
  '2.16.840.1.101.3.4.3.19': ['ML-DSA-87', null],
};

type Traits = Omit<KeyDescription, 'oid' | 'der'>;

export function describeKey(certificate: Certificate): KeyDescription {
  const oid = certificate.keyAlgorithm.algorithm;
  return { oid, ...traits(certificate), der: hex(certificate.subjectPublicKeyInfo) };
}

function traits({ keyAlgorithm: { algorithm, parameters }, publicKey }: Certificate): Traits {
  switch (algorithm) {
    case OID.rsaEncryption:
      return { kind: 'RSA', curve: null, ...rsaTraits(publicKey) };
    case OID.rsaPss:
      return { kind: 'RSA-PSS', curve: null, ...rsaTraits(publicKey) };
    case OID.ecPublicKey: {
      const oid = readable(() => parameters && decodeWhole(parameters, 'ECParameters', (it) => it.oid()));
      const [curve, bits] = (oid === undefined ? undefined : CURVES[oid]) ?? [oid ?? null, null];
      return { kind: 'EC', bits, curve, exponent: null };
    }
    default: {
      const [kind, bits] = PLAIN[algorithm] ?? [algorithm, null];
      return { kind, bits, curve: null, exponent: null };
    }
  }
}

/** RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 appendix A.1.1). */
function rsaTraits(publicKey: Buffer): Pick<KeyDescription, 'bits' | 'exponent'> {
  const key = readable(() =>
    decodeWhole(publicKey, 'RSAPublicKey', (reader) => {
      const fields = reader.sequence();
      const pair = { modulus: fields.integer(), exponent: fields.integer() };
      fields.finish();
      return pair;
    }),
  );
  return key
    ? { bits: bitLength(key.modulus), exponent: integerWords(key.exponent) }
    : { bits: null, exponent: null };
}

function bitLength(octets: Buffer): number {
  const lead = octets.findIndex((octet) => octet !== 0);
  return lead === -1 ? 0 : (octets.length - lead) * 8 - Math.clz32(octets[lead] ?? 0) + 24;
}

/** Decimal takes time that grows with the square of the length, and nobody reads more than eight octets of it. */
function integerWords(octets: Buffer): string {
  return octets.length <= 8 ? BigInt(`0x${hex(octets)}`).toString() : `0x${hex(octets)}`;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** `RSA 2048 bit, exponent 65537`; `EC P-256`. */
export function keyWords({ kind, bits, curve, exponent }: KeyDescription): string {
  if (kind === 'EC') return `EC ${curve ?? 'without a named curve'}`;
  if (exponent !== null) return `${kind} ${bits} bit, exponent ${exponent}`;
  return kind;
}
