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
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

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
    key = createPublicKey({ key: subjectPublicKeyInfo, format: 'der', type: 'spki' });
  } catch (error) {
    throw new InputError('key-unusable', `public key cannot be read: ${reasonOf(error)}`, undefined, {
      cause: error,
    });
  }
  const weakness = weaknessOf(key, subjectPublicKeyInfo);
  if (weakness !== undefined) throw new InputError('key-unusable', weakness);
  keys.set(Buffer.from(subjectPublicKeyInfo), key);
  return key;
}

function weaknessOf(key: KeyObject, subjectPublicKeyInfo: Buffer): string | undefined {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS)) {
    return `RSA key of ${modulusLength} bits, allowed are ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`;
  }
  if (publicExponent !== undefined && (publicExponent < 3n || publicExponent > MAX_RSA_EXPONENT)) {
    return `RSA public exponent ${publicExponent}, allowed are 3 to 2^33`;
  }
  if (key.asymmetricKeyType === 'ec' && !CURVES.has(namedCurve ?? '')) {
    return `elliptic curve ${namedCurve ?? 'without a name'}, allowed are P-256, P-384 and P-521`;
  }
  if (key.asymmetricKeyType === 'ec' && !namesItsCurve(subjectPublicKeyInfo)) {
    return 'elliptic curve with its parameters spelt out, where its name belongs';
  }
  return undefined;
}

/**
 * RFC 5480 section 2.1.1 forbids all other parameters than the identifier of a curve, and browsers refuse them: a curve
 * that was P-256 but for its generator forged certificates in 2020 (CVE-2020-0601).
 */
function namesItsCurve(subjectPublicKeyInfo: Buffer): boolean {
  return decodeWhole(subjectPublicKeyInfo, 'SubjectPublicKeyInfo', (reader) => {
    const fields = reader.sequence();
    const { parameters } = decodeAlgorithmIdentifier(fields);
    fields.raw();
    return parameters?.[0] === TAG.oid;
  });
}
