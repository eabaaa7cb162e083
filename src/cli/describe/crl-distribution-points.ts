/**
 * CRLDistributionPoints ::= SEQUENCE OF DistributionPoint
 * DistributionPoint ::= SEQUENCE { distributionPoint [0] EXPLICIT CHOICE { fullName [0] GeneralNames,
 *   nameRelativeToCRLIssuer [1] } OPTIONAL, reasons [1] OPTIONAL, cRLIssuer [2] GeneralNames OPTIONAL }
 * (RFC 5280 section 4.2.1.13)
 * Read: the full names, which is where the CRLs are. Not read: the rest, which no CA of the Web writes.
 */
import { decodeWhole } from '../../der/reader.ts';
import { type GeneralName, decodeGeneralName } from '../../x509/general-name.ts';
import { constructed } from '../../der/tags.ts';

export function decodeCrlDistributionPoints(value: Buffer): readonly GeneralName[] {
  return decodeWhole(value, 'CRLDistributionPoints', (reader) =>
    reader
      .sequenceOf((item) => {
        const point = item.sequence();
        const name = point.explicit(0);
        const full = name?.enterOptional(constructed(0))?.rest(decodeGeneralName) ?? [];
        name?.rest((other) => other.raw());
        point.rest((other) => other.raw());
        return full;
      })
      .flat(),
  );
}
