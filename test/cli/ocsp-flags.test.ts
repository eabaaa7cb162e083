/** How the flags of `restaple ocsp` are read, and that each is described. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FLAGS } from '../../src/cli/ocsp/flags.ts';
import { REFUSED_FLAGS } from '../../src/cli/ocsp/refused-flags.ts';
import { serialNumber } from '../../src/cli/ocsp/flag-values.ts';
import { parseFlags } from '../../src/cli/ocsp/parse-flags.ts';
import { settingsOf } from '../../src/cli/ocsp/settings.ts';
import { runCli } from '../support/run-cli.ts';
import { QUESTION } from './ocsp-helper.ts';

const settings = (...args: string[]) => settingsOf(parseFlags(args));

/** The flags that a page names in code. */
const flagsIn = (text: string): Set<string | undefined> =>
  new Set(Array.from(text.matchAll(/`-([\w-]+)[^`]*`/g), ([, name]) => name));

describe('what cannot be meant', () => {
  const cases: readonly [args: readonly string[], message: string, hint?: string][] = [
    [[], 'nothing to do: -cert, -serial, -reqin or -respin is missing'],
    [['domain.crt'], 'domain.crt is no flag: a certificate is given with -cert'],
    [['-'], '- is no flag: a certificate is given with -cert'],
    [['-isuer', 'i'], 'unknown flag -isuer', 'did you mean -issuer? '],
    [['-no-nonce'], 'unknown flag -no-nonce', 'did you mean -no_nonce? '],
    [['-NoVerify'], 'unknown flag -NoVerify', 'did you mean -noverify? '],
    [['-frobnicate'], 'unknown flag -frobnicate'],
    [['-cert'], '-cert needs a value: -cert <file>'],
    [['-cert', ''], '-cert needs a value: -cert <file>'],
    [[...QUESTION, '-respin', 'r', '-respout='], '-respout needs a value: -respout <file>'],
    [['-noverify=yes'], '-noverify takes no value'],
    [['-cert', 'c'], '-cert c: no -issuer stands before it'],
    [['-cert', 'c', '-issuer', 'i'], '-cert c: no -issuer stands before it'],
    [['-serial', '7'], '-serial 7: no -issuer stands before it'],
    [['-issuer', 'i', '-serial', '12z'], '-serial 12z: expected a number, decimal or hexadecimal behind 0x'],
    [['-issuer', 'i', '-serial', '0x'], '-serial 0x: expected a number, decimal or hexadecimal behind 0x'],
    [[...QUESTION, '-sha256'], '-sha256 must stand before -cert or -serial'],
    [['-issuer', 'i', '-sha256', '-sha1', '-cert', 'c'], '-sha256 must stand before -cert or -serial'],
    [['-header', 'HOST'], '-header HOST needs a value: -header HOST=VALUE'],
    [['-header', 'HOST', '-cert', 'c'], '-header HOST needs a value: -header HOST=VALUE'],
    [['-header', 'HOST', '-url=http://x/'], '-header HOST needs a value: -header HOST=VALUE'],
    [['-header', 'HOST', '-signer', 'c'], '-header HOST needs a value: -header HOST=VALUE'],
    [['-header', 'Host: x', '-cert', 'c'], '-header Host: x: expected Host=VALUE or Host VALUE'],
    [['-header', 'a b=c'], '-header a b=c: expected NAME=VALUE or NAME VALUE'],
    [['-header', 'Host=a\r\nX: y'], '-header Host=a\\u{d}\\u{a}X: y: expected NAME=VALUE or NAME VALUE'],
    [['-url', 'ftp://x/'], '-url ftp://x/: expected http://HOST[:PORT]/PATH'],
    [['-host', 'x/y'], '-host x/y: expected HOST[:PORT]'],
    [['-host', 'user@x'], '-host user@x: expected HOST[:PORT]'],
    [['-host', 'x:1', '-port', '2'], '-host names port 1, -port 2'],
    [['-host', 'x', '-port', '0'], '-port 0: expected 1 to 65535'],
    [
      ['-port', '80'],
      '-port needs -host: on its own it makes openssl a responder, which restaple ocsp is not',
    ],
    [['-path', '/x'], '-path needs -host or -url'],
    [['-timeout', '0'], '-timeout 0: expected a whole number of seconds, from 1'],
    [['-status_age', '1h'], '-status_age 1h: expected a whole number of seconds, from 1'],
    [['-timeout', '010'], '-timeout 010: expected a whole number of seconds, from 1'],
    [['-host', 'x', '-port', '080'], '-port 080: expected 1 to 65535'],
    [['-attime', '99999999999'], '-attime 99999999999: expected a whole number of seconds, from 0'],
    [['-reqin', 'q', '-cert', 'c'], '-reqin and -cert exclude each other'],
    [['-respin', 'r', '-url', 'http://x/'], '-respin and -url exclude each other'],
    [['-respin', 'r', '-nonce'], '-respin and -nonce exclude each other'],
    [['-url', 'http://x/', '-host', 'y'], '-url and -host exclude each other'],
    [
      ['-attime', '1', '-respout', 'r'],
      '-attime and -respout exclude each other: a staple has to be good now',
    ],
    [['-trust_other'], '-trust_other needs -verify_other'],
    [['-url', 'http://x/'], 'there is nothing to ask: -cert, -serial or -reqin is missing'],
    [['-respin', 'r', '-reqout', 'q'], '-reqout needs a request: -cert, -serial or -reqin is missing'],
    [['-respin', 'r', '-req_text'], '-req_text needs a request: -cert, -serial or -reqin is missing'],
    [['-reqin', '-', '-respin', '-'], 'standard input is for -reqin or -respin, not both'],
    [
      [...QUESTION, '-url', 'http://x/', '-reqout', '-', '-respout', '-'],
      'standard output is for -reqout or -respout, not both',
    ],
    [[...QUESTION, '-respout', 'r'], '-respout needs -url, -host or -respin'],
  ];

  it.each(cases)('%j', async (args, message, hint = '') => {
    expect(await runCli(['ocsp', ...args])).toMatchObject({
      exitCode: 64,
      out: '',
      err: `restaple: ${message}\nhint: ${hint}see restaple ocsp -help\n`,
    });
  });

  it.each([...REFUSED_FLAGS])('-%s is refused with the reason', async (name, reason) => {
    expect(await runCli(['ocsp', ...QUESTION, `-${name}`, 'x'])).toMatchObject({
      exitCode: 64,
      out: '',
      err: `restaple: -${name} is not taken: ${reason}\nhint: see restaple ocsp -help\n`,
    });
  });
});

describe('what is read', () => {
  it('the issuer and the digest that stand before each question', () => {
    const { asked } = settings(
      '-issuer',
      'a',
      '-cert',
      'x',
      '-SHA256',
      '-cert',
      'y',
      '-issuer=b',
      '--cert=z',
      '-sha1',
      '-serial',
      '-5',
    );
    expect(asked.map(({ name, issuerFile, hash }) => [name, issuerFile, hash])).toEqual([
      ['x', 'a', 'sha1'],
      ['y', 'a', 'sha256'],
      ['z', 'b', 'sha256'],
      ['-5', 'b', 'sha1'],
    ]);
  });

  it.each([
    [
      ['-header', 'HOST', 'host'],
      ['HOST', 'host'],
    ],
    [
      ['-header', 'X-Kind', 'text'],
      ['X-Kind', 'text'],
    ],
    [
      ['-header', 'X-Token', '-dashed'],
      ['X-Token', '-dashed'],
    ],
    [
      ['-header', 'X-Path=a=b'],
      ['X-Path', 'a=b'],
    ],
    [
      ['--header=HOST', 'x'],
      ['HOST', 'x'],
    ],
  ])('the header of %j', (args, expected) => {
    expect(settings(...args).headers).toEqual([expected]);
  });

  it.each([
    [['-url', 'https://ocsp.test:8443/a?b'], 'https://ocsp.test:8443/a?b'],
    [['-url', 'http://user:secret@ocsp.test/#x'], 'http://ocsp.test/'],
    [['-path', '/y', '-url', 'http://ocsp.test/x'], 'http://ocsp.test/x'],
    [['-url', 'http://ocsp.test/x', '-path', '//evil.test/y'], 'http://ocsp.test//evil.test/y'],
    [['-host', '[::1]:81'], 'http://[::1]:81/'],
    [['-host', 'ocsp.test', '-port', '8080', '-path', 'x?y=z'], 'http://ocsp.test:8080/x?y=z'],
  ])('%j is %s', (args, url) => {
    expect(settings(...args).url?.href).toBe(url);
  });

  it.each([
    ['0', '00'],
    ['127', '7f'],
    ['128', '0080'],
    ['0xFF', '00ff'],
    ['0x00ff', '00ff'],
    ['-1', 'ff'],
    ['-128', '80'],
    ['-129', 'ff7f'],
    ['-0x80', '80'],
  ])('the serial number %s', (text, octets) => {
    expect(serialNumber(text).toString('hex')).toBe(octets);
  });
});

describe('the help and the page', () => {
  const page = readFileSync(new URL('../../docs/reference/ocsp.md', import.meta.url), 'utf8');
  const [taken = '', refused = ''] = page.split('## Flags that are refused');
  it.each(['-help', '--help', '-h'])('%s lists every flag', async (flag) => {
    const run = await runCli(['ocsp', flag]);
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    expect([...FLAGS.keys()].filter((name) => !run.out.includes(`-${name}`))).toEqual([]);
  });

  it('docs/reference/ocsp.md describes every flag, and names every one that is refused', () => {
    expect([...FLAGS.keys()].filter((name) => !flagsIn(taken).has(name))).toEqual([]);
    const digest = REFUSED_FLAGS.get('md5');
    const named = [...REFUSED_FLAGS].filter(([, reason]) => reason !== digest).map(([name]) => name);
    expect(named.filter((name) => !flagsIn(refused).has(name))).toEqual([]);
  });

  it('and no others', () => {
    const known = new Set<string | undefined>([...FLAGS.keys(), ...REFUSED_FLAGS.keys(), '-json']);
    expect([...flagsIn(page)].filter((name) => !known.has(name))).toEqual([]);
  });
});
