/** The extensions of a certificate that an administrator may ask about. */
import { decodeCrlDistributionPoints } from '../../crl/crl-distribution-points.ts';
import { decodeWhole } from '../../der/reader.ts';
import { hex, printable } from '../../text.ts';
import { decodeAuthorityInfoAccess } from '../../x509/authority-info-access.ts';
import { basicConstraints } from '../../x509/basic-constraints.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { formatGeneralName } from '../../x509/general-name.ts';
import { authorityKeyIdentifier, subjectKeyIdentifier } from '../../x509/key-identifier.ts';
import { extendedKeyUsage, keyUsage } from '../../x509/key-usage.ts';
import { OID, oidName } from '../../x509/oids.ts';
import { subjectAltNames } from '../../x509/subject-alt-name.ts';
import { type AccessDescription, accessRows, describeAccess } from './access.ts';
import { type ExtensionDescription, describeExtensions } from './extension.ts';
import type { Row } from './listing.ts';

/** `type` is the name that the RFC gives the extension. */
export type CertificateExtension =
  | { readonly type: 'subjectAltName'; readonly names: readonly string[] }
  | { readonly type: 'keyUsage'; readonly usages: readonly string[] }
  | { readonly type: 'extKeyUsage'; readonly purposes: readonly string[] }
  | { readonly type: 'basicConstraints'; readonly ca: boolean; readonly pathLength: number | null }
  | { readonly type: 'authorityInfoAccess'; readonly access: readonly AccessDescription[] }
  | { readonly type: 'cRLDistributionPoints'; readonly names: readonly string[] }
  | { readonly type: 'subjectKeyIdentifier'; readonly keyIdentifier: string }
  | { readonly type: 'authorityKeyIdentifier'; readonly keyIdentifier: string | null }
  | { readonly type: 'tlsFeature'; readonly features: readonly number[] }
  | { readonly type: 'noRevAvail' }
  | { readonly type: 'ocsp-nocheck' };

type Decoder = (certificate: Certificate, value: Buffer) => CertificateExtension;

const hexOrNull = (bytes: Buffer | undefined): string | null => (bytes ? hex(bytes) : null);

const DECODERS: Readonly<Record<string, Decoder>> = {
  [OID.subjectAltName]: (certificate) => ({
    type: 'subjectAltName',
    names: subjectAltNames(certificate).map(formatGeneralName),
  }),
  [OID.keyUsage]: (certificate) => ({ type: 'keyUsage', usages: keyUsage(certificate) ?? [] }),
  [OID.extKeyUsage]: (certificate) => ({
    type: 'extKeyUsage',
    purposes: (extendedKeyUsage(certificate) ?? []).map(oidName),
  }),
  [OID.basicConstraints]: (certificate) => {
    const { ca = false, pathLength } = basicConstraints(certificate) ?? {};
    return { type: 'basicConstraints', ca, pathLength: pathLength ?? null };
  },
  [OID.authorityInfoAccess]: (_, value) => ({
    type: 'authorityInfoAccess',
    access: decodeWhole(value, 'authorityInfoAccess', decodeAuthorityInfoAccess).map(describeAccess),
  }),
  [OID.cRLDistributionPoints]: (_, value) => ({
    type: 'cRLDistributionPoints',
    names: decodeWhole(value, 'cRLDistributionPoints', decodeCrlDistributionPoints)
      .flatMap(({ name }) => name?.fullName ?? [])
      .map((name) => (name.type === 'URI' ? printable(name.value) : formatGeneralName(name))),
  }),
  [OID.subjectKeyIdentifier]: (certificate) => ({
    type: 'subjectKeyIdentifier',
    keyIdentifier: hexOrNull(subjectKeyIdentifier(certificate)) ?? '',
  }),
  [OID.authorityKeyIdentifier]: (certificate) => ({
    type: 'authorityKeyIdentifier',
    keyIdentifier: hexOrNull(authorityKeyIdentifier(certificate)),
  }),
  [OID.tlsFeature]: (_, value) => ({
    type: 'tlsFeature',
    features: decodeWhole(value, 'tlsFeature', (reader) => reader.sequenceOf((it) => it.smallInteger())),
  }),
  [OID.noRevAvail]: (_, value) => {
    decodeWhole(value, 'noRevAvail', (reader) => reader.null());
    return { type: 'noRevAvail' };
  },
  [OID.ocspNocheck]: (_, value) => {
    decodeWhole(value, 'ocsp-nocheck', (reader) => reader.null());
    return { type: 'ocsp-nocheck' };
  },
};

export function describeCertificateExtensions(
  certificate: Certificate,
): readonly ExtensionDescription<CertificateExtension>[] {
  return describeExtensions(certificate.extensions, ({ oid, value }) => DECODERS[oid]?.(certificate, value));
}

export function certificateExtensionRows(extension: CertificateExtension): readonly Row[] {
  switch (extension.type) {
    case 'subjectAltName':
      return [['Subject Alt Names', extension.names]];
    case 'keyUsage':
      return [['Key Usage', extension.usages.join(', ') || 'none']];
    case 'extKeyUsage':
      return [['Extended Key Usage', extension.purposes.join(', ')]];
    case 'basicConstraints':
      return [['Basic Constraints', constraintWords(extension.ca, extension.pathLength)]];
    case 'authorityInfoAccess':
      return accessRows(extension.access);
    case 'cRLDistributionPoints':
      return [['CRL Distribution', extension.names]];
    case 'subjectKeyIdentifier':
      return [['Subject Key ID', extension.keyIdentifier]];
    case 'authorityKeyIdentifier':
      return [['Authority Key ID', extension.keyIdentifier ?? 'given by name and serial number']];
    case 'tlsFeature':
      return [['TLS Feature', extension.features.map(featureName).join(', ')]];
    case 'noRevAvail':
      return [['Revocation', 'never published for this certificate (noRevAvail, RFC 9608)']];
    case 'ocsp-nocheck':
      return [['OCSP No Check', 'its own status need not be asked for']];
  }
}

function constraintWords(ca: boolean, pathLength: number | null): string {
  if (!ca) return 'no CA';
  return pathLength === null ? 'CA' : `CA, path length ${pathLength}`;
}

/** By the IANA registry of TLS extensions. */
function featureName(feature: number): string {
  if (feature === 5) return 'status_request (must-staple)';
  return feature === 17 ? 'status_request_v2' : `TLS extension ${feature}`;
}
