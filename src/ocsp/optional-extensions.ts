/** `[n] EXPLICIT Extensions OPTIONAL`, as the types of RFC 6960 carry their extensions. */
import type { DerReader } from '../der/reader.ts';
import { explicit } from '../der/writer.ts';
import { type Extension, decodeExtensions, encodeExtensions } from '../x509/extension.ts';

const NONE: readonly Extension[] = [];

export function decodeOptionalExtensions(fields: DerReader, n: number): readonly Extension[] {
  const wrapped = fields.explicit(n);
  if (!wrapped) return NONE;
  const extensions = decodeExtensions(wrapped);
  wrapped.finish();
  return extensions;
}

/** The parts of a SEQUENCE that they make: none when there are no extensions. */
export function encodeOptionalExtensions(extensions: readonly Extension[], n: number): Buffer[] {
  return extensions.length === 0 ? [] : [explicit(n, encodeExtensions(extensions))];
}
