/** Knocking at real doors of loopback. */
import { createServer as createTcpServer } from 'node:net';
import { createServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { tryConnection } from '../../src/probe/tcp.ts';
import { readStaple } from '../../src/probe/tls.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { close, listen } from '../support/loopback.ts';
import { createTestPki, testResponse } from '../support/pki.ts';

const pki = createTestPki();
const LONG_MS = 30_000;

describe('a TCP connection', () => {
  it('is had, or is refused with the word of the system', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    const port = String(await listen(server));
    expect(await tryConnection('127.0.0.1', port, LONG_MS)).toBeUndefined();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(await tryConnection('127.0.0.1', port, LONG_MS)).toBe('connection refused (ECONNREFUSED)');
  });
});

describe('a TLS server', () => {
  it.each([
    ['a staple', testResponse(pki)],
    ['no staple', undefined],
  ])('that nobody trusts is asked all the same: its chain in order, and %s', async (_what, staple) => {
    const server = createServer({ key: keyPem(pki.leaf), cert: certificatesPem(pki.leaf, pki.issuer) });
    server.on('OCSPRequest', (_certificate, _issuer, give) => give(null, staple ?? null));
    const port = String(await listen(server));
    const presented = await readStaple({ host: '127.0.0.1', port, servername: 'www.example.test' }, LONG_MS);
    expect(presented).toEqual({
      chain: [pki.leaf.certificate.raw, pki.issuer.certificate.raw],
      staple,
    });
    await close(server);
  });

  it.each<[string, number, RegExp]>([
    ['closes the connection', LONG_MS, /closed|ECONNRESET|disconnected/],
    ['says nothing', 50, /no TLS connection within 50ms/],
  ])('that %s is an error with its reason', async (what, timeoutMs, reason) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (what.startsWith('closes')) socket.end();
    });
    const port = String(await listen(server));
    await expect(readStaple({ host: '127.0.0.1', port, servername: 'a.test' }, timeoutMs)).rejects.toThrow(
      reason,
    );
    server.close();
  });
});
