/** How `restaple check` begins to speak, as a server hears it. */
import { type Server, createServer } from 'node:net';
import { createServer as createHttpsServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { certificatesPem, keyPem } from '../support/files.ts';
import { close, listen } from '../support/loopback.ts';
import { check, pki, toldBy } from './check-helper.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** The first bytes that a client sends to a server that begins with `greeting`, as text. */
async function heardFrom(greeting: string, place: string, options: readonly string[]): Promise<string> {
  const heard = new Promise<Buffer>((resolve) => {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.write(greeting);
      socket.once('data', (chunk) => {
        resolve(chunk);
        socket.end();
      });
    });
  });
  const port = server && (await listen(server));
  const run = await check([place, '--connect-to', `${place}:127.0.0.1:${port}`, ...options]);
  expect(run.exitCode).toBe(2);
  return JSON.stringify((await heard).toString('latin1'));
}

const BANNER = '220 mail.test\r\n';
const HANDSHAKE = /^"\\u0016\\u0003/;

describe('the first words', () => {
  it.each<[string, string, string, readonly string[], RegExp]>([
    ['are those of the port', BANNER, 'mail.test:25', [], /^"EHLO /],
    ['are those of --starttls', BANNER, 'mail.test:8443', ['--starttls', 'lmtp'], /^"LHLO /],
    ['are TLS with --starttls none', '', 'mail.test:25', ['--starttls', 'none'], HANDSHAKE],
    ['are TLS at any other port', '', 'mail.test:8443', [], HANDSHAKE],
    [
      'are a PROXY header before all of it',
      '',
      'mail.test:8443',
      ['--proxy-protocol', 'v1'],
      /^"PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\\r\\n/,
    ],
    [
      'are that of version 2',
      '',
      'mail.test:8443',
      ['--proxy-protocol', 'v2'],
      /^"\\r\\n\\r\\n\\u0000\\r\\nQUIT\\n/,
    ],
  ])('%s', async (_sentence, greeting, place, options, words) => {
    expect(await heardFrom(greeting, place, options)).toMatch(words);
  });
});

describe('an IPv6 address', () => {
  it('is connected to as it is typed', async ({ skip }) => {
    const six = createHttpsServer({ key: keyPem(pki.leaf), cert: certificatesPem(pki.leaf, pki.issuer) });
    const isThere = await new Promise<boolean>((resolve) => {
      six.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true));
    });
    if (!isThere) skip('no IPv6 on loopback');
    const { port: number }: { port: number } = Object(six.address());
    const run = await check([`[::1]:${number}`, '--json']);
    await close(six);
    expect(toldBy(run)).toMatchObject({ exitCode: 1, state: 'missing' });
    expect(JSON.parse(run.out).servers).toMatchObject([{ server: `[::1]:${number}`, host: '::1' }]);
  });
});
