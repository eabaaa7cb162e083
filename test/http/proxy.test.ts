import { describe, expect, it, onTestFinished } from 'vitest';
import type { TransportError } from '../../src/errors.ts';
import { askResponder } from '../../src/http/ask-responder.ts';
import type { HttpClient, HttpClientOptions, HttpRequest } from '../../src/http/client.ts';
import type { Lookup } from '../../src/http/connect-rules.ts';
import { proxyChoice } from '../../src/http/proxy-choice.ts';
import { isTemporary } from '../../src/http/retry-policy.ts';
import { answer, header, reset, startHttpServer } from '../support/http-server.ts';
import { type Proxy, startHttpProxy, startSocksProxy } from '../support/proxies.ts';
import { client, refusal, serve } from './harness.ts';

const OK = answer({ body: 'fine' });
const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  maxBytes: 1000,
  ...more,
});

/** A resolver that knows one address. */
const saying =
  (address: string): Lookup =>
  (_name, _options, callback) =>
    callback(null, address, 4);

/** A client whose every request goes through this proxy, by this scheme. */
function through(
  scheme: string,
  { port }: Pick<Proxy, 'port'>,
  options: HttpClientOptions & { readonly userinfo?: string } = {},
): HttpClient {
  const { userinfo = '', ...rest } = options;
  return client({ ...rest, proxyFor: proxyChoice(`${scheme}://${userinfo}127.0.0.1:${port}`, {}) });
}

async function started(proxy: Promise<Proxy>): Promise<Proxy> {
  const running = await proxy;
  onTestFinished(() => running.close());
  return running;
}

describe('an HTTP proxy', () => {
  it('is asked for the whole URL, and hands the answer on', async () => {
    const server = await serve(OK);
    const proxy = await started(startHttpProxy());
    const http = through('http', proxy);
    const url = `http://ocsp.example.test:${server.port}/a%2Fb?c=d`;
    const body = Buffer.from('question');
    const got = await http.exchange(get(url.replace('//', '//user:secret@'), { method: 'POST', body }));
    expect(got).toMatchObject({ status: 200, proxy: `127.0.0.1:${proxy.port}` });
    expect(got.address).toBeUndefined();
    expect(proxy.asked).toEqual([`POST ${url}`]);
    expect(server.requests[0]).toMatchObject({ target: '/a%2Fb?c=d', body });
    expect(header(server.requests[0], 'host')).toBe(`ocsp.example.test:${server.port}`);
    expect(header(server.requests[0], 'authorization')).toBe('Basic dXNlcjpzZWNyZXQ=');
  });

  it.each([
    ['us%20er:p%3Aw@', 'us er:p:w'],
    ['user:100%@', 'user:100%'],
  ])('is told its user and password, and the responder is not: %s', async (userinfo, credentials) => {
    const server = await serve(OK);
    const proxy = await started(startHttpProxy({ credentials }));
    const http = through('http', proxy, { userinfo });
    const tunnel = { headers: [['Host', 'other.example']] } as const;
    for (const more of [{}, tunnel])
      expect((await http.exchange(get(server.url().href, more))).status).toBe(200);
    for (const one of server.requests) expect(header(one, 'proxy-authorization')).toBeUndefined();
    expect(proxy.asked.map((asked) => asked.split(' ')[0])).toEqual(['GET', 'CONNECT']);
  });

  it('keeps its connection', async () => {
    const server = await serve(OK);
    const proxy = await started(startHttpProxy());
    const http = through('http', proxy);
    for (let i = 0; i < 3; i++) expect((await http.exchange(get(server.url().href))).status).toBe(200);
    expect(proxy.asked).toHaveLength(3);
  });

  it.each<[string, Partial<HttpRequest>, HttpClientOptions, asked: string, host: string]>([
    [
      'Host is another',
      { headers: [['Host', 'other.example']] },
      {},
      'ocsp.example.test:PORT',
      'other.example',
    ],
    [
      'the way is another',
      {},
      { connectTo: [{ host: undefined, port: undefined, toHost: 'edge.example', toPort: undefined }] },
      'edge.example:PORT',
      'ocsp.example.test:PORT',
    ],
  ])('makes a tunnel where %s', async (_sentence, request, options, asked, host) => {
    const server = await serve(OK);
    const proxy = await started(startHttpProxy());
    const http = through('http', proxy, options);
    const url = `http://ocsp.example.test:${server.port}/x`;
    for (let i = 0; i < 2; i++) expect((await http.exchange(get(url, request))).body.toString()).toBe('fine');
    expect(proxy.asked).toEqual([`CONNECT ${asked.replace('PORT', String(server.port))}`]);
    const seen = [host.replace('PORT', String(server.port)), '/x'];
    expect(server.requests.map((one) => [header(one, 'host'), one.target])).toEqual([seen, seen]);
  });

  it('makes a tunnel to the address of --resolve, which it could not know', async () => {
    const server = await serve(OK);
    const proxy = await started(startHttpProxy());
    const resolve = [{ host: 'ocsp.example.test', port: String(server.port), addresses: ['127.0.0.1'] }];
    await through('http', proxy, { resolve }).exchange(get(`http://ocsp.example.test:${server.port}/`));
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
  });
});

describe('a SOCKS proxy', () => {
  it.each([
    ['socks5h', 'ocsp.example.test'],
    ['socks5', '127.0.0.1'],
  ])('%s is asked for %s', async (scheme, host) => {
    const server = await serve(OK);
    const proxy = await started(startSocksProxy());
    const lookup = saying('127.0.0.1');
    const http = through(scheme, proxy, { lookup });
    for (let i = 0; i < 2; i++) {
      const got = await http.exchange(get(`http://ocsp.example.test:${server.port}/x`));
      expect(got).toMatchObject({ status: 200, proxy: `127.0.0.1:${proxy.port}` });
    }
    expect(proxy.asked).toEqual([`SOCKS ${host}:${server.port}`]);
    expect(header(server.requests[0], 'host')).toBe(`ocsp.example.test:${server.port}`);
  });

  it.each([
    ['us%20er:p%3Aw@', 'us er:p:w'],
    ['user:100%@', 'user:100%'],
  ])('takes a user and a password: %s', async (userinfo, credentials) => {
    const server = await serve(OK);
    const proxy = await started(startSocksProxy({ credentials }));
    const http = through('socks5h', proxy, { userinfo });
    expect((await http.exchange(get(server.url().href))).status).toBe(200);
  });

  it('may stand at an IPv6 address', async ({ skip }) => {
    const server = await serve(OK);
    const proxy = await started(startSocksProxy({ host: '::1' })).catch(() => skip('no IPv6 loopback here'));
    const http = client({ proxyFor: proxyChoice(`socks5h://[::1]:${proxy.port}`, {}) });
    expect((await http.exchange(get(server.url().href))).status).toBe(200);
  });

  it('socks5 looks names up here, under the address rules', async () => {
    const proxy = await started(startSocksProxy());
    const lookup = saying('10.0.0.1');
    const http = through('socks5', proxy, { lookup, allowPrivate: false });
    const error = await refusal(http.exchange(get('http://ocsp.example.test/')));
    expect([error.code, error.message]).toEqual([
      'address-refused',
      'refused to connect to ocsp.example.test:80 at 10.0.0.1: a certificate may not lead to a private address',
    ]);
    expect(proxy.asked).toEqual([]);
  });
});

describe('where the proxy looks names up', () => {
  it.each(['http', 'https', 'socks5h'])(
    'over %s, IP addresses and names of the inside are refused all the same',
    async (scheme) => {
      const proxy = await started(scheme === 'socks5h' ? startSocksProxy() : startHttpProxy());
      const http = through(scheme, proxy, { allowPrivate: false });
      for (const host of [
        '127.0.0.1',
        '2130706433',
        '[::ffff:10.0.0.1]',
        'a.LOCALHOST.',
        'router',
        'ocsp.lan',
      ]) {
        for (const request of [get(`http://${host}/`), get(`https://${host}/`)]) {
          const error = await refusal(http.exchange(request));
          expect([host, error.code]).toEqual([host, 'address-refused']);
        }
      }
      expect(proxy.asked).toEqual([]);
    },
  );

  it.each([
    ['router', 'a name that only the inside of a network knows', false],
    ['metadata.google.internal', 'the metadata service of a cloud', true],
  ])('says of %s what it is', async (host, what, isMetadata) => {
    const proxy = await started(startHttpProxy());
    const http = through('http', proxy, { allowPrivate: false });
    const error = await refusal(http.exchange(get(`http://${host}/`)));
    expect(error.message).toBe(`refused to connect to ${host}:80: a certificate may not lead to ${what}`);
    expect(error.isMetadata).toBe(isMetadata);
  });

  it('a name of the inside is asked for when the user allows it', async () => {
    const server = await serve(OK);
    const proxy = await started(startHttpProxy());
    const http = through('http', proxy, { allowPrivate: false, allowHosts: ['localhost'] });
    const { body } = await http.exchange(get(`http://localhost:${server.port}/`));
    expect(body.toString()).toBe('fine');
  });
});

describe('a proxy at fault', () => {
  const WAY = 'on the way to ocsp.example.test:80 the proxy 127.0.0.1:PORT';
  const plain = get('http://ocsp.example.test/');
  const tunnel = get('http://ocsp.example.test/', { headers: [['Host', 'other.example']] });
  const secure = get('https://ocsp.example.test/');

  it.each([
    ['http', plain],
    ['http', tunnel],
    ['http', secure],
    ['https', plain],
    ['socks5h', plain],
  ])('is not there: %s', async (scheme, request) => {
    const gone = await startHttpServer(OK);
    await gone.close();
    const error = await refusal(through(scheme, gone).exchange(request));
    expect(error.code).toBe('proxy-failed');
    expect(error.message).toMatch(
      new RegExp(
        String.raw`^on the way to ocsp\.example\.test:\d+ the proxy 127\.0\.0\.1:${gone.port} cannot be used: .*refused`,
        'i',
      ),
    );
  });

  it.each([
    ['a URL', plain, 'answers 407 Proxy Authentication Required'],
    ['a tunnel', tunnel, 'answers 407 Proxy Authentication Required to CONNECT'],
  ])('wants another password for %s', async (_sentence, request, words) => {
    const proxy = await started(startHttpProxy({ credentials: 'user:right' }));
    const http = through('http', proxy, { userinfo: 'user:wrong@' });
    const error = await refusal(http.exchange(request));
    expect([error.code, error.message]).toEqual([
      'proxy-failed',
      `${WAY.replace('PORT', String(proxy.port))} ${words}`,
    ]);
  });

  it('makes no tunnel', async () => {
    const proxy = await started(startHttpProxy({ refuseTunnels: '403 Not To There' }));
    const error = await refusal(through('http', proxy).exchange(tunnel));
    expect(error.message).toContain('answers 403 Not To There to CONNECT');
  });

  it('wants a password over SOCKS', async () => {
    const proxy = await started(startSocksProxy({ credentials: 'user:right' }));
    for (const userinfo of ['', 'user:wrong@']) {
      const error = await refusal(through('socks5h', proxy, { userinfo }).exchange(plain));
      expect([error.code, proxy.asked]).toEqual(['proxy-failed', []]);
      expect(error.message).not.toContain('wrong');
    }
  });

  it('never answers: the time-out ends it, and nothing stays open', async () => {
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const proxy = await serve((_request, socket) => void socket.once('close', () => closed?.()));
    const error = await refusal(through('http', proxy, { connectTimeoutMs: 100 }).exchange(tunnel));
    expect([error.code, error.message]).toEqual([
      'http-timeout',
      `no connection to ocsp.example.test:80 through the proxy 127.0.0.1:${proxy.port} within 100 ms (connect time-out)`,
    ]);
    // The client is still there, as that of a daemon.
    await isClosed;
  });

  it('is not taken for a responder at fault', async () => {
    const server = await serve(reset);
    const proxy = await started(startSocksProxy());
    const error = await refusal(through('socks5h', proxy).exchange(get(server.url().href)));
    expect([error.code, error.message]).toEqual([
      'http-unreachable',
      `127.0.0.1:${server.port} through the proxy 127.0.0.1:${proxy.port} closed the connection without an answer (ECONNRESET); it got Host: 127.0.0.1:${server.port}, and may serve no site of that name`,
    ]);
  });
});

/** The error of a GET to which the proxy says this. */
const ask = async (
  status: number,
  headers: readonly (readonly [string, string])[],
  url = 'http://ocsp.example.test/',
): Promise<TransportError> => {
  // What answers a request for a whole URL is the proxy, whoever made the answer.
  const proxy = await serve(answer({ status, reason: 'No', headers, body: 'no' }));
  const http = through('http', proxy);
  const asking = { method: 'get', headers: [], maxBytes: 1000, accept: () => 'good' } as const;
  const error = await refusal(askResponder(http, new URL(url), Buffer.from('3003020101', 'hex'), asking));
  return Object.assign(error, { message: error.message.replace(`127.0.0.1:${proxy.port}`, 'PROXY') });
};

describe('a 5xx through a proxy', () => {
  it.each<[sentence: string, status: number, headers: readonly (readonly [string, string])[]]>([
    ['tinyproxy', 500, [['Server', 'tinyproxy/1.11.1']]],
    [
      'tinyproxy, of a proxy behind it',
      502,
      [
        ['Server', 'tinyproxy/1.11.1'],
        ['Via', '1.1 here'],
      ],
    ],
    [
      'squid',
      503,
      [
        ['Server', 'squid/5.7'],
        ['Via', '1.1 here (squid/5.7)'],
      ],
    ],
    [
      'squid without a name',
      504,
      [
        ['X-Squid-Error', 'ERR_READ_TIMEOUT 0'],
        ['Via', '1.1 here'],
      ],
    ],
  ])("that the proxy itself says is the proxy's: %s", async (_sentence, status, headers) => {
    const error = await ask(status, headers);
    expect([error.code, error.status, error.message]).toEqual([
      'proxy-failed',
      status,
      `on the way to ocsp.example.test:80 the proxy PROXY answers ${status} No`,
    ]);
    expect(isTemporary(error)).toBe(true);
  });

  it.each([
    ['tinyproxy', [['Server', 'tinyproxy/1.11.1']]],
    ['squid', [['X-Squid-Error', 'ERR_ACCESS_DENIED 0']]],
  ] as const)(
    'is like a 403, with which it forbids the way, and will again: %s',
    async (_sentence, headers) => {
      const error = await ask(403, headers);
      expect([error.code, error.status, error.message]).toEqual([
        'proxy-failed',
        403,
        'on the way to ocsp.example.test:80 the proxy PROXY answers 403 No',
      ]);
      expect(isTemporary(error)).toBe(false);
      expect((await ask(403, [['Server', 'cloudflare']])).code).toBe('http-status');
    },
  );

  it.each([502, 503, 504])(
    "that may be the proxy's or the responder's is laid on neither: %i",
    async (status) => {
      const error = await ask(status, [['Via', '1.1 here (squid/5.7)']]);
      expect([error.code, error.message]).toEqual([
        'http-status',
        `${status} No from ocsp.example.test or the proxy PROXY before it for Host: ocsp.example.test`,
      ]);
    },
  );

  it("that only a server says is the server's", async () => {
    const error = await ask(500, [
      ['Via', '1.1 here'],
      ['Server', 'EJBCA'],
    ]);
    expect(error.message).toBe(
      '500 No from ocsp.example.test through the proxy PROXY for Host: ocsp.example.test',
    );
  });

  it("in a tunnel is the server's, whatever it calls itself", async () => {
    const server = await serve(
      answer({
        status: 503,
        reason: 'No',
        headers: [
          ['Server', 'squid'],
          ['Via', '1.1 front'],
        ],
      }),
    );
    const proxy = await started(startHttpProxy());
    const headers = [['Host', 'other.example']] as const;
    const asking = { method: 'get', headers, maxBytes: 1000, accept: () => 'good' } as const;
    const url = new URL(`http://ocsp.example.test:${server.port}/`);
    const error = await refusal(askResponder(through('http', proxy), url, Buffer.alloc(5), asking));
    expect([error.code, error.message]).toEqual([
      'http-status',
      `503 No from ${url.host} through the proxy 127.0.0.1:${proxy.port} for Host: other.example`,
    ]);
  });
});
