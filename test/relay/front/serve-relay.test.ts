/** What clients write, byte for byte, and what they hear. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MALFORMED_REQUEST, TRY_LATER, UNAUTHORIZED } from '../../../src/relay/statuses.ts';
import { type RawAnswer, askRaw, rawClient } from '../../support/raw-http.ts';
import { type TestFront, goodGet, post, startFront } from '../../support/relay-front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await startFront();
});
afterAll(() => front.relay.close());

const garbage = Buffer.alloc(200, 0xa5);

describe('a good request', () => {
  it.each<[string, () => string | Uint8Array, (string | undefined)?]>([
    ['GET of HTTP/1.1', () => goodGet(front)],
    [
      'GET of HTTP/1.0 without Host, as nginx',
      () => `GET /${encodeURIComponent(front.base64)} HTTP/1.0\r\n\r\n`,
    ],
    ['GET of HTTP/1.1 without Host', () => `GET /${front.base64} HTTP/1.1\r\n\r\n`],
    [
      'GET to a proxy',
      () => `GET http://ocsp.example/a/${front.base64} HTTP/1.0\r\nHost: ocsp.example\r\n\r\n`,
      'http://ocsp.example/a',
    ],
    [
      'GET behind a prefix',
      () => `GET /http://ocsp.example/${front.base64} HTTP/1.1\r\n\r\n`,
      'http://ocsp.example/',
    ],
    [
      'GET with an upgrade that nobody needs, as Java',
      () =>
        `GET /${front.base64} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n`,
    ],
    ['POST', () => post(front.request)],
    [
      'POST with parameters',
      () => post(front.request, 'content-type: Application/OCSP-Request; charset=x\r\n'),
    ],
    ['POST of another type', () => post(front.request, 'Content-Type: text/plain\r\n')],
    ['POST of no type', () => post(front.request, '')],
    ['POST on a path', () => post(front.request, '', '/ca/1')],
    [
      'POST to a proxy',
      () => post(front.request, '', 'http://ocsp.example:81/a'),
      'http://ocsp.example:81/a',
    ],
    ['POST behind a prefix', () => post(front.request, '', '/http:/ocsp.example/a'), 'http://ocsp.example/a'],
    ['POST that waits to be asked for', () => post(front.request, 'Expect: 100-continue\r\n')],
    [
      'POST of HTTP/1.0, as openssl',
      () =>
        Buffer.concat([
          Buffer.from(`POST / HTTP/1.0\r\nContent-Length: ${front.request.length}\r\n\r\n`),
          front.request,
        ]),
    ],
    ['POST in chunks', () => chunked(front.request)],
  ])('%s', async (_, bytes, upstream) => {
    // A front that has seen nothing: what came before would be answered without a question.
    const own = await startFront({ pki: front.pki });
    for (let round = 1; round <= 2; round++) {
      const answer = await askRaw(own.port, bytes());
      expect(answer?.status).toBe(200);
      expect(answer?.body).toEqual(own.response);
      expect(answer?.headers.get('content-type')).toBe('application/ocsp-response');
      expect(answer?.headers.get('content-length')).toBe(String(own.response.length));
      expect(answer?.headers.has('transfer-encoding')).toBe(false);
    }
    expect(own.questions.map(({ der }) => der)).toEqual([front.request]);
    expect(own.questions[0]?.upstream).toBe(upstream);
    await own.relay.close();
  });

  it('is answered from its place when it comes again, and the place is marked', async () => {
    await askRaw(front.port, goodGet(front));
    const before = front.questions.length;
    front.slot.askedAt = 0;
    await askRaw(front.port, goodGet(front));
    expect(front.questions).toHaveLength(before);
    expect(front.slot.askedAt).toBe(front.now);
  });

  it('has the newest answer, though it came before with another', async () => {
    const { answer } = front.slot;
    await askRaw(front.port, goodGet(front));
    front.slot.answer = { der: Buffer.from('newer'), life: answer?.life };
    expect((await askRaw(front.port, goodGet(front)))?.body.toString()).toBe('newer');
    front.slot.answer = answer;
  });

  it('by HEAD has the headers alone', async () => {
    const answer = await askRaw(front.port, goodGet(front).replace('GET', 'HEAD'), 'HEAD');
    expect(answer?.headers.get('content-length')).toBe(String(front.response.length));
  });

  it('may follow another on one connection, or be sent before the other is answered', async () => {
    const client = await rawClient(front.port);
    const one = goodGet(front);
    client.write(one + one);
    client.write(Buffer.concat([post(front.request), Buffer.from(one)]));
    for (let i = 0; i < 4; i++) expect((await client.next())?.body).toEqual(front.response);
    client.close();
  });
});

describe('anything else', () => {
  it.each<[string, () => string | Uint8Array, number]>([
    ['a browser', () => 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 404],
    [
      'a URL of the web by proxy',
      () => 'GET http://example.com/index.html HTTP/1.1\r\nHost: example.com\r\n\r\n',
      404,
    ],
    ['CONNECT', () => 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 405],
    ['OPTIONS', () => 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['TRACE', () => 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['PUT', () => post(front.request).toString('latin1').replace('POST', 'PUT'), 405],
    ['a POST of something', () => post(garbage, 'Content-Type: text/plain\r\n'), 415],
    ['a POST that is too large', () => post(Buffer.alloc(17_000)), 413],
    ['a POST of 1 GiB', () => 'POST / HTTP/1.1\r\nContent-Length: 1073741824\r\n\r\n', 413],
    ['a scheme that is not ours', () => 'GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['two lengths', () => 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'a length and chunks',
      () => 'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['no HTTP', () => '\x16\x03\x01\x02\0\x01\0\x01\xfc', 400],
    ['many headers', () => `GET / HTTP/1.1\r\n${'X-Header: of some length\r\n'.repeat(1000)}\r\n`, 431],
    ['a long path', () => `GET /${'A'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 431],
    ['a megabyte of nothing', () => Buffer.alloc(1_000_000, 'x'), 400],
  ])('%s is refused, and the next request is not', async (_, bytes, status) => {
    const before = front.questions.length;
    const answer = await askRaw(front.port, bytes());
    expect(answer?.status).toBe(status);
    expect(answer?.headers.get('cache-control')).toBe('no-store');
    expect(answer?.body.length).toBeGreaterThan(0);
    expect(front.questions).toHaveLength(before);
    expect((await askRaw(front.port, goodGet(front)))?.body).toEqual(front.response);
  });

  it.each<[string, () => string | Uint8Array]>([
    ['a GET cut short', () => `GET /${front.base64.slice(0, 50)} HTTP/1.1\r\n\r\n`],
    ['a POST cut short', () => post(front.request.subarray(0, 50))],
    ['a POST with a byte behind', () => post(Buffer.concat([front.request, Buffer.of(0)]))],
    ['an empty POST', () => post(Buffer.alloc(0))],
    ['a POST of garbage', () => post(garbage)],
  ])('%s is a malformedRequest', async (_, bytes) => {
    const answer = await askRaw(front.port, bytes());
    expect(answer?.status).toBe(200);
    expect(answer?.headers.get('content-type')).toBe('application/ocsp-response');
    expect(answer?.headers.get('cache-control')).toBe('no-store');
    expect(answer?.body).toEqual(MALFORMED_REQUEST.der);
  });
});

const get = (headers = ''): Promise<RawAnswer | undefined> =>
  askRaw(front.port, goodGet(front).replace('\r\n\r\n', `\r\n${headers}\r\n`));

describe('what caches are told', () => {
  it('counts down to the end of the response, and never beyond', async () => {
    const { now } = front;
    const end = front.slot.answer?.life?.validUntil ?? 0;
    for (const left of [3_600_000, 3_599_999, 60_000, 1_000, 1]) {
      front.now = end - left;
      const answer = await get();
      const [, age = ''] =
        /^max-age=(\d+), public, no-transform, must-revalidate$/.exec(
          answer?.headers.get('cache-control') ?? '',
        ) ?? [];
      expect(Number(age) * 1000).toBeLessThanOrEqual(left);
      expect(Number(age) * 1000).toBeGreaterThan(left - 2000);
      expect(Date.parse(answer?.headers.get('expires') ?? '')).toBe(end);
    }
    front.now = end;
    expect((await get())?.body).toEqual(UNAUTHORIZED.der);
    front.now = now;
    expect((await get())?.body).toEqual(front.response);
  });

  it('lets them ask whether anything is new', async () => {
    const { headers } = (await get()) ?? { headers: new Map<string, string>() };
    const etag = headers.get('etag') ?? '';
    const modified = headers.get('last-modified') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(Date.parse(modified)).toBe(front.slot.answer?.life?.thisUpdate);
    const later = new Date(Date.parse(modified) + 1000).toUTCString();
    const earlier = new Date(Date.parse(modified) - 1000).toUTCString();
    const table: [string, number][] = [
      [`If-None-Match: ${etag}`, 304],
      [`If-None-Match: "a", W/${etag}`, 304],
      ['If-None-Match: *', 304],
      ['If-None-Match: "other"', 200],
      [`If-None-Match: "other"\r\nIf-Modified-Since: ${later}`, 200],
      [`If-None-Match: ${etag}\r\nIf-Modified-Since: ${earlier}`, 304],
      [`If-Modified-Since: ${modified}`, 304],
      [`If-Modified-Since: ${later}`, 304],
      [`If-Modified-Since: ${earlier}`, 200],
      ['If-Modified-Since: yesterday', 200],
    ];
    for (const [line, status] of table) {
      const answer = await get(`${line}\r\n`);
      expect([line, answer?.status, answer?.headers.get('etag')]).toEqual([line, status, etag]);
    }
    const posted = await askRaw(front.port, post(front.request, `If-None-Match: ${etag}\r\n`));
    expect(posted?.status).toBe(200);
  });
});

describe('where it listens', () => {
  const dir = mkdtempSync(join(tmpdir(), 'restaple-front-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('can be a socket that its group may open, also where a dead process left one', async () => {
    const path = join(dir, 'relay.sock');
    const own = await startFront({ listen: [{ type: 'socket', path }] });
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect((await askRaw(path, goodGet(own)))?.body).toEqual(own.response);
    await own.relay.close();
  });

  it('has one port for both addresses of localhost', async () => {
    const own = await startFront({ listen: [{ type: 'tcp', host: 'localhost', port: 0 }] });
    expect(new Set(own.relay.addresses.map((one) => one.type === 'tcp' && one.port)).size).toBe(1);
    expect((await askRaw(own.port, goodGet(own)))?.body).toEqual(own.response);
    await own.relay.close();
  });

  it('is loopback, unless somebody is named who may ask', async () => {
    const listen = [{ type: 'tcp', host: '0.0.0.0', port: 0 }] as const;
    await expect(startFront({ listen })).rejects.toMatchObject({ code: 'usage-invalid' });
    const own = await startFront({ listen, allow: [{ address: '192.0.2.0', bits: 24 }] });
    expect((await askRaw(own.port, goodGet(own)))?.status).toBe(200);
    await own.relay.close();
  });

  it('is free: what is taken is said by its name', async () => {
    const listen = [{ type: 'tcp', host: '127.0.0.1', port: front.port }] as const;
    await expect(startFront({ listen })).rejects.toThrow(
      `cannot listen at 127.0.0.1:${front.port}: address already in use (EADDRINUSE)`,
    );
  });
});

const chunk = (part: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);

function chunked(body: Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'),
    chunk(bytes.subarray(0, 20)),
    chunk(bytes.subarray(20)),
    Buffer.from('0\r\n\r\n'),
  ]);
}

it('gives out what its Answering has, once: tryLater is not kept', async () => {
  const own = await startFront();
  own.slot.answer = undefined;
  own.answer = () => Promise.resolve(TRY_LATER);
  const answer = await askRaw(own.port, goodGet(own));
  expect(answer?.body).toEqual(TRY_LATER.der);
  expect(answer?.headers.get('cache-control')).toBe('no-store');
  await own.relay.close();
});
