/**
 * Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY } (RFC 5280 section 4.1.2.4).
 * Names are carried as their encoded bytes and taken apart only to be shown or compared.
 */
import { DerError } from '../errors.ts';
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { printable } from '../text.ts';
import { stringValue } from './string-value.ts';

interface Attribute {
  readonly type: string;
  readonly raw: Buffer;
  readonly text: string | undefined;
}

const SHORT: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/**
 * RFC 5280 appendix A.1 allows 64 characters for most attributes, and no CA writes more than a dozen of them. Names are
 * compared with every certificate of a response, and quoted in messages.
 */
const MAX_NAME_BYTES = 8 * 1024;

function decodeName(name: Uint8Array): Attribute[][] {
  if (name.length > MAX_NAME_BYTES) {
    throw new DerError(
      'der-too-large',
      'Name',
      `${name.length} bytes, more than the ${MAX_NAME_BYTES} allowed`,
    );
  }
  return decodeWhole(name, 'Name', (reader) =>
    reader.sequenceOf((rdn) => rdn.enter(0x31).rest(decodeAttribute)),
  );
}

function decodeAttribute(reader: DerReader): Attribute {
  const fields = reader.sequence();
  const type = fields.oid();
  const tag = fields.peek();
  const raw = fields.raw();
  fields.finish();
  // The content starts behind tag and length; a string is never long enough for this to matter but to be right.
  const text = stringValue(
    tag,
    decodeWhole(raw, 'Name', (value) => value.octets(tag)),
  );
  return { type, raw, text };
}

/**
 * A name as one line in the order of its encoding: `C=BE, O=GlobalSign nv-sa, CN=AlphaSSL CA`. Characters that would
 * change how the line reads are escaped. An empty name is `(empty)`.
 */
export function formatName(name: Uint8Array): string {
  const rdns = decodeName(name).map((rdn) =>
    rdn.map(({ type, raw, text }) => `${SHORT[type] ?? type}=${escaped(text, raw)}`).join(' + '),
  );
  return rdns.length === 0 ? '(empty)' : rdns.join(', ');
}

function escaped(text: string | undefined, raw: Buffer): string {
  return text === undefined ? `#${raw.toString('hex')}` : printable(text.replaceAll(/[\\,+=]/g, '\\$&'));
}

/**
 * True when two names are the same by RFC 5280 section 7.1: string types and letter case do not count, nor does the
 * number of spaces. CAs do write the same name in two encodings.
 */
export function namesMatch(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0 || comparableName(a) === comparableName(b);
}

/** The same text for names that are the same: for comparing many, each taken apart once. */
export function comparableName(name: Uint8Array): string {
  const rdns = decodeName(name).map((rdn) =>
    rdn
      .map(
        ({ type, raw, text }) => `${type}=${text === undefined ? `#${raw.toString('hex')}` : folded(text)}`,
      )
      .toSorted(),
  );
  return JSON.stringify(rdns);
}

const folded = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();

/** As much of a name as a message that quotes several has room for. */
const MAX_QUOTED = 200;

/** The first three of several names, each cut where it gets long: strangers choose names, and how many. */
export function formatNames(names: readonly Uint8Array[]): string {
  const shown = names.slice(0, 3).map((name) => {
    const text = formatName(name);
    return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  });
  const more = names.length - shown.length;
  return shown.join('; ') + (more > 0 ? ` and ${more} more` : '');
}
