/**
 * Certificate ::= SEQUENCE { tbsCertificate TBSCertificate, signatureAlgorithm AlgorithmIdentifier,
 *   signatureValue BIT STRING } (RFC 5280 section 4.1)
 * Read: all fields, into views over the input. Not read here: the values of extensions, which have decoders of their
 * own, and issuerUniqueID and subjectUniqueID, which no CA writes.
 */
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { TAG, primitive } from '../der/tags.ts';
import { type AlgorithmIdentifier, decodeAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Extension, decodeExtensions } from './extension.ts';
import { decodeVersion } from './version.ts';

/**
 * A certificate (RFC 5280 section 4.1) with its fields as they stand: what is encoded is so in DER, and a view into
 * the bytes that were decoded.
 */
export interface Certificate {
  /** The whole certificate, and the part of it that is signed. */
  readonly raw: Buffer;
  readonly tbs: Buffer;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Content octets of the INTEGER: two's complement, big-endian. */
  readonly serialNumber: Buffer;
  /** Encoded Names. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The encoded SubjectPublicKeyInfo, its algorithm, and the octets of the key inside it (what issuerKeyHash hashes). */
  readonly subjectPublicKeyInfo: Buffer;
  readonly keyAlgorithm: AlgorithmIdentifier;
  readonly publicKey: Buffer;
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Buffer;
}

/**
 * Decodes one certificate in DER (RFC 5280 section 4.1). For files of any form there is `parseCertificates`.
 *
 * @throws DerError when it is not strict DER or no certificate.
 * @example
 * ```ts
 * import { X509Certificate } from 'node:crypto';
 * import { readFileSync } from 'node:fs';
 * import { decodeCertificate } from 'restaple';
 *
 * const { raw } = new X509Certificate(readFileSync('domain.crt'));
 * console.log(decodeCertificate(raw).notAfter.toISOString());
 * ```
 */
export function decodeCertificate(der: Uint8Array): Certificate {
  return decodeWhole(der, 'Certificate', readCertificate);
}

export function readCertificate(reader: DerReader): Certificate {
  const raw = reader.raw(TAG.sequence);
  const fields = decodeWhole(raw, 'Certificate', (whole) => whole.sequence());
  const tbs = fields.raw(TAG.sequence);
  const outer = fields.raw(TAG.sequence);
  const signature = fields.bitOctets();
  fields.finish();

  const body = decodeWhole(tbs, 'TBSCertificate', (whole) => whole.sequence());
  const version = decodeVersion(body);
  if (version > 3) body.unexpected(`certificate version ${version}`);
  const serialNumber = body.integer();
  // RFC 5280 section 4.1.1.2: the algorithm that is signed and the one that is not must be the same, else an
  // attacker chooses how the signature is read.
  if (!body.raw(TAG.sequence).equals(outer))
    body.unexpected('signature algorithms inside and outside differ');
  const issuer = body.raw(TAG.sequence);
  const validity = body.sequence();
  const notBefore = validity.time();
  const notAfter = validity.time();
  validity.finish();
  const subject = body.raw(TAG.sequence);
  const subjectPublicKeyInfo = body.raw(TAG.sequence);
  const key = decodeWhole(subjectPublicKeyInfo, 'SubjectPublicKeyInfo', (whole) => whole.sequence());
  const keyAlgorithm = decodeAlgorithmIdentifier(key);
  const publicKey = key.bitOctets();
  key.finish();
  for (const unique of [primitive(1), primitive(2)]) if (body.peek() === unique) body.raw();
  const wrapped = body.explicit(3);
  const extensions = wrapped ? decodeExtensions(wrapped) : [];
  wrapped?.finish();
  body.finish();

  return {
    raw,
    tbs,
    version,
    serialNumber,
    issuer,
    subject,
    notBefore,
    notAfter,
    subjectPublicKeyInfo,
    keyAlgorithm,
    publicKey,
    extensions,
    signatureAlgorithm: decodeWhole(outer, 'AlgorithmIdentifier', decodeAlgorithmIdentifier),
    signature,
  };
}
