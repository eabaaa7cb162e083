/**
 * ServiceLocator ::= SEQUENCE { issuer Name, locator AuthorityInfoAccessSyntax OPTIONAL } (RFC 6960 section 4.4.6):
 * lets one responder pass a request on to another.
 */
import { decodeWhole } from '../../der/reader.ts';
import { TAG } from '../../der/tags.ts';
import { oid, sequence } from '../../der/writer.ts';
import { type AccessDescription, decodeAuthorityInfoAccess } from '../../x509/authority-info-access.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

/** Whom a responder may pass a request on to (RFC 6960 section 4.4.6). */
export interface ServiceLocator {
  /** An encoded Name. */
  readonly issuer: Buffer;
  readonly locator: readonly AccessDescription[];
}

/**
 * Whom a responder may pass a request on to (RFC 6960 section 4.4.6).
 *
 * @param value the `value` of the Extension.
 * @throws DerError when it is not that in strict DER.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { decodeServiceLocator, encodeServiceLocator, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate] = parseCertificates(readFileSync('domain.crt'));
 * const { value } = encodeServiceLocator({ issuer: certificate.issuer, locator: [] });
 * console.log(decodeServiceLocator(value).issuer.equals(certificate.issuer)); // true
 * ```
 */
export function decodeServiceLocator(value: Uint8Array): ServiceLocator {
  return decodeWhole(value, 'ServiceLocator', (reader) => {
    const fields = reader.sequence();
    const issuer = fields.raw(TAG.sequence);
    const locator = fields.atEnd ? [] : decodeAuthorityInfoAccess(fields);
    fields.finish();
    return { issuer, locator };
  });
}

/**
 * The extension of a request that a responder may pass on to another (RFC 6960 section 4.4.6).
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { decodeServiceLocator, encodeServiceLocator, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate] = parseCertificates(readFileSync('domain.crt'));
 * const { value } = encodeServiceLocator({ issuer: certificate.issuer, locator: [] });
 * console.log(decodeServiceLocator(value).issuer.equals(certificate.issuer)); // true
 * ```
 */
export function encodeServiceLocator({ issuer, locator }: ServiceLocator): Extension {
  const access = locator.map(({ method, location }) => sequence(oid(method), location.raw));
  const value = access.length === 0 ? sequence(issuer) : sequence(issuer, sequence(...access));
  return { oid: OID.ocspServiceLocator, critical: false, value };
}
