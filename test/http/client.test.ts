import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/http/client.ts';
import { answer, answerBytes, header, writeAndClose } from '../support/http-server.ts';
import { client, serve } from './harness.ts';

const OK = answer({ body: 'fine' });
const get = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  maxBytes: 1000,
  ...more,
});

describe('what is sent', () => {
  it('is a GET with few headers', async () => {
    const server = await serve(OK);
    await client({ userAgent: 'restaple/1.2.3' }).exchange(get(server.url('/a%2Fb?c=d#e')));
    const { connection, ...request } = server.requests[0] ?? {};
    expect(connection).toBe(1);
    expect(request).toEqual({
      method: 'GET',
      target: '/a%2Fb?c=d',
      version: 'HTTP/1.1',
      headers: [
        ['Host', `127.0.0.1:${server.port}`],
        ['User-Agent', 'restaple/1.2.3'],
        ['Connection', 'keep-alive'],
      ],
      body: Buffer.alloc(0),
    });
  });

  it('is a POST with its body and its length', async () => {
    const server = await serve(OK);
    const body = Buffer.from('30030a0106', 'hex');
    const headers = [['Content-Type', 'application/ocsp-request']] as const;
    await client().exchange(get(server.url(), { method: 'POST', body, headers }));
    const request = server.requests[0];
    expect(request?.method).toBe('POST');
    expect(request?.body).toEqual(body);
    expect(header(request, 'content-type')).toBe('application/ocsp-request');
    expect(header(request, 'content-length')).toBe('5');
    expect(header(request, 'transfer-encoding')).toBeUndefined();
  });

  it('is a Content-Length of 0 for a POST without a body', async () => {
    const server = await serve(OK);
    await client().exchange(get(server.url(), { method: 'POST' }));
    expect(header(server.requests[0], 'content-length')).toBe('0');
  });

  it.each([
    ['a user name and password of the URL', 'us%20er:p%3Aw', 'us er:p:w'],
    ['a user name alone', 'user', 'user:'],
    ['a stray per cent sign', 'user:100%25%zz', 'user:100%25%zz'],
  ])('%s become Basic authorization', async (_sentence, userinfo, plain) => {
    const server = await serve(OK);
    await client().exchange(get(new URL(server.url().href.replace('//', `//${userinfo}@`))));
    expect(header(server.requests[0], 'authorization')).toBe(
      `Basic ${Buffer.from(plain).toString('base64')}`,
    );
    expect(header(server.requests[0], 'host')).toBe(`127.0.0.1:${server.port}`);
  });
});

describe('the Host header', () => {
  it('is name and port of the URL', async () => {
    const server = await serve(OK);
    const url = new URL(`http://LocalHost:${server.port}/`);
    await client().exchange(get(url));
    expect(header(server.requests[0], 'host')).toBe(`localhost:${server.port}`);
  });

  it('has an IPv6 address in brackets', async ({ skip }) => {
    const server = await serve(OK, '::1').catch(() => skip('this machine has no IPv6'));
    await client().exchange(get(server.url()));
    expect(header(server.requests[0], 'host')).toBe(`[::1]:${server.port}`);
  });

  it.each(['Host', 'host', 'HOST'])('is what the caller says under the name %s', async (name) => {
    const server = await serve(OK);
    await client().exchange(get(server.url(), { headers: [[name, 'ocsp.example']] }));
    const hosts = server.requests[0]?.headers.filter(([other]) => other.toLowerCase() === 'host');
    expect(hosts).toEqual([[name, 'ocsp.example']]);
  });

  it('is sent once, the last one, when the caller says several', async () => {
    const server = await serve(OK);
    const headers = [
      ['Host', 'first.example'],
      ['HOST', 'last.example'],
    ] as const;
    await client().exchange(get(server.url(), { headers }));
    const hosts = server.requests[0]?.headers.filter(([other]) => other.toLowerCase() === 'host');
    expect(hosts).toEqual([['HOST', 'last.example']]);
  });
});

describe('other headers of the caller', () => {
  it('replace ours, and may come several times', async () => {
    const server = await serve(OK);
    const headers = [
      ['user-agent', 'mine'],
      ['X-Trace', '1'],
      ['x-trace', '2'],
    ] as const;
    await client().exchange(get(server.url(), { headers }));
    expect(server.requests[0]?.headers).toEqual([
      ['Host', `127.0.0.1:${server.port}`],
      ['user-agent', 'mine'],
      ['X-Trace', '1'],
      ['x-trace', '2'],
      ['Connection', 'keep-alive'],
    ]);
  });

  it.each([
    ['a line break in a value', 'X-A', 'b\r\nX-B: c'],
    ['a space in a name', 'X A', 'b'],
  ])('are refused with %s, before anything is sent', async (_sentence, name, value) => {
    const server = await serve(OK);
    await expect(client().exchange(get(server.url(), { headers: [[name, value]] }))).rejects.toThrow(
      TypeError,
    );
    expect(server.requests).toEqual([]);
  });
});

describe('an answer', () => {
  it('comes with its status, headers, body, address and port', async () => {
    const server = await serve(
      answer({ status: 404, reason: 'Not Here', headers: [['X-Cache', 'HIT']], body: 'none' }),
    );
    expect(await client().exchange(get(server.url()))).toEqual({
      status: 404,
      statusText: 'Not Here',
      headers: { 'x-cache': 'HIT', 'content-length': '4' },
      body: Buffer.from('none'),
      address: '127.0.0.1',
      port: server.port,
    });
  });

  it.each([
    [
      'chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2;x=y\r\nne\r\n0\r\nX-Trailer: 1\r\n\r\n',
    ],
    ['of HTTP/1.0, ended by the close', 'HTTP/1.0 200 OK\r\n\r\nfine'],
    ['of HTTP/1.0 with a length', 'HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nfine'],
    ['of HTTP/1.1 without a length', 'HTTP/1.1 200 OK\r\n\r\nfine'],
    ['without a reason phrase', 'HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nfine'],
    [
      'behind a 100 Continue',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine',
    ],
    [
      'behind interim answers',
      `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(16)}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine`,
    ],
    ['with bytes behind its end', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfinest'],
  ])('%s is read', async (_sentence, wire) => {
    const server = await serve(writeAndClose(wire));
    const { status, body } = await client().exchange(get(server.url()));
    expect([status, body.toString()]).toEqual([200, 'fine']);
  });

  it('in many pieces is read', async () => {
    const bytes = answerBytes({ body: 'fine' });
    const server = await serve((_request, socket) => {
      const write = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(write, at + 1));
      };
      write(0);
    });
    expect((await client().exchange(get(server.url()))).body.toString()).toBe('fine');
  });

  it('of exactly maxBytes is read', async () => {
    const server = await serve(OK);
    expect((await client().exchange(get(server.url(), { maxBytes: 4 }))).body.length).toBe(4);
  });
});

describe('connections', () => {
  it('are kept', async () => {
    const server = await serve(OK);
    const http = client();
    for (let i = 0; i < 3; i++) {
      expect((await http.exchange(get(server.url()))).address).toBe('127.0.0.1');
    }
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 1]);
  });

  it('that the server closed while they were idle are not missed', async () => {
    const server = await serve(writeAndClose(answerBytes({ body: 'fine' })));
    const http = client();
    for (let i = 0; i < 10; i++) {
      expect((await http.exchange(get(server.url()))).body.toString()).toBe('fine');
    }
  });
});
