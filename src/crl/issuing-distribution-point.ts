/**
 * IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0] EXPLICIT DistributionPointName OPTIONAL,
 *   onlyContainsUserCerts [1] BOOLEAN DEFAULT FALSE, onlyContainsCACerts [2] BOOLEAN DEFAULT FALSE,
 *   onlySomeReasons [3] ReasonFlags OPTIONAL, indirectCRL [4] BOOLEAN DEFAULT FALSE,
 *   onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE } (RFC 5280 section 5.2.5)
 */
import type { DerReader } from '../der/reader.ts';
import { primitive } from '../der/tags.ts';
import { type Extension, readExtension } from '../x509/extension.ts';
import { OID } from '../x509/oids.ts';
import { type DistributionPointName, decodeDistributionPointName } from './distribution-point-name.ts';

export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | undefined;
  readonly onlyUserCerts: boolean;
  readonly onlyCaCerts: boolean;
  readonly onlySomeReasons: boolean;
  readonly indirect: boolean;
  readonly onlyAttributeCerts: boolean;
}

function decodeIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const fields = reader.sequence();
  const named = fields.explicit(0);
  const name = named && decodeDistributionPointName(named);
  const onlyUserCerts = flag(fields, 1);
  const onlyCaCerts = flag(fields, 2);
  const onlySomeReasons = fields.peek() === primitive(3);
  if (onlySomeReasons) fields.bitString(primitive(3));
  const indirect = flag(fields, 4);
  const onlyAttributeCerts = flag(fields, 5);
  fields.finish();
  return { name, onlyUserCerts, onlyCaCerts, onlySomeReasons, indirect, onlyAttributeCerts };
}

const flag = (fields: DerReader, n: number): boolean =>
  fields.peek() === primitive(n) && fields.boolean(primitive(n));

/** What the extensions of a CRL say of its scope; `undefined` when it is complete. */
export const issuingDistributionPoint = (
  extensions: readonly Extension[],
): IssuingDistributionPoint | undefined =>
  readExtension(
    extensions,
    OID.issuingDistributionPoint,
    'issuingDistributionPoint',
    decodeIssuingDistributionPoint,
  );
