/** Names as they are shown and compared. */
import { describe, expect, it } from 'vitest';
import { TAG } from '../../src/der/tags.ts';
import { nullValue, octetString, oid, sequence, setOf, tlv, utf8String } from '../../src/der/writer.ts';
import { RestapleError } from '../../src/errors.ts';
import { formatName, formatNames, namesMatch } from '../../src/x509/name.ts';

const CN = '2.5.4.3';
const O = '2.5.4.10';

const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), value);
/** Each attribute an RDN of its own. */
const nameOf = (...attributes: readonly Buffer[]): Buffer => sequence(...attributes.map((one) => setOf(one)));
const cn = (text: string): Buffer => nameOf(attribute(CN, utf8String(text)));
const typed = (tag: number, bytes: Uint8Array | string): Buffer =>
  nameOf(attribute(CN, tlv(tag, Buffer.from(bytes))));
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const utf32 = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text, (c) => {
      const octets = Buffer.alloc(4);
      octets.writeUInt32BE(c.codePointAt(0) ?? 0);
      return octets;
    }),
  );

describe('a name is shown', () => {
  it.each([
    [
      'in the order of its encoding',
      nameOf(
        attribute('2.5.4.6', tlv(TAG.printableString, Buffer.from('AQ'))),
        attribute(O, utf8String('Example')),
        attribute(CN, utf8String('www')),
      ),
      'C=AQ, O=Example, CN=www',
    ],
    [
      'with several attributes at one step',
      sequence(
        setOf(attribute(CN, utf8String('a')), attribute('0.9.2342.19200300.100.1.1', utf8String('b'))),
      ),
      'CN=a + UID=b',
    ],
    [
      'with the identifier where there is no short name',
      nameOf(attribute('1.2.3.4', utf8String('x'))),
      '1.2.3.4=x',
    ],
    ['empty', sequence(), '(empty)'],
    ['with what would read as another attribute escaped', cn('a, O=b + c\\'), String.raw`CN=a\, O\=b \+ c\\`],
    ['with control characters escaped', cn('a\u001B[2J\nb\u0000'), String.raw`CN=a\u{1b}[2J\u{a}b\u{0}`],
    ['with marks of direction escaped', cn('\u202Etset.elpmaxe'), String.raw`CN=\u{202e}tset.elpmaxe`],
    [
      'in Latin-1, as T61String is written',
      typed(TAG.teletexString, Buffer.from('Zürich', 'latin1')),
      'CN=Zürich',
    ],
    ['in BMPString', typed(TAG.bmpString, utf16('Ελλάς')), 'CN=Ελλάς'],
    ['in BMPString of odd length as bytes', typed(TAG.bmpString, Buffer.of(0, 65, 0)), 'CN=#1e03004100'],
    ['in UniversalString', typed(TAG.universalString, utf32('a🙂')), 'CN=a🙂'],
    [
      'in UniversalString beyond Unicode as bytes',
      typed(TAG.universalString, Buffer.of(0, 0x11, 0, 0)),
      'CN=#1c0400110000',
    ],
    ['in broken UTF-8 as bytes', typed(TAG.utf8String, Buffer.of(0x61, 0xff)), 'CN=#0c0261ff'],
    ['in what is no string as bytes', nameOf(attribute(CN, octetString(Buffer.of(1)))), 'CN=#040101'],
  ])('%s', (_, name, text) => {
    expect(formatName(name)).toBe(text);
  });
});

describe('two names match', () => {
  it.each([
    ['byte by byte', cn('a'), cn('a')],
    ['in another string type', cn('Test CA'), typed(TAG.printableString, 'Test CA')],
    ['in sixteen bits', cn('Test CA'), typed(TAG.bmpString, utf16('Test CA'))],
    ['in another case', cn('Test CA'), cn('TEST ca')],
    ['with other spaces', cn('Test CA'), cn('  Test   CA ')],
    [
      'with one step in another order',
      sequence(tlv(0x31, attribute(CN, utf8String('a')), attribute(O, utf8String('b')))),
      sequence(tlv(0x31, attribute(O, utf8String('b')), attribute(CN, utf8String('a')))),
    ],
    [
      'with no string the same',
      nameOf(attribute(CN, octetString(Buffer.of(1)))),
      nameOf(attribute(CN, octetString(Buffer.of(1)))),
    ],
  ])('%s', (_, a, b) => {
    expect(namesMatch(a, b)).toBe(true);
    expect(namesMatch(b, a)).toBe(true);
  });

  it.each([
    ['of another text', cn('Test CA'), cn('Test CB')],
    ['without the space', cn('Test CA'), cn('TestCA')],
    ['of another type', cn('a'), nameOf(attribute(O, utf8String('a')))],
    ['with more steps', cn('a'), nameOf(attribute(CN, utf8String('a')), attribute(CN, utf8String('a')))],
    [
      'with the steps in another order',
      nameOf(attribute(CN, utf8String('a')), attribute(O, utf8String('b'))),
      nameOf(attribute(O, utf8String('b')), attribute(CN, utf8String('a'))),
    ],
    [
      'at one step and at two',
      sequence(setOf(attribute(CN, utf8String('a')), attribute(O, utf8String('b')))),
      nameOf(attribute(CN, utf8String('a')), attribute(O, utf8String('b'))),
    ],
    [
      'that would read the same',
      cn('a, O=b'),
      nameOf(attribute(CN, utf8String('a')), attribute(O, utf8String('b'))),
    ],
    ['empty and not', sequence(), cn('')],
    ['by look-alike letters', cn('test'), cn('tеst')],
  ])('not %s', (_, a, b) => {
    expect(namesMatch(a, b)).toBe(false);
    expect(namesMatch(b, a)).toBe(false);
  });
});

describe('what is no name', () => {
  it.each([
    ['a NULL in the place of an RDN', sequence(nullValue())],
    ['an attribute without a value', sequence(setOf(sequence(oid(CN))))],
    ['an attribute with two values', sequence(setOf(sequence(oid(CN), utf8String('a'), utf8String('b'))))],
    ['a name of more than 8 KiB', cn('a'.repeat(8192))],
  ])('%s is refused', (_, name) => {
    expect(() => formatName(name)).toThrow(RestapleError);
    expect(() => namesMatch(name, cn('a'))).toThrow(RestapleError);
  });
});

const names = (count: number, text = 'x'): Buffer[] =>
  Array.from({ length: count }, (_, i) => nameOf(attribute(O, utf8String(`${text}${i}`))));

describe('formatNames', () => {
  it('shows three and counts the others', () => {
    expect(formatNames(names(3))).toBe('O=x0; O=x1; O=x2');
    expect(formatNames(names(100))).toBe('O=x0; O=x1; O=x2 and 97 more');
  });

  it('cuts what is longer than anybody reads', () => {
    expect(formatNames(names(2, 'x'.repeat(6000))).length).toBeLessThan(500);
  });
});
