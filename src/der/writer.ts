/** DER values from the inside out: each function returns one encoded value. */
import { BoundedCache } from '../bounded-cache.ts';
import { oidFromText } from './oid.ts';
import { TAG, constructed } from './tags.ts';
import { formatGeneralizedTime } from './time.ts';

/** A value of any tag around these encoded parts. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  const octets = octetsOf(length);
  const value = Buffer.allocUnsafe(2 + octets + length);
  value[0] = tag;
  if (octets === 0) value[1] = length;
  else {
    value[1] = 0x80 | octets;
    value.writeUIntBE(length, 2, octets);
  }
  let at = 2 + octets;
  for (const part of parts) {
    value.set(part, at);
    at += part.length;
  }
  return value;
}

/** How many octets of the length follow the first: none where it is below 128 (X.690 section 8.1.3). */
function octetsOf(length: number): number {
  let octets = 0;
  if (length >= 0x80) for (let left = length; left > 0; left = Math.floor(left / 0x100)) octets += 1;
  return octets;
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(TAG.sequence, ...parts);

/** SET OF, in the order that DER demands (X.690 11.6). */
export const setOf = (...parts: readonly Uint8Array[]): Buffer =>
  tlv(TAG.set, ...parts.toSorted((a, b) => Buffer.compare(a, b)));

export const explicit = (n: number, ...parts: readonly Uint8Array[]): Buffer => tlv(constructed(n), ...parts);

/** From a number from 0 to 2^31-1, or from content octets in two's complement, which are taken as they are. */
export function integer(value: number | Uint8Array): Buffer {
  return tlv(TAG.integer, typeof value === 'number' ? integerOctets(value) : value);
}

export const enumerated = (value: number, tag: number = TAG.enumerated): Buffer =>
  tlv(tag, integerOctets(value));

function integerOctets(value: number): Buffer {
  if (!Number.isInteger(value) || value < 0 || value > 0x7fffffff)
    throw new RangeError(`not a small integer: ${value}`);
  const octets = [value & 0xff];
  for (let left = value >>> 8; left > 0; left >>>= 8) octets.unshift(left & 0xff);
  if (((octets[0] ?? 0) & 0x80) !== 0) octets.unshift(0);
  return Buffer.from(octets);
}

export const boolean = (value: boolean): Buffer => tlv(TAG.boolean, Buffer.of(value ? 0xff : 0));

export const nullValue = (tag: number = TAG.null): Buffer => tlv(tag);

/** Those that programs write are a handful, and taking one apart takes longer than all else about a request. */
const encodedOids = new BoundedCache<string, Buffer>(64);

export function oid(text: string): Buffer {
  const known = encodedOids.get(text);
  if (known) return known;
  const encoded = tlv(TAG.oid, oidFromText(text));
  encodedOids.set(text, encoded);
  return encoded;
}

export const octetString = (bytes: Uint8Array): Buffer => tlv(TAG.octetString, bytes);

export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer =>
  tlv(TAG.bitString, Buffer.of(unusedBits), bytes);

export const generalizedTime = (date: Date): Buffer =>
  tlv(TAG.generalizedTime, Buffer.from(formatGeneralizedTime(date), 'latin1'));

export const utf8String = (text: string): Buffer => tlv(TAG.utf8String, Buffer.from(text, 'utf8'));

export const ia5String = (text: string): Buffer => tlv(TAG.ia5String, Buffer.from(text, 'latin1'));
