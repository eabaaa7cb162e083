/**
 * CertificateList ::= SEQUENCE { tbsCertList TBSCertList, signatureAlgorithm AlgorithmIdentifier,
 *   signatureValue BIT STRING }
 * TBSCertList ::= SEQUENCE { version INTEGER OPTIONAL, signature AlgorithmIdentifier, issuer Name, thisUpdate Time,
 *   nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF SEQUENCE { … } OPTIONAL,
 *   crlExtensions [0] EXPLICIT Extensions OPTIONAL } (RFC 5280 section 5.1)
 * Not read here: the revoked certificates, of which there may be a million (`revoked-certificates.ts`).
 */
import { DerReader } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { type AlgorithmIdentifier, decodeAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { type Extension, decodeExtensions } from '../x509/extension.ts';

/** 64 MiB: the largest CRLs of the Web had some 30 MB, after Heartbleed; an entry takes 35 to 60 bytes. */
export const MAX_CRL_BYTES: number = 64 * 1024 * 1024;

/** Views over what was decoded; nothing is copied. */
export interface CertificateList {
  /** The part that is signed. */
  readonly tbs: Buffer;
  /** 1, or 2 where there may be extensions. */
  readonly version: 1 | 2;
  /** An encoded Name. */
  readonly issuer: Buffer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** The encoded SEQUENCE; `undefined` when nothing is revoked. */
  readonly revokedCertificates: Buffer | undefined;
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Buffer;
}

/** @throws DerError when it is not strict DER, no CRL, or larger than `MAX_CRL_BYTES`. */
export function decodeCertificateList(der: Uint8Array): CertificateList {
  const whole = DerReader.over(der, 'CertificateList', MAX_CRL_BYTES);
  const fields = whole.sequence();
  whole.finish();
  const tbs = fields.raw(TAG.sequence);
  const outer = fields.raw(TAG.sequence);
  const signature = fields.bitOctets();
  fields.finish();

  const body = DerReader.over(tbs, 'TBSCertList', MAX_CRL_BYTES).sequence();
  const version = decodeListVersion(body);
  // RFC 5280 section 5.1.1.2: the algorithm that is signed and the one that is not must be the same, else an attacker
  // chooses how the signature is read.
  if (!body.raw(TAG.sequence).equals(outer))
    body.unexpected('signature algorithms inside and outside differ');
  const issuer = body.raw(TAG.sequence);
  const thisUpdate = body.time();
  const nextUpdate = isTime(body.peek()) ? body.time() : undefined;
  // An empty one should be left out (RFC 5280 section 5.1.2.6), yet CAs write it, and it says the same.
  const revokedCertificates = body.peek() === TAG.sequence ? body.raw() : undefined;
  const wrapped = body.explicit(0);
  const extensions = wrapped ? decodeExtensions(wrapped) : [];
  wrapped?.finish();
  if (wrapped && version === 1) body.unexpected('extensions in a CRL of version 1');
  body.finish();

  return {
    tbs,
    version,
    issuer,
    thisUpdate,
    nextUpdate,
    revokedCertificates,
    extensions,
    signatureAlgorithm: decodeAlgorithmIdentifier(DerReader.over(outer, 'AlgorithmIdentifier')),
    signature,
  };
}

/** Left out in version 1, and 1 for version 2 (RFC 5280 section 5.1.2.1). */
function decodeListVersion(body: DerReader): 1 | 2 {
  if (body.peek() !== TAG.integer) return 1;
  const version = body.smallInteger() + 1;
  return version === 2 ? version : body.unexpected(`CRL version ${version}`);
}

export const isTime = (tag: number): boolean => tag === TAG.utcTime || tag === TAG.generalizedTime;
