import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DerReader, decodeWhole } from '../../src/der/reader.ts';
import { TAG, constructed, primitive, tagName } from '../../src/der/tags.ts';
import {
  bitString,
  boolean,
  enumerated,
  explicit,
  generalizedTime,
  ia5String,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '../../src/der/writer.ts';

describe('each function writes one value', () => {
  it.each([
    ['integer of a small number', integer(5), '020105'],
    ['integer of zero', integer(0), '020100'],
    ['integer with a sign octet', integer(128), '02020080'],
    ['the largest small integer', integer(2 ** 31 - 1), '02047fffffff'],
    ['integer of octets as they are', integer(Buffer.from('00ff', 'hex')), '020200ff'],
    ['enumerated', enumerated(6), '0a0106'],
    ['enumerated under an implicit tag', enumerated(1, primitive(0)), '800101'],
    ['true', boolean(true), '0101ff'],
    ['false', boolean(false), '010100'],
    ['null', nullValue(), '0500'],
    ['null under an implicit tag', nullValue(primitive(2)), '8200'],
    ['octet string', octetString(Buffer.from('aabb', 'hex')), '0402aabb'],
    ['bit string', bitString(Buffer.from('a0', 'hex'), 4), '030204a0'],
    ['object identifier', oid('1.3.6.1.5.5.7.48.1.1'), '06092b0601050507300101'],
    ['UTF8String', utf8String('é'), '0c02c3a9'],
    ['IA5String', ia5String('ab'), '16026162'],
    [
      'GeneralizedTime',
      generalizedTime(new Date(0)),
      `180f${Buffer.from('19700101000000Z').toString('hex')}`,
    ],
    ['empty sequence', sequence(), '3000'],
    ['sequence of two', sequence(integer(1), nullValue()), '30050201010500'],
    ['explicit tag', explicit(0, integer(2)), 'a003020102'],
    ['set in the order of its encodings', setOf(integer(2), integer(1)), '3106020101020102'],
  ])('%s', (_, der, hex) => {
    expect(der.toString('hex')).toBe(hex);
  });

  it.each([-1, 1.5, 2 ** 31, Number.NaN])('refuses %s as a small integer', (value) => {
    expect(() => integer(value)).toThrow(RangeError);
  });
});

describe('a tag as messages show it', () => {
  it.each([
    [TAG.sequence, 'SEQUENCE'],
    [TAG.generalizedTime, 'GeneralizedTime'],
    [primitive(2), '[2]'],
    [constructed(2), '[2]'],
    [0x09, 'tag 0x09'],
    [-1, 'a value'],
  ])('%d is %s', (tag, name) => {
    expect(tagName(tag)).toBe(name);
  });
});

/** One value of any kind that the writer knows, with the way to read it back. */
interface Sample {
  readonly der: Buffer;
  readonly read: (reader: DerReader) => unknown;
  readonly value: unknown;
}

const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc
    .nat()
    .map((value) => ({ der: integer(value), read: (reader: DerReader) => reader.smallInteger(), value })),
  fc
    .nat()
    .map((value) => ({ der: enumerated(value), read: (reader: DerReader) => reader.enumerated(), value })),
  fc
    .boolean()
    .map((value) => ({ der: boolean(value), read: (reader: DerReader) => reader.boolean(), value })),
  octets.map((value) => ({
    der: octetString(value),
    read: (reader: DerReader) => reader.octetString(),
    value,
  })),
  octets.map((value) => ({ der: bitString(value), read: (reader: DerReader) => reader.bitOctets(), value })),
  fc.string({ unit: 'binary' }).map((value) => ({
    der: utf8String(value),
    read: (reader: DerReader) => reader.octets(TAG.utf8String).toString('utf8'),
    value,
  })),
  fc.constant({ der: nullValue(), read: (reader: DerReader) => reader.null(), value: undefined }),
);

const tree: fc.Arbitrary<Sample> = fc.letrec<{ tree: Sample }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 8 },
    leaf,
    fc.array(tie('tree'), { maxLength: 5 }).map((parts) => ({
      der: sequence(...parts.map(({ der }) => der)),
      read: (reader: DerReader) => {
        const fields = reader.sequence();
        const values = parts.map(({ read }) => read(fields));
        fields.finish();
        return values;
      },
      value: parts.map(({ value }) => value),
    })),
  ),
})).tree;

describe('what is written is read back', () => {
  it('for any tree of values', () => {
    fc.assert(
      fc.property(tree, ({ der, read, value }) => {
        expect(decodeWhole(der, 'tree', read)).toEqual(value);
      }),
    );
  });

  it('for a value of any length that a response may have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200_000 }), (length) => {
        const value = tlv(TAG.octetString, Buffer.alloc(length, 0xaa));
        expect(decodeWhole(value, 'value', (reader) => reader.octetString().length)).toBe(length);
      }),
      { numRuns: 50 },
    );
  });

  it('sorts a set the same way whatever the order given', () => {
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 6 }), (values) => {
        const parts = values.map((value) => octetString(value));
        expect(setOf(...parts.toReversed())).toEqual(setOf(...parts));
      }),
    );
  });
});
