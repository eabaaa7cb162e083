/** What is wrong with TLS on the way to a responder, over real sockets: a code of its own, and the reason in words. */
import { type Server, createServer } from 'node:net';
import { type TlsOptions, createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TransportError } from '../../src/errors.ts';
import type { HttpClientOptions } from '../../src/http/client.ts';
import { isTemporary } from '../../src/http/retry-policy.ts';
import { createTlsIdentity } from '../support/https-server.ts';
import { listen } from '../support/loopback.ts';
import { client, refusal } from './harness.ts';

const identity = createTlsIdentity();
const { cert, key } = identity;
const expired = createTlsIdentity('localhost', -1);
const other = createTlsIdentity(`${'a'.repeat(60)}.${'b'.repeat(60)}.test`);

/** The error of a GET to `localhost`, with the port in its message as PORT. */
async function failure(
  server: Server,
  options: HttpClientOptions = {},
): Promise<{ error: TransportError; message: string }> {
  const port = await listen(server);
  // Its connections end with the client's.
  onTestFinished(() => void server.close());
  const url = new URL(`https://localhost:${port}/`);
  const error = await refusal(
    client({ ca: [identity.root], ...options }).exchange({ method: 'GET', url, maxBytes: 100 }),
  );
  return { error, message: error.message.replace(`localhost:${port}`, 'localhost:PORT') };
}

const tls = (options: TlsOptions): Server =>
  createTlsServer({ cert, key, ...options }, (socket) => socket.on('error', () => socket.destroy()));

const WAY = 'cannot make a TLS connection to localhost:PORT at 127.0.0.1: ';

describe('TLS fails', () => {
  it.each<[sentence: string, server: () => Server, options: HttpClientOptions, words: RegExp]>([
    [
      'by a root that is not the one that was named',
      () => tls({}),
      { ca: [other.root] },
      /^unable to verify the first certificate \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/,
    ],
    [
      'by a certificate that has expired',
      () => tls({ cert: expired.cert, key: expired.key }),
      { ca: [expired.root] },
      /^certificate has expired \(CERT_HAS_EXPIRED\)$/,
    ],
    [
      'by a certificate for another name, which is cut where it is long',
      () => tls({ cert: other.cert, key: other.key }),
      { ca: [other.root] },
      /^its certificate is for DNS:a{60}\.b{35}…, not for localhost \(ERR_TLS_CERT_ALTNAME_INVALID\)$/,
    ],
    [
      'by a version that is too old',
      () => tls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      {},
      /^.+ \((?:EPROTO|ERR_SSL_\w+)\)$/,
    ],
    [
      'by plain HTTP',
      () => createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      {},
      /^.+ \((?:EPROTO|ERR_SSL_\w+)\)$/,
    ],
  ])('%s', async (_sentence, server, options, words) => {
    const { error, message } = await failure(server(), options);
    expect([error.code, error.status, isTemporary(error)]).toEqual(['http-tls-failed', undefined, false]);
    expect(message.startsWith(WAY)).toBe(true);
    expect(message.slice(WAY.length)).toMatch(words);
  });

  it('by a certificate that the server wants from us', async () => {
    const { error, message } = await failure(tls({ requestCert: true, ca: identity.rootPem }));
    expect(error.code).toBe('http-tls-failed');
    expect(message).toMatch(/localhost:PORT at 127\.0\.0\.1: .*certificate required/);
  });
});

it('a connection that breaks in the handshake is the fault of the way, and may pass', async () => {
  const { error, message } = await failure(
    createServer((socket) => socket.once('data', () => socket.destroy())),
  );
  expect([error.code, isTemporary(error)]).toEqual(['http-unreachable', true]);
  expect(message.startsWith(WAY)).toBe(true);
});
