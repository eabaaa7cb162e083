import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/http/limiter.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { findExtension } from '../../src/x509/extension.ts';
import { OID } from '../../src/x509/oids.ts';
import { decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { type Staple, verifyStaple } from '../../src/staple/staple.ts';
import { type FetchResponseOptions, fetchResponse } from '../../src/staple/fetch-response.ts';
import { client, serve } from '../http/harness.ts';
import { rawResponse } from '../support/alter.ts';
import { type Behaviour, answer, header, silence } from '../support/http-server.ts';
import { NOW, createTestPki, shift, testResponse } from '../support/pki.ts';

const HOUR = 3_600_000;
const pki = createTestPki();
const { certificate } = pki.leaf;
const issuer = pki.issuer.certificate;
const GOOD = testResponse(pki);

/** By POST, so that every URL is asked once. */
const optionsFor = (
  urls: readonly string[],
  overrides: Partial<FetchResponseOptions<Staple>> = {},
): FetchResponseOptions<Staple> => ({
  certificate,
  issuer,
  urls,
  client: client(),
  limiter: createLimiter(),
  method: 'post',
  headers: [],
  hash: 'sha1',
  nonce: undefined,
  timeoutMs: 60_000,
  accept: (der) => verifyStaple(der, { certificate, issuer, now: NOW }),
  ...overrides,
});

const good: Behaviour = answer({ body: GOOD });
const missing: Behaviour = answer({ status: 404, reason: 'Not Found' });
const broken: Behaviour = answer({ status: 500, reason: 'Broken' });
const page: Behaviour = answer({ headers: [['Content-Type', 'text/html']], body: '<html>Log in</html>' });
const cut: Behaviour = answer({ body: GOOD.subarray(0, -1) });
const expired: Behaviour = answer({
  body: testResponse(pki, { thisUpdate: shift(NOW, -2 * HOUR), nextUpdate: shift(NOW, -HOUR) }),
});
const revoked: Behaviour = answer({
  body: testResponse(pki, {
    certStatus: { type: 'revoked', revocationTime: shift(NOW, -HOUR), reason: undefined },
  }),
});
const tryLater: Behaviour = answer({ body: rawResponse(3) });
const unauthorized: Behaviour = answer({ body: rawResponse(6) });

const faulty = (): never => {
  throw new TypeError('a fault');
};

describe('several responders', () => {
  it.each<[string, readonly Behaviour[], number]>([
    ['the only one', [good], 1],
    ['the first, and no other is asked', [good, good], 1],
    ['the second after 404', [missing, good], 2],
    ['the second after a login page', [page, good], 2],
    ['the second after an expired response', [expired, good], 2],
    ['the second after tryLater', [tryLater, good], 2],
    ['the third after two that fail', [unauthorized, cut, good], 3],
  ])('the staple comes from %s', async (_, behaviours, asked) => {
    const servers = await Promise.all(behaviours.map((behaviour) => serve(behaviour)));
    const urls = servers.map((server) => server.url().href);
    const fetched = await fetchResponse(optionsFor(urls));
    expect(fetched.der).toEqual(GOOD);
    expect(fetched.value.verdict.certStatus).toEqual({ type: 'good' });
    expect(fetched).toMatchObject({ method: 'POST', responder: urls[asked - 1] });
    expect(servers.map(({ requests }) => requests.length)).toEqual(behaviours.map((_b, i) => +(i < asked)));
  });

  it.each<[string, readonly Behaviour[], string, number]>([
    ['a status, when that is all', [missing], 'http-status', 0],
    ['the first of two statuses', [missing, broken], 'http-status', 0],
    ['the first of two broken rules', [expired, revoked], 'response-expired', 0],
    ['a page rather than a status before it', [missing, page], 'http-not-ocsp', 1],
    ['a page rather than a status behind it', [page, missing], 'http-not-ocsp', 0],
    ['bytes that are cut short rather than a page', [page, cut, missing], 'der-malformed', 1],
    ['a broken rule rather than all else', [missing, page, cut, expired], 'response-expired', 3],
    [
      "the responder's own refusal rather than a page",
      [page, unauthorized, page],
      'responder-unauthorized',
      1,
    ],
  ])('the error is that of %s', async (_, behaviours, code, whose) => {
    const servers = await Promise.all(behaviours.map((behaviour) => serve(behaviour)));
    const urls = servers.map((server) => server.url().href);
    const error: unknown = await fetchResponse(optionsFor(urls)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    // A TransportError says which one it was; a broken rule does not know where the bytes came from.
    expect(error).toMatchObject(code.startsWith('http-') ? { url: urls[whose] } : {});
    expect(servers.every(({ requests }) => requests.length === 1)).toBe(true);
  });

  it('a server that is not there is passed over, and says less than any answer', async () => {
    const gone = await serve(good);
    const url = gone.url().href;
    await gone.close();
    const there = await serve(good);
    expect((await fetchResponse(optionsFor([url, there.url().href]))).responder).toBe(there.url().href);
    const failing = await serve(missing);
    await expect(fetchResponse(optionsFor([url, failing.url().href]))).rejects.toMatchObject({
      code: 'http-status',
    });
    await expect(fetchResponse(optionsFor([url]))).rejects.toMatchObject({ code: 'http-unreachable' });
  });

  it.each([
    ['no URL at all', 'ocsp.example.test', 'ocsp.example.test is no URL'],
    ['empty', '', ' is no URL'],
    [
      'a URL with a line break and an escape in it',
      'http://\n\u001b[2J/',
      'http://\\u{a}\\u{1b}[2J/ is no URL',
    ],
    ['a URL of another scheme', 'ldap://ca.example.test/', 'the URL scheme ldap is neither http nor https'],
  ])('a URL that is %s is passed over, and is the error when it is the only one', async (_, url, message) => {
    const server = await serve(good);
    expect((await fetchResponse(optionsFor([url, server.url().href]))).der).toEqual(GOOD);
    await expect(fetchResponse(optionsFor([url]))).rejects.toMatchObject({ code: 'url-invalid', message });
  });

  it('of a certificate that names thousands, eight are asked', async () => {
    const server = await serve(missing);
    const urls = Array.from({ length: 2000 }, (_, i) => server.url(`/${i}`).href);
    await expect(fetchResponse(optionsFor(urls))).rejects.toMatchObject({
      code: 'http-status',
      url: urls[0],
    });
    expect(server.requests.map(({ target }) => target)).toEqual(
      urls.slice(0, 8).map((url) => new URL(url).pathname),
    );
  });

  it('none is an error of its own', async () => {
    await expect(fetchResponse(optionsFor([]))).rejects.toMatchObject({ code: 'responder-url-missing' });
  });

  it('a fault of ours ends it at once and is not hidden', async () => {
    const server = await serve(good);
    const urls = [server.url('/1').href, server.url('/2').href];
    await expect(fetchResponse(optionsFor(urls, { accept: faulty }))).rejects.toThrow(TypeError);
    expect(server.requests).toHaveLength(1);
  });
});

describe('the time for the whole attempt', () => {
  it('ends with a server that never answers, and the next one is not asked', async () => {
    const silent = await serve(silence);
    const next = await serve(good);
    const urls = [silent.url().href, next.url().href];
    await expect(fetchResponse(optionsFor(urls, { timeoutMs: 1000 }))).rejects.toMatchObject({
      code: 'http-timeout',
      message: `no answer from ${urls[0]} within 1s in all`,
    });
    expect(next.requests).toEqual([]);
  });

  it('ends over several servers, and the error is still the most specific one', async () => {
    const silent = await serve(silence);
    const failing = await serve(expired);
    const urls = [failing.url().href, silent.url().href];
    await expect(fetchResponse(optionsFor(urls, { timeoutMs: 1000 }))).rejects.toMatchObject({
      code: 'response-expired',
    });
    expect(silent.requests).toHaveLength(1);
  });

  it('does not begin while the request waits for a free place', async () => {
    const server = await serve(good);
    const limiter = createLimiter({ total: 1, perHost: 1 });
    const [timeoutMs, others] = [2000, 2500];
    const before = limiter.run(server.url().host, () => sleep(others));
    const fetched = await fetchResponse(optionsFor([server.url().href], { limiter, timeoutMs }));
    expect(fetched.der).toEqual(GOOD);
    await before;
  });
});

describe('the request', () => {
  it.each(['sha1', 'sha256'] as const)('has a CertID with %s and no nonce', async (hash) => {
    const server = await serve(good);
    await fetchResponse(optionsFor([server.url().href], { hash }));
    const { tbsRequest, optionalSignature } = decodeOCSPRequest(server.requests[0]?.body ?? Buffer.alloc(0));
    expect(tbsRequest.requestList.map(({ reqCert }) => reqCert)).toEqual([
      createCertID(certificate, issuer, hash),
    ]);
    expect([tbsRequest.requestExtensions, optionalSignature]).toEqual([[], undefined]);
  });

  it('has the nonce that was given', async () => {
    const server = await serve(good);
    const nonce = Buffer.from('0123456789abcdef0123456789abcdef');
    await fetchResponse(optionsFor([server.url().href], { nonce }));
    const { tbsRequest } = decodeOCSPRequest(server.requests[0]?.body ?? Buffer.alloc(0));
    expect(findExtension(tbsRequest.requestExtensions, OID.ocspNonce)).toEqual(encodeNonce(nonce));
  });

  it('goes by GET when it fits, with the headers that were given', async () => {
    const server = await serve(good);
    const headers = [['Host', 'ocsp.example.test']] as const;
    const { method } = await fetchResponse(optionsFor([server.url().href], { method: 'auto', headers }));
    const [request] = server.requests;
    expect([method, request?.method, header(request, 'host')]).toEqual(['GET', 'GET', 'ocsp.example.test']);
  });
});

describe('what is kept', () => {
  const tagged: Behaviour = answer({ headers: [['ETag', '"v1"']], body: GOOD });
  const unchanged: Behaviour = answer({ status: 304, headers: [['Cache-Control', 'max-age=60']] });

  it('is asked about by the ETag that its responder gave, and others are not told it', async () => {
    const [first, other] = [await serve(tagged), await serve(missing)];
    const urls = [other.url().href, first.url().href];
    const { der, notModified, freshness, responder } = await fetchResponse(
      optionsFor(urls, { method: 'get' }),
    );
    expect([notModified, freshness, responder]).toEqual([false, { etag: '"v1"', freshForMs: 0 }, urls[1]]);
    first.behave(unchanged);
    const kept = { body: der, modified: NOW, etag: freshness.etag, responder };
    const again = await fetchResponse(optionsFor(urls, { method: 'get', kept }));
    expect(again).toMatchObject({ der, notModified: true, freshness: { etag: '"v1"', freshForMs: 60_000 } });
    expect(again.value.verdict.certStatus).toEqual({ type: 'good' });
    const sent = [first, other].map(({ requests }) => {
      const last = requests.at(-1);
      return [header(last, 'if-none-match'), header(last, 'if-modified-since')];
    });
    expect(sent).toEqual([
      ['"v1"', NOW.toUTCString()],
      [undefined, NOW.toUTCString()],
    ]);
  });

  it('is asked about by its ETag whoever it came from, where that is not said', async () => {
    const server = await serve(unchanged);
    const kept = { body: GOOD, modified: NOW, etag: '"v1"' };
    const options = optionsFor([server.url().href], { method: 'get', kept });
    expect(await fetchResponse(options)).toMatchObject({ notModified: true });
    expect(header(server.requests[0], 'if-none-match')).toBe('"v1"');
  });
});
