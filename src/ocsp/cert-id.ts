/**
 * CertID ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, issuerNameHash OCTET STRING, issuerKeyHash OCTET STRING,
 *   serialNumber CertificateSerialNumber } (RFC 6960 section 4.1.1)
 */
import { createHash } from 'node:crypto';
import type { DerReader } from '../der/reader.ts';
import { integer, nullValue, octetString, sequence } from '../der/writer.ts';
import {
  type AlgorithmIdentifier,
  decodeAlgorithmIdentifier,
  encodeAlgorithmIdentifier,
  hasNoParameters,
} from '../x509/algorithm-identifier.ts';
import type { Certificate } from '../x509/certificate.ts';
import { OID } from '../x509/oids.ts';
import { type Hash, hashOf } from '../x509/signature-scheme.ts';

/** By what a responder knows a certificate (RFC 6960 section 4.1.1). */
export interface CertID {
  readonly hashAlgorithm: AlgorithmIdentifier;
  /** Hash of the encoded issuer Name as it stands in the certificate. */
  readonly issuerNameHash: Buffer;
  /** Hash of the issuer's key: the octets of the BIT STRING, without tag, length and unused bits. */
  readonly issuerKeyHash: Buffer;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Buffer;
}

export function decodeCertID(reader: DerReader): CertID {
  const fields = reader.sequence();
  const certID: CertID = {
    hashAlgorithm: decodeAlgorithmIdentifier(fields),
    issuerNameHash: fields.octetString(),
    issuerKeyHash: fields.octetString(),
    serialNumber: fields.integer(),
  };
  fields.finish();
  return certID;
}

export function encodeCertID(certID: CertID): Buffer {
  return sequence(
    encodeAlgorithmIdentifier(certID.hashAlgorithm),
    octetString(certID.issuerNameHash),
    octetString(certID.issuerKeyHash),
    integer(certID.serialNumber),
  );
}

/** What of a certificate a question about it needs: it may be known by its serial number alone. */
export type AskedCertificate = Pick<Certificate, 'issuer' | 'serialNumber' | 'notAfter'>;

/**
 * The CertID by which a responder knows `certificate`, issued by `issuer` (RFC 6960 section 4.1.1). By SHA-1 unless
 * `hash` says otherwise, as every CA answers that.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createCertID, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const { issuerKeyHash, serialNumber } = createCertID(certificate, issuer, 'sha256');
 * console.log(issuerKeyHash.toString('hex'), serialNumber.toString('hex'));
 * ```
 */
export function createCertID(
  certificate: AskedCertificate,
  issuer: Certificate,
  hash: Hash = 'sha1',
): CertID {
  const { name, key } = issuerHashes(certificate, issuer, hash);
  return {
    hashAlgorithm: { algorithm: OID[hash], parameters: nullValue() },
    issuerNameHash: name,
    issuerKeyHash: key,
    serialNumber: certificate.serialNumber,
  };
}

/**
 * True when `certID` names `certificate` of `issuer`, by whichever hash it uses (RFC 6960 section 4.1.1).
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createCertID, matchesCertID, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * console.log(matchesCertID(createCertID(certificate, issuer), certificate, issuer)); // true
 * console.log(matchesCertID(createCertID(issuer, issuer), certificate, issuer)); // false
 * ```
 */
export function matchesCertID(certID: CertID, certificate: AskedCertificate, issuer: Certificate): boolean {
  // The serial number tells most apart without hashing anything.
  if (!certID.serialNumber.equals(certificate.serialNumber)) return false;
  const hash = hashOf(certID.hashAlgorithm.algorithm);
  if (hash === undefined || !hasNoParameters(certID.hashAlgorithm)) return false;
  const { name, key } = issuerHashes(certificate, issuer, hash);
  return certID.issuerNameHash.equals(name) && certID.issuerKeyHash.equals(key);
}

interface IssuerHashes {
  readonly name: Buffer;
  readonly key: Buffer;
}

/** One issuer has many certificates: its two hashes are computed once while it is in use. */
const known = new WeakMap<Certificate, Map<Hash, IssuerHashes>>();

function issuerHashes(certificate: AskedCertificate, issuer: Certificate, hash: Hash): IssuerHashes {
  let byHash = known.get(issuer);
  if (!byHash) known.set(issuer, (byHash = new Map()));
  let hashes = byHash.get(hash);
  if (!hashes) {
    hashes = { name: digest(hash, issuer.subject), key: digest(hash, issuer.publicKey) };
    byHash.set(hash, hashes);
  }
  // RFC 6960 hashes the name as the certificate spells its issuer, which may be encoded otherwise than the issuer's own.
  return certificate.issuer.equals(issuer.subject)
    ? hashes
    : { name: digest(hash, certificate.issuer), key: hashes.key };
}

const digest = (hash: Hash, bytes: Buffer): Buffer => createHash(hash).update(bytes).digest();
