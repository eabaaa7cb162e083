/** What is read without node:http: only what that reads in the same way. */
import { request as httpRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readPlainHead } from '../../../src/http/plain/head.ts';

const LINES = [
  'HTTP/1.1 200 OK',
  'Content-Type: application/ocsp-response',
  'ETag: "a1"',
  'Content-Length: 5',
  'Connection: keep-alive',
  'X-Cache:  Hit \t',
];
const BODY = 'hello';
const message = (lines: readonly string[], body = BODY): Buffer =>
  Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
const withLine = (line: string): Buffer => message([...LINES, line]);
const withStatus = (line: string): Buffer => message([line, ...LINES.slice(1)]);

describe('a plain head', () => {
  it('is read to its end', () => {
    const bytes = message(LINES);
    expect(readPlainHead(bytes)).toEqual({
      status: 200,
      statusText: 'OK',
      headers: {
        'content-type': 'application/ocsp-response',
        etag: '"a1"',
        'content-length': '5',
        connection: 'keep-alive',
        'x-cache': 'Hit',
      },
      end: bytes.length - BODY.length,
      length: 5,
      persists: true,
    });
  });

  it('may end the connection', () => {
    const lines = LINES.filter((line) => !line.startsWith('Connection'));
    expect(readPlainHead(message([...lines, 'connection: Close']))?.persists).toBe(false);
    expect(readPlainHead(message(lines))?.persists).toBe(true);
  });

  it('of a 304 has no body behind it, whatever its length says', () => {
    expect(readPlainHead(withStatus('HTTP/1.1 304 Not Modified'))?.length).toBe(0);
    expect(readPlainHead(message(['HTTP/1.1 304 Not Modified', 'ETag: "a1"'], ''))?.length).toBe(0);
  });

  it.each([
    ['a line that is not ended', Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n')],
    ['HTTP/1.0', withStatus('HTTP/1.0 200 OK')],
    ['an interim answer', withStatus('HTTP/1.1 100 Continue')],
    ['204, which has no body', withStatus('HTTP/1.1 204 No Content')],
    ['a status without its space', withStatus('HTTP/1.1 200')],
    ['another protocol', withStatus('ICY 200 OK')],
    ['a length that is there twice', withLine('Content-Length: 5')],
    ['two lengths', withLine('content-length: 6')],
    ['a list of lengths', message(LINES.map((line) => line.replace(': 5', ': 5, 5')))],
    ['a length with a sign', message(LINES.map((line) => line.replace(': 5', ': +5')))],
    ['a length in hex', message(LINES.map((line) => line.replace(': 5', ': 0x5')))],
    ['no length', message(LINES.filter((line) => !line.startsWith('Content-Length')))],
    ['chunks', withLine('Transfer-Encoding: chunked')],
    ['a header that is there twice', withLine('etag: "b2"')],
    ['a folded line', withLine(' and more')],
    ['a space before the colon', withLine('Via : 1.1 cache')],
    ['a name that is none', withLine('V(ia: 1.1 cache')],
    ['no name', withLine(': 1.1 cache')],
    ['a line feed alone', withLine('Via: 1.1\nContent-Length: 9')],
    ['a carriage return alone', withLine('Via: 1.1\rContent-Length: 9')],
    ['a NUL', withLine('Via: 1.1\0cache')],
    ['a cookie', withLine('Set-Cookie: a=b')],
    ['an upgrade', withLine('Upgrade: h2c')],
    ['another option of the connection', message([...LINES.slice(0, 4), 'Connection: upgrade'])],
    ['the name of a prototype', withLine('__proto__: a')],
    ['more than 4 KiB', withLine(`X-Long: ${'a'.repeat(4096)}`)],
  ])('is not one with %s', (_name, bytes) => {
    expect(readPlainHead(bytes)).toBeUndefined();
  });
});

/** What node:http makes of the same bytes. */
function readByNode(bytes: Buffer): Promise<unknown> {
  const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  return new Promise((resolve) => {
    const request = httpRequest({ createConnection: () => stream, path: '/' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', resolve);
      response.on('end', () => {
        const { statusCode: status, statusMessage: statusText, headers } = response;
        resolve({ status, statusText, headers, body: Buffer.concat(chunks).toString('latin1') });
      });
    });
    request.on('error', resolve);
    request.end();
    stream.push(bytes);
    stream.push(null);
  });
}

describe('two readers', () => {
  /** Each byte of the head replaced by each of these, and each of these put before it. */
  const OCTETS = Buffer.from('\r\n\t :,;"a0\0\x7f\x80', 'latin1');

  it('never differ: what is plain, node:http reads in the same way', async () => {
    const original = message(LINES);
    const head = original.length - BODY.length;
    const differing: string[] = [];
    let plain = 0;
    for (let at = 0; at < head; at++) {
      for (const octet of OCTETS) {
        for (const rest of [at, at + 1]) {
          const bytes = Buffer.concat([original.subarray(0, at), Buffer.of(octet), original.subarray(rest)]);
          const read = readPlainHead(bytes);
          if (!read || bytes.length < read.end + read.length) continue;
          plain += 1;
          const { status, statusText, headers, end, length } = read;
          const body = bytes.toString('latin1', end, end + length);
          const byNode = await readByNode(bytes.subarray(0, end + length));
          const isSame = isDeepStrictEqual(byNode, { status, statusText, headers, body });
          if (!isSame) differing.push(bytes.toString('latin1'));
        }
      }
    }
    expect(differing).toEqual([]);
    expect(plain).toBeGreaterThan(500);
  });
});
