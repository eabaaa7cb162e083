/** Identifier octets (X.690 8.1.2) of the types that PKIX uses; class, constructed bit and number in one byte. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const;

/** The identifier octet of `[n]` around a primitive value (IMPLICIT tagging of a simple type). */
export const primitive = (n: number): number => 0x80 | n;

/** The identifier octet of `[n]` around a constructed value (EXPLICIT tagging, or IMPLICIT of a SEQUENCE). */
export const constructed = (n: number): number => 0xa0 | n;

const NAMES = new Map<number, string>([
  [TAG.boolean, 'BOOLEAN'],
  [TAG.integer, 'INTEGER'],
  [TAG.bitString, 'BIT STRING'],
  [TAG.octetString, 'OCTET STRING'],
  [TAG.null, 'NULL'],
  [TAG.oid, 'OBJECT IDENTIFIER'],
  [TAG.enumerated, 'ENUMERATED'],
  [TAG.utf8String, 'UTF8String'],
  [TAG.sequence, 'SEQUENCE'],
  [TAG.set, 'SET'],
  [TAG.printableString, 'PrintableString'],
  [TAG.ia5String, 'IA5String'],
  [TAG.utcTime, 'UTCTime'],
  [TAG.generalizedTime, 'GeneralizedTime'],
]);

/** A tag as error messages show it; -1, which no value has, stands for any. */
export function tagName(tag: number): string {
  if (tag < 0) return 'a value';
  const known = NAMES.get(tag);
  if (known !== undefined) return known;
  if ((tag & 0xc0) === 0x80) return `[${tag & 0x1f}]`;
  return `tag 0x${tag.toString(16).padStart(2, '0')}`;
}
