/** Extensions of any kind: in words where there is a decoder, else by name and bytes. */
import { DerError } from '../../errors.ts';
import { hex } from '../../text.ts';
import type { Extension } from '../../x509/extension.ts';
import { oidName } from '../../x509/oids.ts';
import { type Row, hexLines } from './listing.ts';

/** `D` is what the decoder makes of a value. */
export interface ExtensionDescription<D> {
  readonly oid: string;
  /** Its name, or its OID again where it has none here. */
  readonly name: string;
  readonly critical: boolean;
  /** The encoded value. */
  readonly value: string;
  /** `null` when there is no decoder for it, or it could not be read. */
  readonly decoded: D | null;
  /** Why it could not be read. */
  readonly malformed: string | null;
}

/** One broken extension must not hide the others, so a decoder's DerError becomes part of the description. */
export function describeExtensions<D>(
  extensions: readonly Extension[],
  decode: (extension: Extension) => D | undefined,
): readonly ExtensionDescription<D>[] {
  return extensions.map((extension) => {
    const { oid, critical, value } = extension;
    const common = { oid, name: oidName(oid), critical, value: hex(value) };
    try {
      return { ...common, decoded: decode(extension) ?? null, malformed: null };
    } catch (error) {
      if (error instanceof DerError) return { ...common, decoded: null, malformed: error.message };
      throw error;
    }
  });
}

/** `words` gives the rows of a decoded value. A critical one is marked as in an openssl configuration. */
export function listExtensions<D>(
  descriptions: readonly ExtensionDescription<D>[],
  words: (decoded: D) => readonly Row[],
): readonly Row[] {
  return descriptions.flatMap((description) => {
    const { name, critical, value, decoded, malformed } = description;
    const unread =
      malformed === null ? hexLines(value) : [`cannot be read: ${malformed}`, ...hexLines(value)];
    const rows: readonly Row[] = decoded === null ? [[name, unread]] : words(decoded);
    return critical ? rows.map(markCritical) : rows;
  });
}

function markCritical([label, value]: Row): Row {
  const [first = '', ...others] = typeof value === 'string' ? [value] : value;
  return [label, [`critical, ${first}`, ...others]];
}
