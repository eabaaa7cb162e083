/** https responders whose certificate no public CA has issued: `ca`, straight and through proxies. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HttpClientOptions } from '../../src/http/client.ts';
import type { Lookup } from '../../src/http/connect-rules.ts';
import { proxyChoice } from '../../src/http/proxy-choice.ts';
import { type HttpsServer, createTlsIdentity, startHttpsServer } from '../support/https-server.ts';
import { type Proxy, type HttpProxyOptions, startHttpProxy, startSocksProxy } from '../support/proxies.ts';
import { client, refusal } from './harness.ts';

const identity = createTlsIdentity('ocsp.example.test');
const stranger = createTlsIdentity('ocsp.example.test');
let server: HttpsServer;
beforeAll(async () => {
  server = await startHttpsServer(identity, (request, response) => {
    response.end(`${request.headers.host} ${Reflect.get(request.socket, 'servername')}`);
  });
});
afterAll(() => server.close());

const lookup: Lookup = (_name, { all }, callback) => {
  if (all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** Asks the server by its name, which leads to this machine. */
async function ask(options: HttpClientOptions): Promise<string> {
  const url = new URL(`https://ocsp.example.test:${server.port}/`);
  const got = await client({ lookup, ...options }).exchange({ method: 'GET', url, maxBytes: 100 });
  return got.body.toString().replace(String(server.port), 'PORT');
}

const ANSWER = 'ocsp.example.test:PORT ocsp.example.test';

async function started(proxy: Promise<Proxy>): Promise<Proxy> {
  const running = await proxy;
  onTestFinished(() => running.close());
  return running;
}

describe('a private root', () => {
  it('vouches for a server', async () => {
    expect(await ask({ ca: [stranger.root, identity.root] })).toBe(ANSWER);
  });

  it('does so for the name in the URL when the way is another', async () => {
    const resolve = [{ host: 'ocsp.example.test', port: String(server.port), addresses: ['127.0.0.1'] }];
    expect(await ask({ ca: [identity.root], resolve })).toBe(ANSWER);
    const connectTo = [{ host: undefined, port: undefined, toHost: '127.0.0.1', toPort: undefined }];
    expect(await ask({ ca: [identity.root], connectTo })).toBe(ANSWER);
  });

  it.each([
    ['nobody is named', {}],
    ['somebody else is named', { ca: [stranger.root] }],
    ['none at all is named', { ca: [] }],
  ])('is needed: %s', async (_sentence, options) => {
    const error = await refusal(ask(options));
    expect(error.code).toBe('http-tls-failed');
    expect(error.message).toMatch(
      /^cannot make a TLS connection to ocsp\.example\.test:\d+ at 127\.0\.0\.1: \w/,
    );
  });

  it.each([
    ['http', startHttpProxy, 'CONNECT'],
    ['socks5h', startSocksProxy, 'SOCKS'],
  ])('vouches through a tunnel, by %s', async (scheme, start, word) => {
    const proxy = await started(start());
    const proxyFor = proxyChoice(`${scheme}://127.0.0.1:${proxy.port}`, {});
    expect(await ask({ ca: [identity.root], proxyFor })).toBe(ANSWER);
    expect(proxy.asked).toEqual([`${word} ocsp.example.test:${server.port}`]);
    const error = await refusal(ask({ ca: [stranger.root], proxyFor }));
    expect(error.code).toBe('http-tls-failed');
    expect(error.message).toMatch(
      /^cannot make a TLS connection to ocsp\.example\.test:\d+ through the proxy /,
    );
  });
});

describe('a proxy that is spoken to in TLS', () => {
  const tls: HttpProxyOptions = { tls: createTlsIdentity('localhost') };

  it('needs a certificate of a public CA, whoever vouches for the responder', async () => {
    const proxy = await started(startHttpProxy(tls));
    const proxyFor = proxyChoice(`https://localhost:${proxy.port}`, {});
    const error = await refusal(ask({ ca: [identity.root], proxyFor }));
    expect(error.code).toBe('http-tls-failed');
    expect(error.message).toMatch(/the proxy localhost:\d+ cannot be used: .*certificate/);
    const plain = client({ lookup, proxyFor }).exchange({
      method: 'GET',
      url: new URL('http://ocsp.example.test/'),
      maxBytes: 100,
    });
    expect(await refusal(plain)).toMatchObject({ code: 'http-tls-failed' });
  });

  it('hands on what it is asked, by URL and by tunnel', async () => {
    const proxy = await started(startHttpProxy(tls));
    const proxyFor = proxyChoice(`https://localhost:${proxy.port}`, {});
    // As if NODE_EXTRA_CA_CERTS named its root.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await ask({ proxyFor })).toBe(ANSWER);
    const plain = new URL(`http://ocsp.example.test:${server.port}/`);
    const got = await client({ proxyFor }).exchange({ method: 'GET', url: plain, maxBytes: 1000 });
    expect(got.proxy).toBe(`localhost:${proxy.port}`);
    expect(proxy.asked).toEqual([`CONNECT ocsp.example.test:${server.port}`, `GET ${plain.href}`]);
  });
});
