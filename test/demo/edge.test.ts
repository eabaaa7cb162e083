import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Edge, type Site, startEdge } from '../../src/demo/edge.ts';
import { bodyOf } from '../support/loopback.ts';
import { type Answer, answer, header, startHttpServer } from '../support/http-server.ts';

const START = new Date('2026-02-25T12:00:00Z');

const CACHEABLE: Answer = {
  headers: [
    ['Content-Type', 'application/ocsp-response'],
    ['Cache-Control', 'max-age=60, public'],
    ['ETag', '"one"'],
  ],
  body: 'first',
};

/** An edge with three sites, its origin, and a clock that a test can move. */
async function world(first: Answer = CACHEABLE) {
  const origin = await startHttpServer(answer(first));
  onTestFinished(() => origin.close());
  const sites: Site[] = [
    { name: 'localhost', origin: origin.url('/').href },
    { name: 'shop.demo.test' },
    { name: 'blog.demo.test' },
  ];
  let now = START;
  const edge = await startEdge({ sites, now: () => now });
  onTestFinished(() => edge.close());
  return { origin, edge, wait: (seconds: number) => (now = new Date(now.getTime() + seconds * 1000)) };
}

interface Question {
  readonly host?: string;
  readonly address?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Over node:http, because fetch does not let anybody choose Host. */
async function ask(edge: Edge, question: Question = {}): Promise<Reply> {
  const { host = 'localhost', address = '127.0.0.1', path = '/', method = 'GET', headers, body } = question;
  const outgoing = request({
    host: address,
    port: edge.port,
    path,
    method,
    headers: { Host: host, ...headers },
    agent: false,
  });
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject).end(body);
  });
  const bytes = await bodyOf(incoming);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: bytes.toString() };
}

describe('the sites of the edge', () => {
  it.each(['127.0.0.1', '[::1]', 'elsewhere.test', 'localhost.elsewhere.test', ''])(
    'answers Host: %s with 403 and a page for people, without asking the origin',
    async (host) => {
      const { edge, origin } = await world();
      const { status, headers, body } = await ask(edge, { host });
      expect(status).toBe(403);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['server']).toBe('demo-edge');
      expect(body).toMatch(/^<!DOCTYPE html>[^]*Error 1003/);
      expect(origin.requests).toEqual([]);
    },
  );

  it.each(['localhost', 'LocalHost', 'localhost:8080'])('hands Host: %s to the origin', async (host) => {
    const { edge } = await world();
    expect(await ask(edge, { host })).toMatchObject({ status: 200, body: 'first' });
  });

  it('gives another site its own page', async () => {
    const { edge, origin } = await world();
    const { status, body } = await ask(edge, { host: 'shop.demo.test' });
    expect([status, body]).toEqual([200, expect.stringContaining('<h1>shop.demo.test</h1>')]);
    expect(origin.requests).toEqual([]);
  });

  it('is reached under the name localhost, whichever address that means', async () => {
    const { edge } = await world();
    expect(await ask(edge, { address: 'localhost' })).toMatchObject({ status: 200 });
  });

  it('says 502 when the origin is gone, and 405 to a method that nobody needs', async () => {
    const { edge, origin } = await world();
    await origin.close();
    expect(await ask(edge)).toMatchObject({ status: 502, body: expect.stringContaining('Error 502') });
    expect(await ask(edge, { method: 'DELETE' })).toMatchObject({ status: 405 });
  });
});

describe('the cache of the edge', () => {
  it('asks the origin once, and says how old the answer is', async () => {
    const { edge, origin, wait } = await world();
    const miss = await ask(edge);
    expect(miss.headers).toMatchObject({ 'x-cache': 'MISS', age: '0', etag: '"one"' });
    wait(59);
    const hit = await ask(edge);
    expect(hit.headers).toMatchObject({
      'x-cache': 'HIT',
      age: '59',
      'cache-control': 'max-age=60, public',
      'content-type': 'application/ocsp-response',
    });
    expect([hit.body, origin.requests.length]).toEqual(['first', 1]);
  });

  it('asks again when the answer is too old, and when it was told to forget', async () => {
    const { edge, origin, wait } = await world();
    await ask(edge);
    wait(60);
    origin.behave(answer({ ...CACHEABLE, body: 'second' }));
    expect(await ask(edge)).toMatchObject({ body: 'second', headers: { 'x-cache': 'MISS' } });
    edge.purge();
    origin.behave(answer({ ...CACHEABLE, body: 'third' }));
    expect(await ask(edge)).toMatchObject({ body: 'third', headers: { 'x-cache': 'MISS' } });
  });

  it.each(['"one"', 'W/"one"', '"zero", "one"', '*'])('answers If-None-Match: %s with 304', async (tag) => {
    const { edge } = await world();
    const fresh = await ask(edge, { headers: { 'If-None-Match': tag } });
    expect(fresh).toMatchObject({ status: 304, body: '', headers: { etag: '"one"', 'x-cache': 'MISS' } });
  });

  it('sends the answer to who has another one', async () => {
    const { edge } = await world();
    expect(await ask(edge, { headers: { 'If-None-Match': '"zero"' } })).toMatchObject({ status: 200 });
  });

  it('keeps each path by itself, as it was written', async () => {
    const { edge, origin } = await world();
    for (const path of ['/MA%2FB', '/MA%2fB', '//other.test/', '/MA%2FB']) await ask(edge, { path });
    expect(origin.requests.map(({ target }) => target)).toEqual(['/MA%2FB', '/MA%2fB', '//other.test/']);
  });

  it.each<[string, Answer]>([
    ['without Cache-Control', { body: 'x' }],
    ['with no-store', { headers: [['Cache-Control', 'no-store, max-age=60']], body: 'x' }],
    ['with an error', { status: 500, headers: [['Cache-Control', 'max-age=60']], body: 'x' }],
  ])('does not keep an answer %s', async (_, first) => {
    const { edge, origin } = await world(first);
    await ask(edge);
    expect(await ask(edge)).toMatchObject({ status: first.status ?? 200, headers: { 'x-cache': 'MISS' } });
    expect(origin.requests).toHaveLength(2);
  });

  it('lets POST pass', async () => {
    const { edge, origin } = await world();
    const post = {
      method: 'POST',
      body: 'question',
      headers: { 'Content-Type': 'application/ocsp-request' },
    };
    for (const _ of [1, 2]) expect(await ask(edge, post)).toMatchObject({ headers: { 'x-cache': 'PASS' } });
    expect(origin.requests.map(({ body }) => body.toString())).toEqual(['question', 'question']);
    expect(header(origin.requests[0], 'content-type')).toBe('application/ocsp-request');
  });

  it('refuses a POST that is too large to be a request', async () => {
    const { edge, origin } = await world();
    const post = { method: 'POST', body: Buffer.alloc(1_000_000) };
    expect(await ask(edge, post)).toMatchObject({ status: 413 });
    expect(origin.requests).toEqual([]);
  });
});
