/** TLS feature: Features ::= SEQUENCE OF INTEGER (RFC 7633): extensions that the server promises to answer. */
import type { Certificate } from './certificate.ts';
import { findExtension, readExtension } from './extension.ts';
import { OID } from './oids.ts';

/** The number of the TLS extension `status_request` (RFC 6066). */
const STATUS_REQUEST = 5;

/** True for a must-staple certificate: a client that knows the extension refuses it without a staple. */
export function isMustStaple(certificate: Certificate): boolean {
  const features = readExtension(certificate.extensions, OID.tlsFeature, 'tlsFeature', (reader) =>
    reader.sequenceOf((feature) => feature.smallInteger()),
  );
  return features?.includes(STATUS_REQUEST) === true;
}

/** True when the CA says that it will never publish revocation for this certificate (RFC 9608). */
export function hasNoRevAvail(certificate: Certificate): boolean {
  return findExtension(certificate.extensions, OID.noRevAvail) !== undefined;
}
