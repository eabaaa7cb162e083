/** Bytes that nobody has written with care: whatever comes in, nothing but a DerError comes out. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePem } from '../../src/der/pem.ts';
import { DerReader } from '../../src/der/reader.ts';
import { TAG } from '../../src/der/tags.ts';
import { oid, integer, octetString, sequence, utf8String } from '../../src/der/writer.ts';
import { DerError } from '../../src/errors.ts';

const METHODS: readonly ((reader: DerReader) => unknown)[] = [
  (reader) => reader.raw(),
  (reader) => reader.octetString(),
  (reader) => reader.integer(),
  (reader) => reader.smallInteger(),
  (reader) => reader.enumerated(),
  (reader) => reader.boolean(),
  (reader) => reader.null(),
  (reader) => reader.oid(),
  (reader) => reader.bitString(),
  (reader) => reader.bitOctets(),
  (reader) => reader.generalizedTime(),
  (reader) => reader.time(),
  (reader) => reader.explicit(0),
  (reader) => reader.sequenceOf((item) => item.raw()),
];

/** True when `action` ends well or with a DerError whose offset lies within the input. */
function isRefusedInOrder(input: Uint8Array, action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    return error instanceof DerError && error.offset >= 0 && error.offset <= input.length;
  }
}

/** Reads everything there is, going into each constructed value. */
function walk(reader: DerReader): void {
  while (!reader.atEnd) {
    const tag = reader.peek();
    if ((tag & 0x20) === 0) reader.raw();
    else walk(reader.enter(tag));
  }
}

/** Bytes whose first looks like a tag, so that the readers get beyond their first question. */
const tagged = fc
  .tuple(fc.constantFrom(...Object.values(TAG), 0x80, 0xa0), fc.uint8Array({ maxLength: 40 }))
  .map(([tag, rest]) => Buffer.from([tag, ...rest]));

/** The same with a length that is right, so that they get to the content. */
const measured = fc
  .tuple(fc.constantFrom(...Object.values(TAG), 0x80, 0xa0), fc.uint8Array({ maxLength: 40 }))
  .map(([tag, rest]) => Buffer.from([tag, rest.length, ...rest]));

describe('any bytes', () => {
  it.each(METHODS.map((method) => [String(method), method] as const))('read by %s', (_, method) => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), tagged, measured), (bytes) => {
        expect(isRefusedInOrder(bytes, () => method(DerReader.over(bytes, 'bytes')))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never make a view that reaches out of the input', () => {
    fc.assert(
      fc.property(fc.oneof(tagged, measured), (bytes) => {
        const action = (): void => {
          const value = DerReader.over(bytes, 'bytes').raw();
          expect(bytes.subarray(0, value.length)).toEqual(value);
        };
        expect(isRefusedInOrder(bytes, action)).toBe(true);
      }),
    );
  });

  it('as PEM', () => {
    const pieces = fc.constantFrom(
      '-----BEGIN ',
      '-----END ',
      '-----',
      'CERTIFICATE',
      'PRIVATE KEY',
      '\n',
      'MAMC',
      '=',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 30 }), (parts) => {
        const bytes = Buffer.from(parts.join(''), 'utf8');
        expect(isRefusedInOrder(bytes, () => parsePem(bytes))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a good value with one byte changed', () => {
  const good = sequence(
    sequence(oid('1.3.6.1.5.5.7.48.1'), octetString(Buffer.alloc(20, 7)), sequence()),
    integer(300),
    sequence(sequence(sequence(utf8String('name')))),
  );

  it('is read to its end or refused', () => {
    const escaped: string[] = [];
    for (let at = 0; at < good.length; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = Buffer.from(good);
        bytes[at] = value;
        const inOrder = isRefusedInOrder(bytes, () => walk(DerReader.over(bytes, 'bytes')));
        if (!inOrder) escaped.push(`byte ${at} as ${value}`);
      }
    }
    expect(escaped).toEqual([]);
  });

  it('is refused wherever it is cut', () => {
    for (let length = 1; length < good.length; length++) {
      const cut = good.subarray(0, length);
      expect(() => walk(DerReader.over(cut, 'bytes')), `cut to ${length} bytes`).toThrow(DerError);
    }
  });
});
