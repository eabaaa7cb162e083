/** Bounds of what a server may say before TLS, as they are given. */
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Limits, Wire, quoted } from '../../src/probe/wire.ts';
import { listen } from '../support/loopback.ts';

async function withWire<T>(say: string, limits: Limits, use: (wire: Wire) => Promise<T>): Promise<T> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(say);
  });
  const socket = connect(await listen(server), '127.0.0.1');
  try {
    return await use(new Wire(socket, 'mail.test:25', limits));
  } finally {
    socket.destroy();
    server.close();
  }
}

const LIMITS: Limits = { lineBytes: 10, lines: 3, bytes: 30 };

describe('a wire', () => {
  it.each<[string, (wire: Wire) => Promise<unknown>, unknown]>([
    ['0123456789\n', (wire) => wire.line(), '0123456789'],
    ['é\r\nrest', (wire) => wire.line(), 'é'],
    ['abcdef', async (wire) => [await wire.bytes(2), await wire.bytes(4)].map(String), ['ab', 'cdef']],
    ['<a/><b/>', async (wire) => [await wire.until('/>'), await wire.until('x', 'b/>')], ['<a/>', '<b/>']],
    // Whichever comes first, in whatever order they are named.
    ['one two', (wire) => wire.until('two', 'one'), 'one'],
  ])('reads of %j what belongs together', async (say, read, value) => {
    expect(await withWire(say, LIMITS, read)).toEqual(value);
  });

  it.each<[string, (wire: Wire) => Promise<unknown>, string]>([
    ['0123456789a\n', (wire) => wire.line(), 'sent a line of more than 10 bytes'],
    ['0123456789a', (wire) => wire.line(), 'sent a line of more than 10 bytes'],
    [
      '1\n2\n3\n4\n',
      async (wire) => [await wire.line(), await wire.line(), await wire.line(), await wire.line()],
      'sent more than 3 lines',
    ],
    ['x'.repeat(31), (wire) => wire.until('y'), 'sent more than 30 bytes before TLS'],
    ['x'.repeat(31), (wire) => wire.bytes(32), 'sent more than 30 bytes before TLS'],
    ['abc', (wire) => wire.bytes(4), 'closed the connection'],
    ['', (wire) => wire.line(), 'closed the connection without a word'],
    [
      'ok\nmore',
      (wire) => wire.line().then(() => wire.release()),
      'sent 4 bytes between its agreement to TLS and the handshake',
    ],
  ])('refuses of %j what is too much or too little', async (say, read, words) => {
    await expect(withWire(say, LIMITS, read)).rejects.toMatchObject({
      code: 'probe-starttls-failed',
      message: `mail.test:25: ${words}`,
    });
  });

  it('quotes a server without its blanks and control characters', () => {
    expect(quoted(' no\u0007\u2028way\r\n')).toBe('"no\\u{7}\\u{2028}way"');
  });
});
