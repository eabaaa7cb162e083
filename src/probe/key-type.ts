/**
 * How a client asks for one of the two certificates that many servers have.
 *
 * By the signatures that it takes; and up to TLS 1.2 by the cipher suites too, of which the ones without a key exchange
 * of their own need no signature.
 */
import type { ConnectionOptions } from 'node:tls';
import { attempt } from '../attempt.ts';
import { decodeCertificate } from '../x509/certificate.ts';
import { OID } from '../x509/oids.ts';

export type KeyType = 'rsa' | 'ecdsa';

const SIGNATURES: Readonly<Record<KeyType, string>> = {
  rsa: 'rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512:RSA+SHA1',
  ecdsa: 'ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ECDSA+SHA1',
};

/** TLS 1.3 names its suites apart from keys. */
const TLS_1_3 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
const OLDER: Readonly<Record<KeyType | 'any', string>> = {
  any: 'DEFAULT',
  rsa: 'DEFAULT:!aECDSA',
  ecdsa: 'aECDSA',
};

/** Level 0 refuses no key and no signature for its weakness: what a server presents is to be seen and reported. */
export function keyOptions(type: KeyType | undefined): ConnectionOptions {
  const ciphers = `${TLS_1_3}:${OLDER[type ?? 'any']}:@SECLEVEL=0`;
  return type === undefined ? { ciphers } : { ciphers, sigalgs: SIGNATURES[type] };
}

/** Of the key in a certificate; `undefined` when it is another one, or no certificate can be read. */
export function keyTypeOf(der: Buffer | undefined): KeyType | undefined {
  const algorithm = der && attempt(() => decodeCertificate(der))?.keyAlgorithm.algorithm;
  if (algorithm === OID.ecPublicKey) return 'ecdsa';
  return algorithm === OID.rsaEncryption || algorithm === OID.rsaPss ? 'rsa' : undefined;
}
