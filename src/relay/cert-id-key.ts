/** A CertID as a string to look things up by: two that name the same certificate by the same hash are equal. */
import type { CertID } from '../ocsp/cert-id.ts';
import { hasNoParameters } from '../x509/algorithm-identifier.ts';
import { type Hash, hashOf } from '../x509/signature-scheme.ts';

const LENGTHS: Readonly<Record<Hash, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** The hash that a client names the issuer by; `undefined` for one that is none of ours, and for a hash of wrong length. */
export function hashIn({ hashAlgorithm, issuerKeyHash, issuerNameHash }: CertID): Hash | undefined {
  const hash = hashOf(hashAlgorithm.algorithm);
  if (hash === undefined || !hasNoParameters(hashAlgorithm)) return undefined;
  const length = LENGTHS[hash];
  return issuerNameHash.length === length && issuerKeyHash.length === length ? hash : undefined;
}

/** Of the issuer alone. Unambiguous, since `hashIn` holds each part to its length. */
export function issuerKeyOf(hash: Hash, { issuerKeyHash, issuerNameHash }: CertID): string {
  return [hash, issuerNameHash.toString('latin1'), issuerKeyHash.toString('latin1')].join('');
}

/** RFC 5280 section 4.1.2.2 allows 20 octets; a stranger may send as many as fit into a request. */
const MAX_SERIAL = 64;

export function certIDKeyOf(certID: CertID): string | undefined {
  const hash = certID.serialNumber.length <= MAX_SERIAL ? hashIn(certID) : undefined;
  // Joined, not added: V8 keeps a sum together with all its parts.
  return hash && [issuerKeyOf(hash, certID), certID.serialNumber.toString('latin1')].join('');
}
