/** How a key signs: the AlgorithmIdentifier that certificates and responses carry, and the signature itself. */
import { type KeyObject, constants, sign } from 'node:crypto';
import { explicit, integer, nullValue, oid, sequence } from '../../der/writer.ts';
import type { AlgorithmIdentifier } from '../../x509/algorithm-identifier.ts';
import { OID } from '../../x509/oids.ts';
import type { Hash } from '../../x509/signature-scheme.ts';

/** MD5 and SHA-1 are broken. They are here because a verifier has to be shown that it refuses them. */
export type SigningHash = Hash | 'md5';

/** `sign` gives the octets of the signature BIT STRING over the octets to be signed. */
export interface SignatureAlgorithm {
  readonly algorithmIdentifier: AlgorithmIdentifier;
  readonly sign: (tbs: Uint8Array) => Buffer;
}

/**
 * What the key alone does not decide.
 *
 * `hash` is for RSA and ECDSA; by default as strong as the curve, SHA-256 for RSA. `padding` is for RSA; by default
 * `pkcs1`. `saltLength` is for PSS, in octets; by default as long as the hash.
 */
export interface SignatureOptions {
  readonly hash?: SigningHash;
  readonly padding?: 'pkcs1' | 'pss';
  readonly saltLength?: number;
}

const HASHES: Readonly<
  Record<SigningHash, { oid: string; octets: number; rsa: string; ecdsa: string | undefined }>
> = {
  md5: { oid: '1.2.840.113549.2.5', octets: 16, rsa: '1.2.840.113549.1.1.4', ecdsa: undefined },
  sha1: { oid: OID.sha1, octets: 20, rsa: '1.2.840.113549.1.1.5', ecdsa: '1.2.840.10045.4.1' },
  sha256: {
    oid: OID.sha256,
    octets: 32,
    rsa: '1.2.840.113549.1.1.11',
    ecdsa: '1.2.840.10045.4.3.2',
  },
  sha384: {
    oid: OID.sha384,
    octets: 48,
    rsa: '1.2.840.113549.1.1.12',
    ecdsa: '1.2.840.10045.4.3.3',
  },
  sha512: {
    oid: OID.sha512,
    octets: 64,
    rsa: '1.2.840.113549.1.1.13',
    ecdsa: '1.2.840.10045.4.3.4',
  },
};

/** RFC 8410 section 3 and RFC 9881 section 2: the identifier says it all, parameters are absent. */
const BY_KEY_TYPE = new Map<string, string>([
  ['ed25519', '1.3.101.112'],
  ['ed448', '1.3.101.113'],
  ['ml-dsa-44', '2.16.840.1.101.3.4.3.17'],
  ['ml-dsa-65', '2.16.840.1.101.3.4.3.18'],
  ['ml-dsa-87', '2.16.840.1.101.3.4.3.19'],
]);

const CURVE_HASH = new Map<string | undefined, Hash>([
  ['secp384r1', 'sha384'],
  ['secp521r1', 'sha512'],
]);

/**
 * The algorithm with which this private key signs.
 *
 * @throws TypeError for a key that cannot sign, or for MD5 with ECDSA, which has no identifier.
 */
export function signatureAlgorithm(key: KeyObject, options: SignatureOptions = {}): SignatureAlgorithm {
  const type: string = key.asymmetricKeyType ?? key.type;
  if (type === 'rsa') return options.padding === 'pss' ? rsaPss(key, options) : rsaPkcs1(key, options);
  if (type === 'ec') return ecdsa(key, options);
  const identifier = BY_KEY_TYPE.get(type);
  if (identifier === undefined) throw new TypeError(`no signature algorithm for a key of type ${type}`);
  return {
    algorithmIdentifier: { algorithm: identifier, parameters: undefined },
    sign: (tbs) => sign(null, tbs, key),
  };
}

/** RFC 4055 section 5: the parameters are NULL. */
function rsaPkcs1(key: KeyObject, { hash = 'sha256' }: SignatureOptions): SignatureAlgorithm {
  return {
    algorithmIdentifier: { algorithm: HASHES[hash].rsa, parameters: nullValue() },
    sign: (tbs) => sign(hash, tbs, key),
  };
}

/** RFC 4055 section 3.1; the mask is made with the same hash, and what equals a DEFAULT is left out. */
function rsaPss(key: KeyObject, { hash = 'sha256', saltLength }: SignatureOptions): SignatureAlgorithm {
  const salt = saltLength ?? HASHES[hash].octets;
  const hashIdentifier = sequence(oid(HASHES[hash].oid), nullValue());
  const parameters: Buffer[] = [];
  if (hash !== 'sha1') {
    parameters.push(explicit(0, hashIdentifier), explicit(1, sequence(oid(OID.mgf1), hashIdentifier)));
  }
  if (salt !== 20) parameters.push(explicit(2, integer(salt)));
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt };
  return {
    algorithmIdentifier: { algorithm: OID.rsaPss, parameters: sequence(...parameters) },
    sign: (tbs) => sign(hash, tbs, options),
  };
}

/** RFC 5758 section 3.2: parameters are absent, the signature is Ecdsa-Sig-Value in DER. */
function ecdsa(key: KeyObject, options: SignatureOptions): SignatureAlgorithm {
  const hash = options.hash ?? CURVE_HASH.get(key.asymmetricKeyDetails?.namedCurve) ?? 'sha256';
  const identifier = HASHES[hash].ecdsa;
  if (identifier === undefined) throw new TypeError(`ECDSA has no identifier with ${hash}`);
  return {
    algorithmIdentifier: { algorithm: identifier, parameters: undefined },
    sign: (tbs) => sign(hash, tbs, { key, dsaEncoding: 'der' }),
  };
}
