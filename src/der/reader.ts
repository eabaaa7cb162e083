/**
 * A strict DER reader (X.690 sections 8, 10 and 11) that copies nothing: what it returns are views into its input.
 *
 * Refused: indefinite and non-minimal lengths, values that reach past their container, tags of more than one byte,
 * constructed strings, padded integers, booleans other than 00 and FF, bytes left over after a value.
 * Not refused, because deployed CAs write it and nothing can be forged by it: a DEFAULT value that is spelt out.
 */
import { DerError } from '../errors.ts';
import { asBuffer } from '../text.ts';
import { oidToText } from './oid.ts';
import { TAG, constructed, tagName } from './tags.ts';
import { parseGeneralizedTime, parseUTCTime } from './time.ts';

/** 256 KiB: a hundred times a usual response, and less than any server would staple. */
export const MAX_DER_BYTES: number = 256 * 1024;

/** The deepest type of RFC 5280 and 6960 nests 16 levels; twice that is still no load on the stack. */
const MAX_DEPTH = 32;

/** A BIT STRING: its octets and how many bits at their end do not count (0 to 7). */
export interface BitString {
  readonly bytes: Buffer;
  readonly unusedBits: number;
}

export class DerReader {
  readonly #bytes: Buffer;
  readonly #what: string;
  readonly #depth: number;
  #from: number;
  #position: number;
  #end: number;
  /** The reader that `each` hands out. */
  #item: DerReader | undefined;
  /** The content of the value that `#enter` has just read. */
  #start = 0;
  #stop = 0;

  private constructor(bytes: Buffer, what: string, position: number, end: number, depth: number) {
    this.#bytes = bytes;
    this.#what = what;
    this.#from = position;
    this.#position = position;
    this.#end = end;
    this.#depth = depth;
  }

  /** A reader over `bytes`, which hold a `what` (the name of an ASN.1 type, for messages). */
  static over(bytes: Uint8Array, what: string, maxBytes: number = MAX_DER_BYTES): DerReader {
    if (bytes.length > maxBytes) {
      throw new DerError('der-too-large', what, `${bytes.length} bytes, more than the ${maxBytes} allowed`);
    }
    return new DerReader(asBuffer(bytes), what, 0, bytes.length, 0);
  }

  get atEnd(): boolean {
    return this.#position === this.#end;
  }

  /** The tag of the next value; -1 at the end. */
  peek(): number {
    return this.#position < this.#end ? (this.#bytes[this.#position] ?? -1) : -1;
  }

  /** Throws unless everything was read. */
  finish(): void {
    if (this.#position === this.#end) return;
    const left = this.#end - this.#position;
    this.#throw('der-trailing-bytes', `${left} ${left === 1 ? 'byte' : 'bytes'} after the end of the value`);
  }

  /** A reader over the content of the next value, which must have this tag. */
  enter(tag: number): DerReader {
    this.#enter(tag);
    return this.#content();
  }

  /** The same where the value may be left out; then `undefined`. */
  enterOptional(tag: number): DerReader | undefined {
    return this.peek() === tag ? this.enter(tag) : undefined;
  }

  sequence(): DerReader {
    return this.enter(TAG.sequence);
  }

  /** The content of `[n] EXPLICIT`, if it is there. */
  explicit(n: number): DerReader | undefined {
    return this.enterOptional(constructed(n));
  }

  /** Reads `SEQUENCE OF`: calls `item` until the sequence is empty. */
  sequenceOf<T>(item: (reader: DerReader) => T): T[] {
    return this.sequence().rest(item);
  }

  /** Calls `item` until everything is read. */
  rest<T>(item: (reader: DerReader) => T): T[] {
    const items: T[] = [];
    while (!this.atEnd) items.push(item(this));
    return items;
  }

  /**
   * Calls `item` for each value of this tag until everything is read, with a reader over its content: the same one each
   * time, so that a million of them leave nothing behind. What `item` does not read is refused.
   */
  each(tag: number, item: (reader: DerReader) => void): void {
    const reader = (this.#item ??= this.#content());
    while (!this.atEnd) {
      this.#enter(tag);
      reader.#from = this.#start;
      reader.#position = this.#start;
      reader.#end = this.#stop;
      item(reader);
      reader.finish();
    }
  }

  /** All that this reader is over, read or not. */
  whole(): Buffer {
    return this.#bytes.subarray(this.#from, this.#end);
  }

  /** Passes over the next value, which must have this tag. */
  skip(tag: number): void {
    this.#enter(tag);
  }

  /** Whether the content of the next value, which must have this tag, is these octets. */
  is(tag: number, octets: Buffer): boolean {
    this.#enter(tag);
    if (tag === TAG.integer) this.#checkInteger();
    if (this.#stop - this.#start !== octets.length) return false;
    return this.#bytes.compare(octets, 0, octets.length, this.#start, this.#stop) === 0;
  }

  /** The next value whole, header included; with `tag`, it must have that tag. */
  raw(tag: number = this.peek()): Buffer {
    const from = this.#position;
    this.#enter(tag);
    return this.#bytes.subarray(from, this.#stop);
  }

  /** The content octets of the next value, which must have this tag. */
  octets(tag: number): Buffer {
    this.#enter(tag);
    return this.#bytes.subarray(this.#start, this.#stop);
  }

  octetString(): Buffer {
    return this.octets(TAG.octetString);
  }

  /** The content octets of an INTEGER: two's complement, big-endian, minimal. */
  integer(): Buffer {
    this.#enter(TAG.integer);
    this.#checkInteger();
    return this.#bytes.subarray(this.#start, this.#stop);
  }

  /** An INTEGER from 0 to 2^31-1 as a number. */
  smallInteger(): number {
    this.#enter(TAG.integer);
    return this.#small('INTEGER');
  }

  /** An ENUMERATED from 0 to 2^31-1 as a number. */
  enumerated(tag: number = TAG.enumerated): number {
    this.#enter(tag);
    return this.#small('ENUMERATED');
  }

  boolean(tag: number = TAG.boolean): boolean {
    this.#enter(tag);
    const byte = this.#bytes[this.#start];
    if (this.#stop - this.#start !== 1 || (byte !== 0 && byte !== 0xff))
      this.#malformed('BOOLEAN is not 00 or FF');
    return byte === 0xff;
  }

  null(tag: number = TAG.null): void {
    this.#enter(tag);
    if (this.#stop !== this.#start) this.#malformed('NULL is not empty');
  }

  /** An OBJECT IDENTIFIER as dotted text. */
  oid(): string {
    this.#enter(TAG.oid);
    return (
      oidToText(this.#bytes, this.#start, this.#stop) ??
      this.#malformed('OBJECT IDENTIFIER is not well formed')
    );
  }

  bitString(tag: number = TAG.bitString): BitString {
    this.#enter(tag);
    const unusedBits = this.#bytes[this.#start] ?? 8;
    const bytes = this.#bytes.subarray(this.#start + 1, this.#stop);
    const last = bytes[bytes.length - 1];
    if (this.#stop === this.#start || unusedBits > 7 || (last === undefined && unusedBits > 0)) {
      this.#malformed('BIT STRING does not say how many bits are unused');
    }
    if (last !== undefined && (last & ((1 << unusedBits) - 1)) !== 0) {
      this.#malformed('BIT STRING has unused bits that are not zero');
    }
    return { bytes, unusedBits };
  }

  /** A BIT STRING that holds whole octets, as keys and signatures do. */
  bitOctets(): Buffer {
    const { bytes, unusedBits } = this.bitString();
    return unusedBits === 0 ? bytes : this.#malformed('BIT STRING does not hold whole octets');
  }

  generalizedTime(): Date {
    this.#enter(TAG.generalizedTime);
    return (
      parseGeneralizedTime(this.#bytes, this.#start, this.#stop) ??
      this.#malformed('GeneralizedTime is not YYYYMMDDHHMMSSZ')
    );
  }

  /** `Time` of RFC 5280: UTCTime or GeneralizedTime. */
  time(): Date {
    if (this.peek() !== TAG.utcTime) return this.generalizedTime();
    this.#enter(TAG.utcTime);
    return (
      parseUTCTime(this.#bytes, this.#start, this.#stop) ?? this.#malformed('UTCTime is not YYMMDDHHMMSSZ')
    );
  }

  /** Throws what a decoder has to say about the value that was read last: well formed, but not of its type. */
  unexpected(reason: string): never {
    return this.#throw('asn1-unexpected', reason);
  }

  #content(): DerReader {
    if (this.#depth >= MAX_DEPTH) this.#throw('der-too-deep', `nested more than ${MAX_DEPTH} levels deep`);
    return new DerReader(this.#bytes, this.#what, this.#start, this.#stop, this.#depth + 1);
  }

  /** Reads one header and moves behind the value. */
  #enter(tag: number): void {
    const bytes = this.#bytes;
    let at = this.#position;
    if (at + 2 > this.#end) {
      if (at === this.#end) this.#throw('asn1-unexpected', `expected ${tagName(tag)}, found the end`);
      this.#malformed('cut short inside a header');
    }
    const found = bytes[at] ?? 0;
    if ((found & 0x1f) === 0x1f) this.#malformed('tag of more than one byte');
    if (found !== tag) this.#throw('asn1-unexpected', `expected ${tagName(tag)}, found ${tagName(found)}`);
    let length = bytes[at + 1] ?? 0;
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0) this.#malformed('indefinite length');
      // Three octets count past MAX_DER_BYTES, four past everything that a reader is made over.
      const most = this.#end > 0xffffff ? 4 : 3;
      if (count > most || at + count > this.#end) this.#malformed('length reaches past the end');
      length = bytes.readUIntBE(at, count);
      at += count;
      if (length < 0x80 || length >>> (8 * (count - 1)) === 0) this.#malformed('length is not minimal');
    }
    if (at + length > this.#end) {
      this.#malformed(`value of ${length} bytes where ${this.#end - at} are left`);
    }
    this.#start = at;
    this.#stop = at + length;
    this.#position = this.#stop;
  }

  #checkInteger(): void {
    const length = this.#stop - this.#start;
    if (length === 0) this.#malformed('INTEGER is empty');
    if (length === 1) return;
    const lead = this.#bytes[this.#start];
    const sign = (this.#bytes[this.#start + 1] ?? 0) & 0x80;
    if ((lead === 0 && sign === 0) || (lead === 0xff && sign !== 0))
      this.#malformed('INTEGER is not minimal');
  }

  #small(type: string): number {
    this.#checkInteger();
    const length = this.#stop - this.#start;
    const value = length > 4 ? -1 : this.#bytes.readIntBE(this.#start, length);
    return value < 0 ? this.#throw('asn1-unexpected', `${type} is out of range`) : value;
  }

  #malformed(reason: string): never {
    return this.#throw('der-malformed', reason);
  }

  #throw(code: DerError['code'], reason: string): never {
    throw new DerError(code, this.#what, `${reason} (byte ${this.#position})`, this.#position);
  }
}

/**
 * Decodes `bytes` as exactly one value with nothing behind it.
 *
 * @throws DerError `der-trailing-bytes` when something is left, and what `decode` throws.
 */
export function decodeWhole<T>(bytes: Uint8Array, what: string, decode: (reader: DerReader) => T): T {
  const reader = DerReader.over(bytes, what);
  const value = decode(reader);
  reader.finish();
  return value;
}
