/** TLS feature: Features ::= SEQUENCE OF INTEGER (RFC 7633): extensions that the server promises to answer. */
import type { Certificate } from './certificate.ts';
import { findExtension, readExtension } from './extension.ts';
import { OID } from './oids.ts';

/** The number of the TLS extension `status_request` (RFC 6066). */
const STATUS_REQUEST = 5;

/**
 * True for a must-staple certificate (RFC 7633): a client that knows the extension refuses it without a staple.
 *
 * @throws DerError when the extension cannot be read.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { isMustStaple, parseCertificates } from 'restaple';
 *
 * const [certificate] = parseCertificates(readFileSync('domain.crt'));
 * console.log(isMustStaple(certificate) ? 'it promises a staple' : 'it promises none');
 * ```
 */
export function isMustStaple(certificate: Certificate): boolean {
  const features = readExtension(certificate.extensions, OID.tlsFeature, 'tlsFeature', (reader) =>
    reader.sequenceOf((feature) => feature.smallInteger()),
  );
  return features?.includes(STATUS_REQUEST) === true;
}

/**
 * True when the CA says that it will never publish revocation for this certificate (RFC 9608): then there is nothing
 * to staple.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { hasNoRevAvail, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate] = parseCertificates(readFileSync('domain.crt'));
 * console.log(hasNoRevAvail(certificate) ? 'nobody to ask' : 'it can be revoked');
 * ```
 */
export function hasNoRevAvail(certificate: Certificate): boolean {
  return findExtension(certificate.extensions, OID.noRevAvail) !== undefined;
}
