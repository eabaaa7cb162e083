/** Configs that somebody made to do harm, or that are no config at all: told, and never more than told. */
import { describe, expect, it } from 'vitest';
import { configOf, mistakesOf } from './parsed.ts';

/** Ten lists of ten of the one before. */
const BOMB = Array.from({ length: 10 }, (_, i) => {
  const items = i === 0 ? 'x' : `*a${i - 1}`;
  return `a${i}: &a${i} [${Array.from({ length: 10 }, () => items).join(', ')}]`;
}).join('\n');

describe('a hostile config', () => {
  it.each([
    ['[', '1:33: nested more than 32 deep'],
    ['{a: ', /^1:\d+: nested more than 32 deep$/],
    ['- ', /^1:\d+: nested more than 32 deep$/],
    ['? ', /^1:\d+: nested more than 32 deep$/],
    ['[\n', /^32:\d+: nested more than 32 deep$/],
  ])('of 200,000 times %j', (part, message) => {
    expect(mistakesOf(part.repeat(200_000))).toEqual([expect.stringMatching(message)]);
  });

  it('nested by its indentation', () => {
    const text = Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
    expect(mistakesOf(text)).toEqual([expect.stringMatching(/^32:\d+: nested more than 32 deep$/)]);
  });

  it('of aliases that unfold to billions', () => {
    const mistakes = mistakesOf(BOMB);
    expect(mistakes.filter((one) => one.includes('aliases unfold to more than 10000 values'))).toHaveLength(
      1,
    );
    expect(mistakes).toHaveLength(11);
  });

  it.each([
    ['certificates: &a [*a]', '1:19: certificates[0]: *a stands within itself'],
    ['policy: &a {spread: *a}', '1:21: policy.spread: *a stands within itself'],
  ])('that holds itself: %s', (text, message) => {
    expect(mistakesOf(text)).toEqual([message]);
  });

  it.each([
    [
      'a terminal sequence',
      'store: "\\e[2J\\u202e"\nlog: {level: "\\e[2J"}',
      ['2:14: log.level: expected debug, info, warn or error, found "\\u{1b}[2J"'],
    ],
    ['one in a key', '"\\e[2J": 1', [expect.stringMatching(/^1:1: \\u\{1b\}\[2J: unknown key/)]],
    ['one as it is', 'store: \u{1b}[2J', ['1:8: no text: it holds the character \\u{1b}']],
    ['a zero byte', 'store: a\0b', ['1:9: no text: it holds the character \\u{0}']],
    [
      'a word of a megabyte',
      `log: {level: ${'x'.repeat(1_000_000)}}`,
      [`1:14: log.level: expected debug, info, warn or error, found "${'x'.repeat(59)}…`],
    ],
    [
      'a key of a thousand letters',
      `"${'x'.repeat(1000)}": 1`,
      [expect.stringMatching(/^1:1: x{60}…: unknown key; allowed: [a-z, -]+$/)],
    ],
    [
      'an unknown tag of a kilobyte',
      `store: !${'x'.repeat(1000)} a`,
      [expect.stringMatching(/^1:8: unknown tag .{1,160}$/)],
    ],
  ])('with %s', (_what, text, messages) => {
    expect(mistakesOf(text)).toEqual(messages);
  });

  it('for readers of YAML 1.1, whose booleans and octals it keeps to itself', () => {
    expect(mistakesOf('%YAML 1.1\n---\ndefaults: {allow-sha1: yes}\npolicy: {requests: 010}')).toEqual([
      '3:24: defaults.allow-sha1: expected true or false, found "yes" | in YAML 1.2 yes is text',
      expect.stringMatching(/^4:20: policy\.requests: expected a plain decimal number, found 010 /),
    ]);
  });

  it('cannot reach what all objects have', () => {
    const mistakes = mistakesOf('constructor: {prototype: 1}\ntoString: 1\n__proto__: {store: /x}\n');
    expect(mistakes.map((one) => one.replace(/; allowed.*/, ''))).toEqual([
      '1:1: constructor: unknown key',
      '2:1: toString: unknown key',
      '3:1: __proto__: unknown key',
    ]);
    expect(configOf('defaults: {header: {constructor: a}}').defaults.header).toEqual([['constructor', 'a']]);
  });

  it.each([
    ['defaults: {header: {Authorization: "Bearer secret\\n"}}'],
    ['defaults: {header: {Authorization: [secret]}}'],
    ['defaults: {proxy: "ftp://user:secret@proxy"}'],
    ['defaults: {url: "ftp://user:secret@ocsp"}'],
    ['responders: [{url: "ocsp://user:secret@ocsp/", disable: true}]'],
    ['responders: [{url: "http://a", header: {A: "secret\\0"}}]'],
  ])('that would have a password printed: %s', (text) => {
    expect(mistakesOf(text)).toHaveLength(1);
    expect(mistakesOf(text).join('\n')).not.toContain('secret');
  });
});

describe('a long config', () => {
  it.each([
    ['of mistakes', (i: number) => `key-${i}: 1`, 20_000],
    ['of entries that are none', (i: number) => (i === 0 ? 'certificates:' : `- fils: ${i}`), 10_000],
  ])('%s is told to the last line', (_what, line, count) => {
    const mistakes = mistakesOf(Array.from({ length: count }, (_, i) => line(i)).join('\n'));
    expect(mistakes.length).toBeGreaterThanOrEqual(count - 1);
    expect(mistakes.at(-1)).toMatch(new RegExp(`^${count}:`));
  });

  it('of certificates is read', () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `  - {files: /etc/ssl/site-${i}.pem, issuer: /etc/ssl/ca.pem}`,
    );
    const { certificates } = configOf(`certificates:\n${lines.join('\n')}\n`);
    expect(certificates).toHaveLength(10_000);
    expect(certificates.at(-1)?.files).toEqual(['/etc/ssl/site-9999.pem']);
  });
});
