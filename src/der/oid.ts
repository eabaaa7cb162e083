/** OBJECT IDENTIFIER (X.690 8.19) between its content octets and dotted text. */

/**
 * The largest arcs in use are the 128-bit UUIDs under 2.25 (X.667): 19 octets of 7 bits. Turning an arc into decimal
 * takes time that grows with the square of its length, so one of 256 KiB would hold the process for half a minute.
 */
const MAX_ARC_OCTETS = 19;

interface Read {
  /** A copy: whose bytes they were may change them. */
  readonly octets: Uint8Array;
  readonly text: string;
}

/** Those that were read last: a certificate has some fifteen, and the next one has the same. */
const READ: (Read | undefined)[] = Array.from({ length: 256 });
/** Few in use have more. */
const MAX_KEPT_OCTETS = 16;

/** Content octets to dotted text; `undefined` when they are empty, cut short, not minimal, or have an arc beyond UUIDs. */
export function oidToText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > MAX_KEPT_OCTETS) return toText(bytes, start, end);
  const slot = slotOf(bytes, start, end);
  const read = READ[slot];
  if (read && isAt(read.octets, bytes, start, end)) return read.text;
  const text = toText(bytes, start, end);
  if (text !== undefined) READ[slot] = { octets: new Uint8Array(bytes.subarray(start, end)), text };
  return text;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let slot = end - start;
  for (let i = start; i < end; i++) slot = (slot * 31 + (bytes[i] ?? 0)) & 0xff;
  return slot;
}

function isAt(octets: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (octets.length !== end - start) return false;
  for (let i = 0; i < octets.length; i++) if (octets[i] !== bytes[start + i]) return false;
  return true;
}

function toText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (start >= end || ((bytes[end - 1] ?? 0x80) & 0x80) !== 0) return undefined;
  let text = '';
  let arc = 0;
  let arcStart = start;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    // A leading 0x80 is a padding zero: a second spelling of the same identifier.
    if (i === arcStart && byte === 0x80) return undefined;
    if (i - arcStart >= MAX_ARC_OCTETS) return undefined;
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    // Above 2^53 (UUID arcs under 2.25) a double rounds, so those few are read again exactly.
    const value = arc <= Number.MAX_SAFE_INTEGER ? arc : bigArc(bytes, arcStart, i + 1);
    text += text === '' ? firstArcs(value) : `.${value}`;
    arc = 0;
    arcStart = i + 1;
  }
  return text;
}

function firstArcs(value: number | bigint): string {
  if (value < 40) return `0.${value}`;
  if (value < 80) return `1.${Number(value) - 40}`;
  return `2.${typeof value === 'bigint' ? value - 80n : value - 80}`;
}

function bigArc(bytes: Uint8Array, start: number, end: number): bigint {
  let arc = 0n;
  for (let i = start; i < end; i++) arc = (arc << 7n) | BigInt((bytes[i] ?? 0) & 0x7f);
  return arc;
}

/** Dotted text to content octets. Throws a `RangeError` on text that is no OID: identifiers are written by programs. */
export function oidFromText(text: string): Buffer {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(text)) throw new RangeError(`not an object identifier: ${text}`);
  const [first = 0n, second = 0n, ...rest] = text.split('.').map(BigInt);
  if (first < 2n && second > 39n) throw new RangeError(`not an object identifier: ${text}`);
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const septets = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) septets.unshift(Number(left & 0x7fn) | 0x80);
    octets.push(...septets);
  }
  return Buffer.from(octets);
}
