import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, printable } from '../src/text.ts';

describe('printable', () => {
  it.each([
    ['\u001B[31mred', '\\u{1b}[31mred', 'an escape sequence'],
    ['a\nb\rc', 'a\\u{a}b\\u{d}c', 'line breaks'],
    ['abc\u202Etxt.exe', 'abc\\u{202e}txt.exe', 'a mark that turns the direction'],
    ['a\u200Bb', 'a\\u{200b}b', 'a space of no width'],
    ['a\u2028b', 'a\\u{2028}b', 'a line separator'],
    ['a\uD800b', 'a\\u{d800}b', 'half of a surrogate pair'],
    ['München 例 😀', 'München 例 😀', 'plain text of any script stays'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('never lets a control character through', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex
        expect(printable(text)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
      }),
    );
  });
});

describe('hex', () => {
  it('is upper-case and takes a view for what it shows', () => {
    expect(hex(new Uint8Array([1, 0xab, 0xff]).subarray(1))).toBe('ABFF');
  });
});
