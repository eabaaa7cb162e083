/**
 * What an AlgorithmIdentifier says about a signature: which hash, which padding, which kind of key.
 * RSA: RFC 8017 and 4055. ECDSA: RFC 5758. EdDSA: RFC 8410. ML-DSA: RFC 9881.
 *
 * MD2 and MD5 are refused always: collisions forged a CA certificate in 2008. SHA-1 is refused unless the caller allows
 * it by name. SHA-224 is left out, as browsers do.
 */
import { DerError } from '../errors.ts';
import { decodeWhole } from '../der/reader.ts';
import {
  type AlgorithmIdentifier,
  decodeAlgorithmIdentifier,
  hasNoParameters,
} from './algorithm-identifier.ts';
import { OID } from './oids.ts';

/** A hash function, by its name in node:crypto. */
export type Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512';
export type KeyKind = 'rsa' | 'ec' | 'ed25519' | 'ed448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

export interface SignatureScheme {
  /** As administrators write it: `sha256WithRSAEncryption`, `ecdsa-with-SHA384`, `RSASSA-PSS sha256`, `Ed25519`. */
  readonly name: string;
  readonly key: KeyKind;
  /** `undefined` where the scheme hashes by itself. */
  readonly hash: Hash | undefined;
  /** Octets of salt: the scheme is RSASSA-PSS. */
  readonly saltLength: number | undefined;
}

/** Why an algorithm is not taken: `refused` is known and broken, `unknown` is not known or has odd parameters. */
export interface SchemeProblem {
  readonly problem: 'refused' | 'unknown';
  readonly reason: string;
}

const BROKEN: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.3': 'md4WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
};

const scheme = (name: string, key: KeyKind, hash?: Hash): SignatureScheme => ({
  name,
  key,
  hash,
  saltLength: undefined,
});

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.5': scheme('sha1WithRSAEncryption', 'rsa', 'sha1'),
  '1.2.840.113549.1.1.11': scheme('sha256WithRSAEncryption', 'rsa', 'sha256'),
  '1.2.840.113549.1.1.12': scheme('sha384WithRSAEncryption', 'rsa', 'sha384'),
  '1.2.840.113549.1.1.13': scheme('sha512WithRSAEncryption', 'rsa', 'sha512'),
  '1.2.840.10045.4.1': scheme('ecdsa-with-SHA1', 'ec', 'sha1'),
  '1.2.840.10045.4.3.2': scheme('ecdsa-with-SHA256', 'ec', 'sha256'),
  '1.2.840.10045.4.3.3': scheme('ecdsa-with-SHA384', 'ec', 'sha384'),
  '1.2.840.10045.4.3.4': scheme('ecdsa-with-SHA512', 'ec', 'sha512'),
  '1.3.101.112': scheme('Ed25519', 'ed25519'),
  '1.3.101.113': scheme('Ed448', 'ed448'),
  '2.16.840.1.101.3.4.3.17': scheme('ML-DSA-44', 'ml-dsa-44'),
  '2.16.840.1.101.3.4.3.18': scheme('ML-DSA-65', 'ml-dsa-65'),
  '2.16.840.1.101.3.4.3.19': scheme('ML-DSA-87', 'ml-dsa-87'),
};

const HASHES: Readonly<Record<string, Hash>> = {
  [OID.sha1]: 'sha1',
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
};

/** The hash of an OID; `undefined` for one that restaple does not use. */
export const hashOf = (oid: string): Hash | undefined => HASHES[oid];

/** The name of a signature algorithm for people, whether restaple would accept it or not. */
export function signatureAlgorithmName(identifier: AlgorithmIdentifier): string {
  const found = signatureScheme(identifier);
  return 'name' in found ? found.name : (BROKEN[identifier.algorithm] ?? identifier.algorithm);
}

/** Reads an algorithm. SHA-1 is a scheme like the others here; `verifySignature` refuses it. */
export function signatureScheme(identifier: AlgorithmIdentifier): SignatureScheme | SchemeProblem {
  const { algorithm } = identifier;
  const broken = BROKEN[algorithm];
  if (broken !== undefined) return { problem: 'refused', reason: `${broken} is broken` };
  if (algorithm === OID.rsaPss) return pssScheme(identifier.parameters);
  const known = SCHEMES[algorithm];
  if (!known) return { problem: 'unknown', reason: `${algorithm} is not a signature algorithm known here` };
  // RSA writes NULL or nothing; all others write nothing (RFC 5758 section 3.2, 8410 section 3, 9881 section 2).
  const allowed = known.key === 'rsa' ? hasNoParameters(identifier) : identifier.parameters === undefined;
  return allowed ? known : { problem: 'unknown', reason: `${known.name} has parameters, where none belong` };
}

/**
 * RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, maskGenAlgorithm [1] DEFAULT mgf1SHA1,
 *   saltLength [2] DEFAULT 20, trailerField [3] DEFAULT 1 } (RFC 4055 section 3.1)
 * The mask must use the hash of the message: RFC 4055 recommends it, and node:crypto knows no other.
 */
function pssScheme(parameters: Buffer | undefined): SignatureScheme | SchemeProblem {
  if (parameters === undefined) return odd('without parameters');
  try {
    return decodePssParameters(parameters);
  } catch (error) {
    if (error instanceof DerError) return odd(`with parameters that cannot be read: ${error.message}`);
    throw error;
  }
}

function decodePssParameters(parameters: Buffer): SignatureScheme | SchemeProblem {
  return decodeWhole(parameters, 'RSASSA-PSS-params', (reader) => {
    const fields = reader.sequence();
    const hashField = fields.explicit(0);
    const hash = hashField ? plainHash(decodeAlgorithmIdentifier(hashField)) : 'sha1';
    hashField?.finish();
    const maskField = fields.explicit(1);
    const mask = maskField ? maskHash(decodeAlgorithmIdentifier(maskField)) : 'sha1';
    maskField?.finish();
    const saltField = fields.explicit(2);
    const saltLength = saltField ? saltField.smallInteger() : 20;
    saltField?.finish();
    const trailerField = fields.explicit(3);
    const trailer = trailerField ? trailerField.smallInteger() : 1;
    trailerField?.finish();
    fields.finish();
    if (hash === undefined) return odd('with a hash not known here');
    if (mask !== hash) return odd('with a mask hash that is not the message hash');
    if (trailer !== 1) return odd(`with trailer field ${trailer}`);
    return { name: `RSASSA-PSS ${hash}`, key: 'rsa', hash, saltLength };
  });
}

const odd = (reason: string): SchemeProblem => ({ problem: 'unknown', reason: `RSASSA-PSS ${reason}` });

/** The signature does not cover these parameters: what they hold beside the hash is for nobody to choose. */
const plainHash = (identifier: AlgorithmIdentifier): Hash | undefined =>
  hasNoParameters(identifier) ? hashOf(identifier.algorithm) : undefined;

function maskHash({ algorithm, parameters }: AlgorithmIdentifier): Hash | undefined {
  if (algorithm !== OID.mgf1 || parameters === undefined) return undefined;
  return plainHash(decodeWhole(parameters, 'AlgorithmIdentifier', decodeAlgorithmIdentifier));
}
