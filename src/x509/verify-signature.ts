/** One signature check by node:crypto, told apart: not good, or by an algorithm or key that is not taken. */
import { type KeyObject, constants, verify } from 'node:crypto';
import { InputError } from '../errors.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import type { Certificate } from './certificate.ts';
import { importPublicKey } from './public-key.ts';
import { type SignatureScheme, signatureScheme } from './signature-scheme.ts';

export interface SignaturePolicy {
  /** Accept SHA-1 signatures. Off unless a caller turns it on by name. */
  readonly allowSha1: boolean;
}

export interface SignatureProblem {
  readonly problem: 'invalid' | 'refused' | 'unknown';
  readonly reason: string;
}

/**
 * Checks a signature over `signed` with an encoded SubjectPublicKeyInfo.
 *
 * @returns `undefined` when it is good, else what is wrong with it.
 */
export function verifySignature(
  identifier: AlgorithmIdentifier,
  signed: Buffer,
  signature: Buffer,
  subjectPublicKeyInfo: Buffer,
  policy: SignaturePolicy,
): SignatureProblem | undefined {
  const scheme = signatureScheme(identifier);
  if ('problem' in scheme) return scheme;
  if (scheme.hash === 'sha1' && !policy.allowSha1) {
    return { problem: 'refused', reason: `${scheme.name} uses SHA-1` };
  }
  let key: KeyObject;
  try {
    key = importPublicKey(subjectPublicKeyInfo);
  } catch (error) {
    if (error instanceof InputError) return { problem: 'unknown', reason: error.message };
    throw error;
  }
  if (!fits(scheme, key)) {
    return {
      problem: 'invalid',
      reason: `${scheme.name} cannot be by a key of type ${key.asymmetricKeyType}`,
    };
  }
  return isGood(scheme, signed, key, signature)
    ? undefined
    : { problem: 'invalid', reason: `${scheme.name} signature does not verify` };
}

function fits(scheme: SignatureScheme, key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'rsa-pss') return scheme.saltLength !== undefined;
  return key.asymmetricKeyType === scheme.key;
}

function isGood(scheme: SignatureScheme, signed: Buffer, key: KeyObject, signature: Buffer): boolean {
  if (scheme.saltLength === undefined) return verify(scheme.hash, signed, key, signature);
  const { saltLength } = scheme;
  try {
    return verify(
      scheme.hash,
      signed,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
      signature,
    );
  } catch {
    // A key bound to other PSS parameters, or a salt longer than the key: node:crypto throws, and it is no signature.
    return false;
  }
}

/** Checks that the key of `issuer` signed `certificate`. Names are not compared. */
export function verifyIssuedBy(
  certificate: Certificate,
  issuer: Certificate,
  policy: SignaturePolicy,
): SignatureProblem | undefined {
  return verifySignature(
    certificate.signatureAlgorithm,
    certificate.tbs,
    certificate.signature,
    issuer.subjectPublicKeyInfo,
    policy,
  );
}
