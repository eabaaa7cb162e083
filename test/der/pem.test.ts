import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPem, isPem, parsePem } from '../../src/der/pem.ts';
import { DerError } from '../../src/errors.ts';

const DER = Buffer.from('30030201ff', 'hex');
const BLOCK = '-----BEGIN CERTIFICATE-----\nMAMCAf8=\n-----END CERTIFICATE-----\n';
const SECRET = 'c2VjcmV0';

interface Found {
  readonly labels: readonly string[];
  readonly lines: readonly number[];
  readonly key: boolean;
}

function parse(text: string): Found | string {
  try {
    const { blocks, hasPrivateKey } = parsePem(Buffer.from(text, 'latin1'));
    return {
      labels: blocks.map(({ label }) => label),
      lines: blocks.map(({ line }) => line),
      key: hasPrivateKey,
    };
  } catch (error) {
    if (error instanceof DerError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const one = (line: number, key = false): Found => ({ labels: ['CERTIFICATE'], lines: [line], key });

describe('what is found', () => {
  it.each([
    ['one block', BLOCK, one(1)],
    ['line ends of DOS', BLOCK.replaceAll('\n', '\r\n'), one(1)],
    ['no line end after the last line', BLOCK.trimEnd(), one(1)],
    ['text before, as openssl x509 -text writes it', `Certificate:\n    Data:\n${BLOCK}`, one(3)],
    ['text behind', `${BLOCK}# the end\n`, one(1)],
    ['a byte order mark before', `\xef\xbb\xbf${BLOCK}`, one(1)],
    [
      'the body on one line, indented',
      '-----BEGIN CERTIFICATE-----  MAMC Af8= \t-----END CERTIFICATE-----',
      one(1),
    ],
    [
      'several blocks, each with the line of its BEGIN',
      `${BLOCK}\nissuer:\r\n${BLOCK.replaceAll('CERTIFICATE', 'PKCS7')}${BLOCK}`,
      { labels: ['CERTIFICATE', 'PKCS7', 'CERTIFICATE'], lines: [1, 6, 9], key: false },
    ],
    ['no block in text', 'hello\n', { labels: [], lines: [], key: false }],
    ['no block in nothing', '', { labels: [], lines: [], key: false }],
  ])('%s', (_, text, found) => {
    expect(parse(text)).toEqual(found);
  });

  it('decodes the base64', () => {
    expect(parsePem(Buffer.from(BLOCK)).blocks[0]?.der).toEqual(DER);
  });

  it('knows PEM by its BEGIN line, wherever it stands', () => {
    expect(isPem(Buffer.from(`text\n${BLOCK}`))).toBe(true);
    expect(isPem(DER)).toBe(false);
  });
});

describe('private keys are passed over', () => {
  it.each([
    ['PKCS#8', 'PRIVATE KEY'],
    ['PKCS#8, encrypted', 'ENCRYPTED PRIVATE KEY'],
    ['RSA', 'RSA PRIVATE KEY'],
    ['EC', 'EC PRIVATE KEY'],
    ['OpenSSH', 'OPENSSH PRIVATE KEY'],
  ])('%s', (_, label) => {
    const key = `-----BEGIN ${label}-----\n${SECRET}\n-----END ${label}-----\n`;
    expect(parse(key + BLOCK)).toEqual(one(4, true));
  });

  it('even one that no base64 decoder would take', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${SECRET}\n-----END RSA PRIVATE KEY-----\n`;
    expect(parse(key + BLOCK)).toEqual(one(6, true));
  });

  it('and so are parameters, which are no key at all', () => {
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n';
    expect(parse(parameters + BLOCK)).toEqual(one(4));
  });

  it('never shows a byte of a key in a message', () => {
    const cut = `-----BEGIN PRIVATE KEY-----\n${SECRET}\n`;
    expect(parse(cut)).toBe('pem-malformed: line 1: PRIVATE KEY has no END line');
  });
});

describe('what is refused', () => {
  it.each([
    ['no END line', `\n${BLOCK.replace(/-----END.*/s, '')}`, 'line 2: CERTIFICATE has no END line'],
    [
      'an END line of another label',
      BLOCK.replace('END CERTIFICATE', 'END PKCS7'),
      'line 1: CERTIFICATE has no END line',
    ],
    [
      'an END line that belongs to the next block',
      BLOCK.replace(/-----END.*/s, '') + BLOCK,
      'line 1: CERTIFICATE is not base64',
    ],
    ['characters that are not base64', BLOCK.replace('MAMC', 'MA*C'), 'line 1: CERTIFICATE is not base64'],
    ['base64 of the URL alphabet', BLOCK.replace('MAMC', 'MA_-'), 'line 1: CERTIFICATE is not base64'],
    ['base64 without its padding', BLOCK.replace('8=', '8'), 'line 1: CERTIFICATE is not base64'],
    ['padding inside', BLOCK.replace('MAMC', 'MA=='), 'line 1: CERTIFICATE is not base64'],
    [
      'headers inside a certificate',
      BLOCK.replace('MAMC', 'Subject: x\nMAMC'),
      'line 1: CERTIFICATE is not base64',
    ],
    ['a file that ends inside BEGIN', '-----BEGIN CERTIFICATE', 'line 1: BEGIN line is cut short'],
    [
      'a BEGIN line without its dashes',
      `-----BEGIN CERTIFICATE\n${'A'.repeat(64)}\n-----END CERTIFICATE-----`,
      'line 1: BEGIN line is cut short',
    ],
    ['a label of two lines', '-----BEGIN CERT\nIFICATE-----', 'line 1: BEGIN line has no label'],
    ['a label that would repaint a terminal', '-----BEGIN \u001b[2J-----', 'line 1: BEGIN line has no label'],
  ])('%s', (_, text, message) => {
    expect(parse(text)).toBe(`pem-malformed: ${message}`);
  });

  it('says at which byte the block begins', () => {
    const text = Buffer.from(`ab\n${BLOCK.replace('MAMC', '****')}`);
    expect(() => parsePem(text)).toThrow(expect.objectContaining({ offset: 3 }));
  });
});

describe('written PEM', () => {
  it('has lines of 64 characters, as RFC 7468 section 2 wants', () => {
    const pem = formatPem('OCSP RESPONSE', Buffer.alloc(100));
    expect(pem.split('\n').map((line) => line.length)).toEqual([29, 64, 64, 8, 27, 0]);
  });

  it('comes back from any bytes, between any other text', () => {
    const between = fc.string().filter((text) => !text.includes('-----'));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), between, between, (bytes, before, after) => {
        const file = parsePem(Buffer.from(`${before}\n${formatPem('CERTIFICATE', bytes)}${after}`));
        expect(file.blocks.map(({ der }) => der)).toEqual([Buffer.from(bytes)]);
      }),
    );
  });
});
