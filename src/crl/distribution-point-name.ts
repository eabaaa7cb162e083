/**
 * DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] RelativeDistinguishedName }
 * (RFC 5280 section 4.2.1.13). A relative name is kept encoded: nobody writes one, and to compare it is enough.
 */
import type { DerReader } from '../der/reader.ts';
import { constructed } from '../der/tags.ts';
import { type GeneralName, decodeGeneralName } from '../x509/general-name.ts';

export interface DistributionPointName {
  readonly fullName: readonly GeneralName[];
  readonly relativeName: Buffer | undefined;
}

/** Reads the content of the `[0] EXPLICIT` around it. */
export function decodeDistributionPointName(reader: DerReader): DistributionPointName {
  const full = reader.enterOptional(constructed(0));
  if (full) {
    const fullName = full.rest(decodeGeneralName);
    reader.finish();
    return { fullName, relativeName: undefined };
  }
  const relativeName = reader.raw(constructed(1));
  reader.finish();
  return { fullName: [], relativeName };
}

/** True when both name the same place by one name at least (RFC 5280 section 6.3.3 (b) (2) (i)). */
export function shareName(a: DistributionPointName, b: DistributionPointName): boolean {
  const encoded = (name: DistributionPointName): readonly Buffer[] => [
    ...name.fullName.map(({ raw }) => raw),
    ...(name.relativeName ? [name.relativeName] : []),
  ];
  const others = encoded(b);
  return encoded(a).some((one) => others.some((other) => one.equals(other)));
}
