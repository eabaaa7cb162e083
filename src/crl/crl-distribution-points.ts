/**
 * CRLDistributionPoints ::= SEQUENCE OF DistributionPoint
 * DistributionPoint ::= SEQUENCE { distributionPoint [0] EXPLICIT DistributionPointName OPTIONAL,
 *   reasons [1] ReasonFlags OPTIONAL, cRLIssuer [2] GeneralNames OPTIONAL } (RFC 5280 section 4.2.1.13)
 * Not read: which reasons, and the names of the CRL's issuer; that they are there is enough to leave the point alone.
 */
import type { DerReader } from '../der/reader.ts';
import { constructed, primitive } from '../der/tags.ts';
import type { Certificate } from '../x509/certificate.ts';
import { readExtension } from '../x509/extension.ts';
import { OID } from '../x509/oids.ts';
import { type DistributionPointName, decodeDistributionPointName } from './distribution-point-name.ts';

export interface DistributionPoint {
  readonly name: DistributionPointName | undefined;
  /** Its CRLs tell of some reasons for revocation only. */
  readonly hasReasons: boolean;
  /** Its CRLs are signed by another than the issuer of the certificate. */
  readonly hasCrlIssuer: boolean;
}

export function decodeCrlDistributionPoints(reader: DerReader): readonly DistributionPoint[] {
  return reader.sequenceOf((item) => {
    const fields = item.sequence();
    const named = fields.explicit(0);
    const name = named && decodeDistributionPointName(named);
    const hasReasons = fields.peek() === primitive(1);
    if (hasReasons) fields.bitString(primitive(1));
    const hasCrlIssuer = fields.peek() === constructed(2);
    if (hasCrlIssuer) fields.skip(constructed(2));
    fields.finish();
    return { name, hasReasons, hasCrlIssuer };
  });
}

/** The distribution points of a certificate in its order; none where it has no such extension. */
export function crlDistributionPoints(certificate: Certificate): readonly DistributionPoint[] {
  return (
    readExtension(
      certificate.extensions,
      OID.cRLDistributionPoints,
      'cRLDistributionPoints',
      decodeCrlDistributionPoints,
    ) ?? []
  );
}
