/**
 * GeneralName ::= CHOICE { otherName [0], rfc822Name [1], dNSName [2], x400Address [3], directoryName [4],
 *   ediPartyName [5], uniformResourceIdentifier [6], iPAddress [7], registeredID [8] } (RFC 5280 section 4.2.1.6)
 * The forms nobody uses on the Web (0, 3, 5) are kept, not read.
 */
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { constructed, primitive } from '../der/tags.ts';
import { oidToText } from '../der/oid.ts';
import { hex, printable } from '../text.ts';
import { formatName } from './name.ts';

export type GeneralNameType =
  'other' | 'email' | 'DNS' | 'x400' | 'directory' | 'ediParty' | 'URI' | 'IP' | 'registeredID';

/** A name of an X.509 extension (RFC 5280 section 4.2.1.6). */
export interface GeneralName {
  readonly type: GeneralNameType;
  /** As text: an address, a name, a URL; hex for the forms that are not read. Not cleaned of control characters. */
  readonly value: string;
  readonly raw: Buffer;
}

const TYPES: ReadonlyMap<number, GeneralNameType> = new Map([
  [constructed(0), 'other'],
  [primitive(1), 'email'],
  [primitive(2), 'DNS'],
  [constructed(3), 'x400'],
  [constructed(4), 'directory'],
  [constructed(5), 'ediParty'],
  [primitive(6), 'URI'],
  [primitive(7), 'IP'],
  [primitive(8), 'registeredID'],
]);

export function decodeGeneralName(reader: DerReader): GeneralName {
  const tag = reader.peek();
  const type = TYPES.get(tag);
  const raw = reader.raw();
  if (type === undefined) reader.unexpected('not a GeneralName');
  return { type, value: valueOf(type, tag, raw), raw };
}

function valueOf(type: GeneralNameType, tag: number, raw: Buffer): string {
  const content = decodeWhole(raw, 'GeneralName', (reader) => reader.octets(tag));
  switch (type) {
    case 'email':
    case 'DNS':
    case 'URI':
      return content.toString('latin1');
    case 'IP':
      return formatAddress(content);
    case 'directory':
      return formatName(content);
    case 'registeredID':
      return oidToText(content, 0, content.length) ?? hex(content);
    case 'other':
    case 'x400':
    case 'ediParty':
      return hex(content);
  }
}

function formatAddress(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return hex(octets);
  // URL writes the short form of RFC 5952.
  const groups = octets.toString('hex').replaceAll(/(.{4})(?=.)/g, '$1:');
  return new URL(`http://[${groups}]/`).hostname.slice(1, -1);
}

/** `DNS:example.com`, safe to print. */
export function formatGeneralName({ type, value }: GeneralName): string {
  return `${type}:${printable(value)}`;
}
