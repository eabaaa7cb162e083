import { describe, expect, it } from 'vitest';
import { DerReader, MAX_DER_BYTES, decodeWhole } from '../../src/der/reader.ts';
import { TAG, constructed, primitive } from '../../src/der/tags.ts';
import { integer, octetString, sequence, tlv } from '../../src/der/writer.ts';
import { DerError } from '../../src/errors.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** What reading `hex` as one whole value gives: the value, or code and message of the refusal. */
function read<T>(hex: string, decode: (reader: DerReader) => T): T | string {
  try {
    return decodeWhole(bytes(hex), 'Thing', decode);
  } catch (error) {
    if (error instanceof DerError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const text = (buffer: Buffer): string => buffer.toString('hex');

describe('lengths', () => {
  it.each([
    ['a length below 128 is one octet', '04 02 aabb', 'aabb'],
    ['an empty value is a value', '04 00', ''],
    ['a length of 128 takes two octets', `04 81 80 ${'aa'.repeat(128)}`, 'aa'.repeat(128)],
    ['a length of 256 takes three octets', `04 82 0100 ${'aa'.repeat(256)}`, 'aa'.repeat(256)],
    ['a length of 65536 takes four octets', `04 83 010000 ${'aa'.repeat(65536)}`, 'aa'.repeat(65536)],
  ])('%s', (_, hex, content) => {
    expect(read(hex, (reader) => text(reader.octetString()))).toBe(content);
  });

  it.each([
    [
      'a byte after the value is refused',
      '04 01 aa 00',
      'der-trailing-bytes: Thing: 1 byte after the end of the value (byte 3)',
    ],
    [
      'so are several',
      '04 01 aa 05 00',
      'der-trailing-bytes: Thing: 2 bytes after the end of the value (byte 3)',
    ],
    [
      'an indefinite length is BER, not DER',
      '04 80 aa 00 00',
      'der-malformed: Thing: indefinite length (byte 0)',
    ],
    [
      'a long form that the short form would do for',
      '04 81 7f',
      'der-malformed: Thing: length is not minimal (byte 0)',
    ],
    [
      'a length with a leading zero octet',
      `04 82 0080 ${'aa'.repeat(128)}`,
      'der-malformed: Thing: length is not minimal (byte 0)',
    ],
    [
      'three length octets where two would do',
      `04 83 000100 ${'aa'.repeat(256)}`,
      'der-malformed: Thing: length is not minimal (byte 0)',
    ],
    [
      'more length octets than any allowed size needs',
      '04 84 00000001 aa',
      'der-malformed: Thing: length reaches past the end (byte 0)',
    ],
    [
      'the reserved length octet FF',
      '04 ff aa',
      'der-malformed: Thing: length reaches past the end (byte 0)',
    ],
    [
      'length octets that are cut short',
      '04 82 01',
      'der-malformed: Thing: length reaches past the end (byte 0)',
    ],
    [
      'a value that is cut short',
      '04 03 aabb',
      'der-malformed: Thing: value of 3 bytes where 2 are left (byte 0)',
    ],
    ['a header that is cut short', '04', 'der-malformed: Thing: cut short inside a header (byte 0)'],
    ['nothing at all', '', 'asn1-unexpected: Thing: expected OCTET STRING, found the end (byte 0)'],
    [
      'a tag of more than one byte',
      '1f 81 00 00',
      'der-malformed: Thing: tag of more than one byte (byte 0)',
    ],
    [
      'a context tag of more than one byte',
      'bf 1f 00',
      'der-malformed: Thing: tag of more than one byte (byte 0)',
    ],
    ['another type', '05 00', 'asn1-unexpected: Thing: expected OCTET STRING, found NULL (byte 0)'],
    [
      'a string in pieces, which is BER',
      '24 03 04 01 aa',
      'asn1-unexpected: Thing: expected OCTET STRING, found tag 0x24 (byte 0)',
    ],
  ])('%s', (_, hex, refusal) => {
    expect(read(hex, (reader) => text(reader.octetString()))).toBe(refusal);
  });

  it('does not let a value reach out of its sequence', () => {
    expect(read('30 03 04 02 aa bb', (reader) => text(reader.sequence().octetString()))).toBe(
      'der-malformed: Thing: value of 2 bytes where 1 are left (byte 2)',
    );
  });

  it('says where in the outermost value it stopped', () => {
    expect(() =>
      decodeWhole(bytes('30 06 02 01 07 02 01 80'), 'Thing', (reader) =>
        reader.sequenceOf((item) => item.smallInteger()),
      ),
    ).toThrow(expect.objectContaining({ code: 'asn1-unexpected', offset: 8 }));
  });
});

describe('INTEGER', () => {
  it.each([
    ['zero', '02 01 00', 0],
    ['the largest in one octet', '02 01 7f', 127],
    ['a sign octet where the top bit is set', '02 02 0080', 128],
    ['the largest that is read as a number', '02 04 7fffffff', 2 ** 31 - 1],
  ])('%s', (_, hex, value) => {
    expect(read(hex, (reader) => reader.smallInteger())).toBe(value);
  });

  it.each([
    ['no octets', '02 00', 'der-malformed: Thing: INTEGER is empty (byte 2)'],
    ['padded with a zero octet', '02 02 007f', 'der-malformed: Thing: INTEGER is not minimal (byte 4)'],
    ['padded with FF', '02 02 ff80', 'der-malformed: Thing: INTEGER is not minimal (byte 4)'],
    [
      'negative where a count is meant',
      '02 01 ff',
      'asn1-unexpected: Thing: INTEGER is out of range (byte 3)',
    ],
    ['2^31', '02 05 0080000000', 'asn1-unexpected: Thing: INTEGER is out of range (byte 7)'],
    [
      'as long as a serial number',
      `02 14 ${'11'.repeat(20)}`,
      'asn1-unexpected: Thing: INTEGER is out of range (byte 22)',
    ],
  ])('refused as a small number: %s', (_, hex, refusal) => {
    expect(read(hex, (reader) => reader.smallInteger())).toBe(refusal);
  });

  it.each([
    ['a serial number of 20 octets', `02 14 ${'11'.repeat(20)}`, '11'.repeat(20)],
    ['a negative serial number, as some old CAs wrote', '02 02 ff7f', 'ff7f'],
    ['a sign octet is kept', '02 02 00ff', '00ff'],
  ])('as octets: %s', (_, hex, content) => {
    expect(read(hex, (reader) => text(reader.integer()))).toBe(content);
  });

  it('refuses padding in octets too: one number must have one spelling', () => {
    expect(read('02 02 0011', (reader) => text(reader.integer()))).toBe(
      'der-malformed: Thing: INTEGER is not minimal (byte 4)',
    );
  });

  it.each([
    ['a value', '0a 01 06', 6],
    ['padded', '0a 02 0006', 'der-malformed: Thing: INTEGER is not minimal (byte 4)'],
    ['negative', '0a 01 80', 'asn1-unexpected: Thing: ENUMERATED is out of range (byte 3)'],
  ])('ENUMERATED: %s', (_, hex, result) => {
    expect(read(hex, (reader) => reader.enumerated())).toBe(result);
  });
});

describe('BOOLEAN and NULL', () => {
  it.each([
    ['FF is true', '01 01 ff', true],
    ['00 is false', '01 01 00', false],
    ['01 is true only in BER', '01 01 01', 'der-malformed: Thing: BOOLEAN is not 00 or FF (byte 3)'],
    ['an empty one is neither', '01 00', 'der-malformed: Thing: BOOLEAN is not 00 or FF (byte 2)'],
    [
      'an empty one does not borrow the next byte',
      '01 00 ff',
      'der-malformed: Thing: BOOLEAN is not 00 or FF (byte 2)',
    ],
    ['two octets are too many', '01 02 ffff', 'der-malformed: Thing: BOOLEAN is not 00 or FF (byte 4)'],
  ])('%s', (_, hex, result) => {
    expect(read(hex, (reader) => reader.boolean())).toBe(result);
  });

  it('reads a NULL, and one under an implicit tag', () => {
    expect(read('05 00', (reader) => reader.null())).toBeUndefined();
    expect(read('80 00', (reader) => reader.null(primitive(0)))).toBeUndefined();
  });

  it('refuses a NULL with content', () => {
    expect(read('05 01 00', (reader) => reader.null())).toBe(
      'der-malformed: Thing: NULL is not empty (byte 3)',
    );
  });
});

const bits = (reader: DerReader): { bits: string; unused: number } => {
  const { bytes: content, unusedBits } = reader.bitString();
  return { bits: text(content), unused: unusedBits };
};

describe('BIT STRING', () => {
  it.each([
    ['whole octets', '03 03 00 aabb', { bits: 'aabb', unused: 0 }],
    ['four bits unused', '03 02 04 a0', { bits: 'a0', unused: 4 }],
    ['no bits at all', '03 01 00', { bits: '', unused: 0 }],
    [
      'nothing, not even a count',
      '03 00',
      'der-malformed: Thing: BIT STRING does not say how many bits are unused (byte 2)',
    ],
    [
      'eight bits unused',
      '03 02 08 00',
      'der-malformed: Thing: BIT STRING does not say how many bits are unused (byte 4)',
    ],
    [
      'unused bits of no octet',
      '03 01 03',
      'der-malformed: Thing: BIT STRING does not say how many bits are unused (byte 3)',
    ],
    [
      'an unused bit that is set',
      '03 02 04 a8',
      'der-malformed: Thing: BIT STRING has unused bits that are not zero (byte 4)',
    ],
  ])('%s', (_, hex, result) => {
    expect(read(hex, bits)).toEqual(result);
  });

  it('reads a signature only when it is whole octets', () => {
    expect(read('03 02 00 aa', (reader) => text(reader.bitOctets()))).toBe('aa');
    expect(read('03 02 01 aa', (reader) => text(reader.bitOctets()))).toBe(
      'der-malformed: Thing: BIT STRING does not hold whole octets (byte 4)',
    );
  });
});

const latin1 = (value: string): string => Buffer.from(value, 'latin1').toString('hex');

describe('OBJECT IDENTIFIER and times', () => {
  it('reads an identifier and refuses one that is not well formed', () => {
    expect(read('06 03 55 1d 0f', (reader) => reader.oid())).toBe('2.5.29.15');
    expect(read('06 03 55 80 0f', (reader) => reader.oid())).toBe(
      'der-malformed: Thing: OBJECT IDENTIFIER is not well formed (byte 5)',
    );
  });

  it.each([
    ['UTCTime', `17 0d ${latin1('260225093245Z')}`, '2026-02-25T09:32:45.000Z'],
    ['GeneralizedTime', `18 0f ${latin1('20500101000000Z')}`, '2050-01-01T00:00:00.000Z'],
    [
      'a UTCTime that names no moment',
      `17 0d ${latin1('260230093245Z')}`,
      'der-malformed: Thing: UTCTime is not YYMMDDHHMMSSZ (byte 15)',
    ],
    [
      'a GeneralizedTime with fractions',
      `18 11 ${latin1('20260225093245.5Z')}`,
      'der-malformed: Thing: GeneralizedTime is not YYYYMMDDHHMMSSZ (byte 19)',
    ],
    ['another type', '05 00', 'asn1-unexpected: Thing: expected GeneralizedTime, found NULL (byte 0)'],
  ])('Time: %s', (_, hex, result) => {
    const moment = read(hex, (reader) => reader.time());
    expect(typeof moment === 'string' ? moment : moment.toISOString()).toBe(result);
  });

  it('does not take a UTCTime where only a GeneralizedTime may stand', () => {
    expect(read(`17 0d ${latin1('260225093245Z')}`, (reader) => reader.generalizedTime())).toBe(
      'asn1-unexpected: Thing: expected GeneralizedTime, found UTCTime (byte 0)',
    );
  });
});

/** SEQUENCE { [0] EXPLICIT INTEGER OPTIONAL, [1] SEQUENCE OPTIONAL, OCTET STRING } */
const fieldsOf = (reader: DerReader): unknown => {
  const fields = reader.sequence();
  const version = fields.explicit(0)?.smallInteger();
  const flag = fields.enterOptional(constructed(1)) !== undefined;
  const result = {
    version,
    flag,
    next: fields.peek(),
    last: text(fields.octetString()),
    atEnd: fields.atEnd,
  };
  fields.finish();
  return result;
};

const versionZero = (reader: DerReader): number => {
  const version = reader.smallInteger();
  return version === 0 ? version : reader.unexpected(`version ${version}`);
};

describe('structure', () => {
  it('reads SEQUENCE OF in order', () => {
    expect(
      read('30 06 02 01 05 02 01 06', (reader) => reader.sequenceOf((item) => item.smallInteger())),
    ).toEqual([5, 6]);
    expect(read('30 00', (reader) => reader.sequenceOf((item) => item.smallInteger()))).toEqual([]);
  });

  it('enters what is optional only when it is there', () => {
    const common = { next: TAG.octetString, last: 'aa', atEnd: true };
    expect(read('30 03 04 01 aa', fieldsOf)).toEqual({ ...common, version: undefined, flag: false });
    expect(read('30 08 a0 03 02 01 02 04 01 aa', fieldsOf)).toEqual({ ...common, version: 2, flag: false });
    expect(read('30 05 a1 00 04 01 aa', fieldsOf)).toEqual({ ...common, version: undefined, flag: true });
  });

  it('gives a value whole, header included, whatever its tag', () => {
    expect(read('30 03 04 01 aa', (reader) => text(reader.raw()))).toBe('30030401aa');
    expect(read('04 01 aa', (reader) => text(reader.raw(TAG.sequence)))).toBe(
      'asn1-unexpected: Thing: expected SEQUENCE, found OCTET STRING (byte 0)',
    );
  });

  it('says so when a value is wanted where none is left', () => {
    expect(read('', (reader) => text(reader.raw()))).toBe(
      'asn1-unexpected: Thing: expected a value, found the end (byte 0)',
    );
    expect(DerReader.over(Buffer.alloc(0), 'Thing').peek()).toBe(-1);
  });

  it('lets a decoder refuse a value in its own words', () => {
    expect(read('02 01 00', versionZero)).toBe(0);
    expect(read('02 01 03', versionZero)).toBe('asn1-unexpected: Thing: version 3 (byte 3)');
  });

  it('copies nothing: what it returns is a view into its input', () => {
    const input = octetString(bytes('aabb'));
    const content = decodeWhole(input, 'Thing', (reader) => reader.octetString());
    input[2] = 0xcc;
    expect(text(content)).toBe('ccbb');
  });

  it('reads a Uint8Array that is a part of a larger one', () => {
    const part = new Uint8Array(bytes('ff 02 01 07 ff')).subarray(1, 4);
    expect(decodeWhole(part, 'Thing', (reader) => reader.smallInteger())).toBe(7);
  });
});

const descend = (reader: DerReader): number => (reader.atEnd ? 0 : 1 + descend(reader.sequence()));

const nested = (levels: number): Buffer => {
  let value: Buffer = Buffer.alloc(0);
  for (let i = 0; i < levels; i++) value = sequence(value);
  return value;
};

describe('bounds', () => {
  it('goes 32 levels deep and no deeper', () => {
    expect(decodeWhole(nested(32), 'Thing', descend)).toBe(32);
    expect(() => decodeWhole(nested(33), 'Thing', descend)).toThrow(
      expect.objectContaining({
        code: 'der-too-deep',
        message: expect.stringContaining('more than 32 levels'),
      }),
    );
  });

  it('takes 256 KiB and not a byte more', () => {
    const header = tlv(TAG.octetString, Buffer.alloc(MAX_DER_BYTES)).length - MAX_DER_BYTES;
    const largest = octetString(Buffer.alloc(MAX_DER_BYTES - header));
    expect(decodeWhole(largest, 'Thing', (reader) => reader.octetString().length)).toBe(
      MAX_DER_BYTES - header,
    );
    expect(() => DerReader.over(Buffer.concat([largest, integer(0)]), 'Thing')).toThrow(
      expect.objectContaining({
        code: 'der-too-large',
        message: 'Thing: 262147 bytes, more than the 262144 allowed',
      }),
    );
  });
});

/** The content of each SEQUENCE in one, and whether it begins with a five. */
function numbers(reader: DerReader): string[] {
  const found: string[] = [];
  reader.sequence().each(TAG.sequence, (item) => {
    const isFive = item.is(TAG.integer, Buffer.of(5));
    if (item.peek() === TAG.null) item.skip(TAG.null);
    found.push(`${isFive} ${text(item.whole())}`);
  });
  return found;
}

describe('each', () => {
  it.each<[string, string, readonly string[] | string]>([
    ['nothing', '30 00', []],
    [
      'two, with one reader',
      '30 0c 30 03 02 01 05 30 05 02 01 06 05 00',
      ['true 020105', 'false 0201060500'],
    ],
    ['another length is another value', '30 06 30 04 02 02 0500', ['false 02020500']],
    [
      'what was not read is refused',
      '30 07 30 05 02 01 05 01 00',
      'der-trailing-bytes: Thing: 2 bytes after the end of the value (byte 7)',
    ],
    ['so is another tag', '30 02 31 00', 'asn1-unexpected: Thing: expected SEQUENCE, found SET (byte 2)'],
    [
      'so is a padded integer',
      '30 06 30 04 02 02 0005',
      'der-malformed: Thing: INTEGER is not minimal (byte 8)',
    ],
    [
      'so is what reaches past its container',
      '30 05 30 03 02 02 05',
      'der-malformed: Thing: value of 2 bytes where 1 are left (byte 4)',
    ],
  ])('%s', (_, hex, found) => {
    expect(read(hex, numbers)).toEqual(found);
  });
});

describe('a reader over more', () => {
  const size = 2 ** 24;
  const large = octetString(Buffer.alloc(size));

  it('reads a length of four octets', () => {
    expect(text(large.subarray(0, 6))).toBe('048401000000');
    expect(DerReader.over(large, 'Thing', 2 * size).octetString()).toHaveLength(size);
  });

  it('ends at its own bound', () => {
    expect(() => DerReader.over(large, 'Thing', size)).toThrow(
      expect.objectContaining({
        code: 'der-too-large',
        message: 'Thing: 16777222 bytes, more than the 16777216 allowed',
      }),
    );
  });

  it('goes nowhere by a length that is past everything', () => {
    const lie = Buffer.from(large);
    lie.writeUInt32BE(0xffffffff, 2);
    expect(() => DerReader.over(lie, 'Thing', 2 * size).octetString()).toThrow(
      expect.objectContaining({ code: 'der-malformed' }),
    );
  });
});
