/**
 * Public keys for node:crypto, imported once: a cold `createPublicKey` costs more than a signature check.
 *
 * Keys arrive in certificates from strangers, so those that make a check cheap to forge or dear to run are refused
 * before use.
 */
import { type KeyObject, createPublicKey } from 'node:crypto';
import { ContentCache } from '../bounded-cache.ts';
import { decodeWhole } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { InputError, reasonOf } from '../errors.ts';
import { decodeAlgorithmIdentifier } from './algorithm-identifier.ts';
import { OID } from './oids.ts';

/** One entry a signer: even a large fleet meets few issuers and delegates. */
const keys = new ContentCache<KeyObject>(256);

/** Below this, factoring is cheap; browsers draw the line here too. */
const MIN_RSA_BITS = 1024;
/** OpenSSL's own limit for a modulus. */
const MAX_RSA_BITS = 16_384;
/**
 * A public exponent has 33 bits at most in every browser. Without a limit, whoever can hand us an issuer could choose
 * modulus and exponent so that a given leaf signature verifies under a key of his own.
 */
const MAX_RSA_EXPONENT = 2n ** 33n;

/** The curves that are taken, and the octets of one coordinate (RFC 5480 section 2.1.1.1). */
const CURVES: ReadonlyMap<string, number> = new Map([
  ['1.2.840.10045.3.1.7', 32],
  ['1.3.132.0.34', 48],
  ['1.3.132.0.35', 66],
]);
const OTHERS: ReadonlySet<string> = new Set([
  OID.rsaEncryption,
  OID.rsaPss,
  '1.3.101.112',
  '1.3.101.113',
  '2.16.840.1.101.3.4.3.17',
  '2.16.840.1.101.3.4.3.18',
  '2.16.840.1.101.3.4.3.19',
]);

/**
 * The key of an encoded SubjectPublicKeyInfo.
 *
 * @throws InputError `key-unusable` when node:crypto cannot read it, or it is too weak or of no use here.
 */
export function importPublicKey(subjectPublicKeyInfo: Buffer): KeyObject {
  const known = keys.get(subjectPublicKeyInfo);
  if (known) return known;
  let key: KeyObject;
  try {
    const oddity = oddityOf(subjectPublicKeyInfo);
    if (oddity !== undefined) throw new InputError('key-unusable', oddity);
    key = createPublicKey({ key: subjectPublicKeyInfo, format: 'der', type: 'spki' });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('key-unusable', `public key cannot be read: ${reasonOf(error)}`, undefined, {
      cause: error,
    });
  }
  const weakness = weaknessOf(key);
  if (weakness !== undefined) throw new InputError('key-unusable', weakness);
  keys.set(Buffer.from(subjectPublicKeyInfo), key);
  return key;
}

/**
 * What keeps a key from OpenSSL, in words; `undefined` when it may have it.
 *
 * An EC point at infinity is imported without complaint and then aborts Node 20 when it is asked for its details, which
 * no `catch` can catch. Parameters other than the name of a curve are forbidden by RFC 5480 section 2.1.1: a curve that
 * was P-256 but for its generator forged certificates in 2020 (CVE-2020-0601).
 */
function oddityOf(subjectPublicKeyInfo: Buffer): string | undefined {
  return decodeWhole(subjectPublicKeyInfo, 'SubjectPublicKeyInfo', (reader) => {
    const fields = reader.sequence();
    const { algorithm, parameters } = decodeAlgorithmIdentifier(fields);
    const key = fields.bitOctets();
    fields.finish();
    if (OTHERS.has(algorithm)) return undefined;
    if (algorithm !== OID.ecPublicKey) return `public key of type ${algorithm}, which is not known here`;
    if (parameters?.[0] !== TAG.oid)
      return 'elliptic curve with its parameters spelt out, where its name belongs';
    const curve = decodeWhole(parameters, 'ECParameters', (name) => name.oid());
    const octets = CURVES.get(curve);
    if (octets === undefined) return `elliptic curve ${curve}, allowed are P-256, P-384 and P-521`;
    const whole = key[0] === 0x04 && key.length === 1 + 2 * octets;
    const compressed = (key[0] === 0x02 || key[0] === 0x03) && key.length === 1 + octets;
    return whole || compressed ? undefined : 'elliptic curve point that is none';
  });
}

function weaknessOf(key: KeyObject): string | undefined {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS)) {
    return `RSA key of ${modulusLength} bits, allowed are ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`;
  }
  if (publicExponent !== undefined && (publicExponent < 3n || publicExponent > MAX_RSA_EXPONENT)) {
    return `RSA public exponent ${publicExponent}, allowed are 3 to 2^33`;
  }
  return undefined;
}
