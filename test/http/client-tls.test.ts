import { type Server, createServer } from 'node:https';
import { type AddressInfo, createServer as createMute } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { generateKey } from '../../src/demo/pki/keys.ts';
import { createRoot } from '../../src/demo/pki/entity.ts';
import { name } from '../../src/demo/pki/name.ts';
import { listen } from '../support/loopback.ts';
import { client, refusal } from './harness.ts';

const DAY = 86_400_000;

/** An HTTPS server whose certificate nobody trusts; it answers with the Host and the TLS name that it was asked for. */
let server: Server;
let port: number;

beforeAll(async () => {
  const root = createRoot({
    name: name([['CN', 'localhost']]),
    keys: generateKey('p256'),
    serial: 1,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
  });
  const key = root.keys.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const cert = `-----BEGIN CERTIFICATE-----\n${root.certificate.raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
  server = createServer({ key, cert }, (request, response) => {
    response.end(`${request.headers.host} ${Reflect.get(request.socket, 'servername')}`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address: AddressInfo = Object(server.address());
  port = address.port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('https', () => {
  it('asks by name, in TLS as in Host', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      const http = client();
      const url = new URL(`https://localhost:${port}/`);
      const first = await http.exchange({ method: 'GET', url, maxBytes: 100 });
      expect(first.body.toString()).toBe(`localhost:${port} localhost`);
      expect(first.address).toBe('127.0.0.1');
      const headers = [['Host', 'ocsp.example']] as const;
      const byAddress = new URL(`https://127.0.0.1:${port}/`);
      const second = await http.exchange({ method: 'GET', url: byAddress, headers, maxBytes: 100 });
      expect(second.body.toString()).toBe('ocsp.example ocsp.example');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('refuses a certificate that nobody vouches for', async () => {
    const url = new URL(`https://localhost:${port}/`);
    const error = await refusal(client().exchange({ method: 'GET', url, maxBytes: 100 }));
    expect(error.code).toBe('http-tls-failed');
    expect(error.message).toMatch(
      /^cannot make a TLS connection to localhost:\d+ at 127\.0\.0\.1: self-signed certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
    );
  });

  it('counts the TLS handshake as connecting', async () => {
    const mute = createMute();
    onTestFinished(() => void mute.close());
    const mutePort = await listen(mute);
    const url = new URL(`https://127.0.0.1:${mutePort}/`);
    const error = await refusal(
      client({ connectTimeoutMs: 100 }).exchange({ method: 'GET', url, maxBytes: 100 }),
    );
    expect([error.code, error.message]).toEqual([
      'http-timeout',
      `no connection to 127.0.0.1:${mutePort} within 100 ms (connect time-out)`,
    ]);
  });
});
