import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oidFromText, oidToText } from '../../src/der/oid.ts';

const decode = (hex: string): string | undefined => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return oidToText(bytes, 0, bytes.length);
};

/** The 128-bit UUID with all bits set, under 2.25 (X.667): 19 octets. */
const LARGEST_UUID = '2.25.340282366920938463463374607431768211455';

describe('both ways', () => {
  it.each([
    ['the first two arcs share an octet', '2b', '1.3'],
    ['the smallest', '00', '0.0'],
    ['the last under 0', '27', '0.39'],
    ['the last under 1', '4f', '1.39'],
    ['the first under 2', '50', '2.0'],
    ['a second arc above 39 under 2', '88 37', '2.999'],
    ['id-pkix-ocsp-basic', '2b 06 01 05 05 07 30 01 01', '1.3.6.1.5.5.7.48.1.1'],
    ['arcs of several octets', '2a 86 48 86 f7 0d 01 01 0b', '1.2.840.113549.1.1.11'],
    ['a zero arc inside', '55 00 0f', '2.5.0.15'],
    ['an arc that a double holds exactly', '69 8f ff ff ff ff ff ff 7f', '2.25.9007199254740991'],
    ['an arc that a double would round', '69 90 80 80 80 80 80 80 01', '2.25.9007199254740993'],
    ['a UUID', `69 83 ${'ff '.repeat(17)} 7f`, LARGEST_UUID],
    ['a huge second arc', `82 ${'80 '.repeat(17)} 00`, '2.170141183460469231731687303715884105648'],
  ])('%s', (_, hex, text) => {
    expect(decode(hex)).toBe(text);
    expect(oidFromText(text).toString('hex')).toBe(hex.replaceAll(' ', ''));
  });
});

describe('octets that are no identifier', () => {
  it.each([
    ['none at all', ''],
    ['cut short inside an arc', '2b 86'],
    ['a padding zero before the first arc', '80 2b'],
    ['a padding zero before a later arc', '55 80 1d'],
    ['an arc longer than any UUID', `69 81 ${'80 '.repeat(18)} 00`],
  ])('%s', (_, hex) => {
    expect(decode(hex)).toBeUndefined();
  });

  it('refuses an arc of 256 KiB before turning it into decimal, which would take half a minute', () => {
    const bytes = Buffer.alloc(256 * 1024, 0xff);
    bytes[bytes.length - 1] = 0x7f;
    expect(oidToText(bytes, 0, bytes.length)).toBeUndefined();
  });

  it('reads only between start and end', () => {
    expect(oidToText(Buffer.from('ff551dff', 'hex'), 1, 3)).toBe('2.5.29');
  });
});

describe('text that is no identifier', () => {
  it.each(['', '1', '1.', '.1', '1..2', '3.1', '1.40', '0.40', '1.02', '1.-2', '1.2a', ' 1.2', '1.2 '])(
    '%j',
    (text) => {
      expect(() => oidFromText(text)).toThrow(RangeError);
    },
  );
});

describe('what was read before', () => {
  it('does not change with the bytes that it was read from', () => {
    const bytes = Buffer.from('551d0f', 'hex');
    expect(oidToText(bytes, 0, 3)).toBe('2.5.29.15');
    bytes[2] = 0x13;
    expect(oidToText(bytes, 0, 3)).toBe('2.5.29.19');
    expect(decode('551d0f')).toBe('2.5.29.15');
  });

  it('is not taken for another, however many there are', () => {
    for (let turn = 0; turn < 2; turn++) {
      for (let arc = 0; arc < 10_000; arc++) {
        const text = `1.3.6.1.4.1.${arc}`;
        const octets = oidFromText(text);
        expect(oidToText(octets, 0, octets.length)).toBe(text);
      }
    }
  });
});

describe('any identifier', () => {
  const arc = fc.bigInt({ min: 0n, max: 2n ** 128n });
  const identifier = fc
    .oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
      fc.tuple(fc.constant(2n), arc),
    )
    .chain((first) => fc.array(arc, { maxLength: 8 }).map((rest) => [...first, ...rest].join('.')));

  it('comes back from its octets as it was', () => {
    fc.assert(
      fc.property(identifier, (text) => {
        const octets = oidFromText(text);
        expect(oidToText(octets, 0, octets.length)).toBe(text);
      }),
    );
  });

  it('has one spelling: octets that decode are the octets of their text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (octets) => {
        const text = oidToText(octets, 0, octets.length);
        expect(text === undefined || oidFromText(text).equals(octets)).toBe(true);
      }),
    );
  });
});
