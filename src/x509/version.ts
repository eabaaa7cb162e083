/** `version [0] EXPLICIT INTEGER DEFAULT v1`, where v1 is 0 (RFC 5280 section 4.1, RFC 6960 sections 4.1.1 and 4.2.1). */
import type { DerReader } from '../der/reader.ts';
import { explicit, integer } from '../der/writer.ts';

/** The version as people count it: 1 for v1. */
export function decodeVersion(fields: DerReader): number {
  const wrapped = fields.explicit(0);
  if (!wrapped) return 1;
  const value = wrapped.smallInteger();
  wrapped.finish();
  return value + 1;
}

/** Nothing at all for v1, as DER wants a default. */
export function encodeVersion(version: number): Buffer[] {
  return version === 1 ? [] : [explicit(0, integer(version - 1))];
}
