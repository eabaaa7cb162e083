/** Distinguished names (RFC 5280 section 4.1.2.4). */
import { TAG } from '../../der/tags.ts';
import { oid, sequence, setOf, tlv, utf8String } from '../../der/writer.ts';

const TYPES = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
} as const;

export type NameType = keyof typeof TYPES;

/**
 * `Name` in DER, one attribute for each RelativeDistinguishedName, in the order given.
 *
 * @example name([['C', 'AQ'], ['O', 'Example'], ['CN', 'Example Root']])
 */
export function name(attributes: readonly (readonly [NameType, string])[]): Buffer {
  return sequence(...attributes.map(([type, value]) => setOf(sequence(oid(TYPES[type]), text(type, value)))));
}

/** DirectoryString as UTF8String; a country is two letters and must be PrintableString (RFC 5280 appendix A.1). */
function text(type: NameType, value: string): Buffer {
  return type === 'C' ? tlv(TAG.printableString, Buffer.from(value, 'latin1')) : utf8String(value);
}
