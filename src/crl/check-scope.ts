/** Whether a CRL would list the certificate if it were revoked: else that it does not list it means nothing. */
import { CrlError } from '../errors.ts';
import { isCa } from '../x509/basic-constraints.ts';
import type { Certificate } from '../x509/certificate.ts';
import { findExtension } from '../x509/extension.ts';
import { formatGeneralName } from '../x509/general-name.ts';
import { OID, oidName } from '../x509/oids.ts';
import type { CertificateList } from './certificate-list.ts';
import type { DistributionPoint } from './crl-distribution-points.ts';
import { type DistributionPointName, shareName } from './distribution-point-name.ts';
import { issuingDistributionPoint } from './issuing-distribution-point.ts';

/** Those whose meaning is taken into account, or cannot change whether a certificate is revoked. */
const UNDERSTOOD: ReadonlySet<string> = new Set<string>([
  OID.cRLNumber,
  OID.authorityKeyIdentifier,
  OID.issuerAltName,
  OID.issuingDistributionPoint,
  OID.freshestCRL,
  OID.authorityInfoAccess,
]);

/**
 * RFC 5280 sections 5.2 and 6.3.3 (b). `point` is the distribution point that led to the CRL.
 *
 * @throws CrlError `crl-unsupported` for a CRL of a kind that is not taken, `crl-out-of-scope` for one of others.
 */
export function checkScope(
  { extensions }: Pick<CertificateList, 'extensions'>,
  certificate: Certificate,
  point: DistributionPoint,
): void {
  if (findExtension(extensions, OID.deltaCRLIndicator))
    refuse('crl-unsupported', 'a delta CRL, which lists only what changed since another one');
  for (const { oid, critical } of extensions) {
    if (critical && !UNDERSTOOD.has(oid))
      refuse('crl-unsupported', `the critical extension ${oidName(oid)} of the CRL is not known`);
  }
  const scope = issuingDistributionPoint(extensions);
  if (!scope) return;
  if (scope.indirect)
    refuse('crl-unsupported', 'an indirect CRL, which lists certificates of other issuers as well');
  if (scope.onlySomeReasons)
    refuse('crl-unsupported', 'the CRL lists only certificates that were revoked for some of the reasons');
  if (scope.onlyAttributeCerts) refuse('crl-out-of-scope', 'the CRL lists only attribute certificates');
  if (scope.onlyUserCerts && isCa(certificate))
    refuse('crl-out-of-scope', 'the CRL lists no certificates of CAs, and this is one');
  if (scope.onlyCaCerts && !isCa(certificate))
    refuse('crl-out-of-scope', 'the CRL lists only certificates of CAs, and this is none');
  // The CRL of another part of the same CA is signed as well as this one, and does not list the certificate.
  if (scope.name && !(point.name && shareName(scope.name, point.name)))
    refuse(
      'crl-out-of-scope',
      `the CRL is that of ${words(scope.name)}, the certificate names ${words(point.name)}`,
    );
}

function refuse(code: 'crl-unsupported' | 'crl-out-of-scope', message: string): never {
  throw new CrlError(code, message);
}

/** The first of the names tells which it is. */
function words(name: DistributionPointName | undefined): string {
  const [first] = name?.fullName ?? [];
  if (first) return formatGeneralName(first);
  return name ? 'a name relative to its issuer' : 'none';
}
