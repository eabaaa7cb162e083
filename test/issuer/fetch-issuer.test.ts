import { describe, expect, it } from 'vitest';
import { RestapleError } from '../../src/errors.ts';
import { isTemporary } from '../../src/http/retry-policy.ts';
import { formatPem } from '../../src/der/pem.ts';
import { type IssuerCache, IssuerFetcher } from '../../src/issuer/fetch-issuer.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { client, serve } from '../http/harness.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { type Behaviour, answer, hangUp, header, reset, silence } from '../support/http-server.ts';
import { createTestPki } from '../support/pki.ts';
import { pkcs7 } from './pkcs7.ts';

const pki = createTestPki();
const ISSUER = pki.issuer.certificate.raw;
const STRANGER = pki.stranger.certificate.raw;
const NOT_IN_FILE = 'the issuer, O=Restaple Test, CN=Test Issuer, is not in the file';

/** A leaf that says where its issuer's certificate is; keys and names are those of `pki`, so that its issuer fits. */
const leafAt = (...caIssuersUrls: string[]): Certificate =>
  createTestPki({ leaf: { caIssuersUrls, ocspUrls: [] } }).leaf.certificate;

/** What a fetcher remembers between runs, kept in memory. */
function memoryCache(...entries: readonly (readonly [string, Buffer])[]): IssuerCache & Map<string, Buffer> {
  const files = new Map(entries);
  return Object.assign(files, {
    load: (url: string) => Promise.resolve(files.get(url)),
    save: (url: string, file: Buffer) => {
      files.set(url, file);
      return Promise.resolve();
    },
  });
}

function codeFor(why: string): string {
  if (why.includes('answers 503')) return 'http-status';
  return why.includes('closed') ? 'http-unreachable' : 'issuer-not-found';
}

describe('the issuer over the network', () => {
  it.each<[string, Buffer | string]>([
    ['DER', ISSUER],
    ['PEM', certificatesPem(pki.issuer)],
    ['PKCS#7 in DER', pkcs7(ISSUER)],
    ['PKCS#7 in PEM', formatPem('PKCS7', pkcs7(ISSUER))],
    ['PKCS#7 with others before it', pkcs7(STRANGER, pki.root.certificate.raw, ISSUER)],
    ['PEM with others before it', certificatesPem(pki.stranger, pki.root, pki.issuer)],
  ])('is read from %s', async (_, body) => {
    const server = await serve(answer({ headers: [['Content-Type', 'text/plain']], body }));
    const found = await new IssuerFetcher(client()).fetchIssuer(leafAt(server.url('/ca.cer').href));
    expect(found.raw).toEqual(ISSUER);
    expect(server.requests).toMatchObject([{ method: 'GET', target: '/ca.cer' }]);
    expect(header(server.requests[0], 'host')).toBe(`127.0.0.1:${server.port}`);
  });

  const bigger = Buffer.concat([ISSUER, Buffer.alloc(64 * 1024)]);
  const large = `the answer from 127.0.0.1:PORT has ${bigger.length} bytes, more than the 65536 allowed`;
  it.each<[string, Behaviour, string]>([
    ['another certificate', answer({ body: STRANGER }), 'URL has another certificate'],
    ['a page for people', answer({ body: '<html>Moved</html>' }), 'URL has no certificate'],
    ['nothing', answer({ body: '' }), 'URL has no certificate'],
    ['404', answer({ status: 404, body: ISSUER }), 'URL answers 404'],
    ['503', answer({ status: 503, body: ISSUER }), 'URL answers 503'],
    ['a redirect to nowhere', answer({ status: 301, body: ISSUER }), 'URL answers 301'],
    ['more than 64 KiB', answer({ body: bigger }), large],
    [
      'more than 64 KiB of unknown length',
      answer({
        headers: [['Transfer-Encoding', 'chunked']],
        body: `14000\r\n${'x'.repeat(0x14000)}\r\n0\r\n\r\n`,
      }),
      'the answer from 127.0.0.1:PORT is larger than the 65536 bytes allowed',
    ],
    [
      'a connection that closes',
      hangUp,
      '127.0.0.1:PORT closed the connection without an answer (ECONNRESET); it got Host: 127.0.0.1:PORT, and may serve no site of that name',
    ],
  ])('is not to be had when the server has %s', async (_, behaviour, why) => {
    const server = await serve(behaviour);
    const url = server.url('/ca.cer').href;
    await expect(new IssuerFetcher(client()).fetchIssuer(leafAt(url))).rejects.toMatchObject({
      // What may be otherwise the next time keeps the code that says so.
      code: codeFor(why),
      message: `${NOT_IN_FILE}: ${why.replace('URL', url).replaceAll('PORT', String(server.port))}`,
    });
  });

  it('is not to be had when the answer is a damaged certificate', async () => {
    const server = await serve(answer({ body: ISSUER.subarray(0, -1) }));
    await expect(new IssuerFetcher(client()).fetchIssuer(leafAt(server.url().href))).rejects.toMatchObject({
      code: 'issuer-not-found',
      message: expect.stringContaining(`${NOT_IN_FILE}: `),
    });
  });

  it('is not to be had when the certificate does not say where', async () => {
    await expect(new IssuerFetcher(client()).fetchIssuer(leafAt())).rejects.toMatchObject({
      code: 'issuer-not-found',
      message: `${NOT_IN_FILE} and the certificate does not say where to get it`,
    });
  });

  it('is taken from the first URL that has it, and every failure is told when none has', async () => {
    const server = await serve((request, socket) => {
      const body = { '/good': ISSUER, '/stranger': STRANGER }[request.target];
      answer(body ? { body } : { status: 404 })(request, socket);
    });
    const bad = ['no URL', 'ldap://ca.example.test/', server.url('/stranger').href];
    const found = await new IssuerFetcher(client()).fetchIssuer(leafAt(...bad, server.url('/good').href));
    expect(found.raw).toEqual(ISSUER);
    const error: unknown = await new IssuerFetcher(client())
      .fetchIssuer(leafAt(...bad, server.url('/missing').href))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: [
        `${NOT_IN_FILE}: no URL is no URL`,
        'the URL scheme ldap is neither http nor https',
        `${bad[2]} has another certificate`,
        `${server.url('/missing').href} answers 404`,
      ].join('; '),
    });
  });

  it('of a certificate that names many URLs, four are asked', async () => {
    const server = await serve(answer({ status: 404 }));
    const urls = Array.from({ length: 100 }, (_, i) => server.url(`/${i}`).href);
    await expect(new IssuerFetcher(client()).fetchIssuer(leafAt(...urls))).rejects.toThrow('answers 404');
    expect(server.requests.map(({ target }) => target)).toEqual(['/0', '/1', '/2', '/3']);
  });
});

describe('one request serves everybody', () => {
  it('who asks at the same time or later', async () => {
    const server = await serve(answer({ body: ISSUER }));
    const fetcher = new IssuerFetcher(client());
    const url = server.url().href;
    const found = await Promise.all(Array.from({ length: 50 }, () => fetcher.fetchIssuer(leafAt(url))));
    expect(found.every(({ raw }) => raw.equals(ISSUER))).toBe(true);
    expect((await fetcher.fetchIssuer(leafAt(url))).raw).toEqual(ISSUER);
    expect(server.requests).toHaveLength(1);
  });

  it('also when it fails: a thousand certificates do not ask a broken server a thousand times', async () => {
    const server = await serve(answer({ status: 503 }));
    const fetcher = new IssuerFetcher(client());
    const url = server.url().href;
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => fetcher.fetchIssuer(leafAt(url))));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    expect(server.requests).toHaveLength(1);
  });
});

describe('what is remembered', () => {
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;

  it('a failure, for a minute', async () => {
    const server = await serve(answer({ status: 503 }));
    let clock = 0;
    const fetcher = new IssuerFetcher(client(), undefined, { now: () => clock });
    const leaf = leafAt(server.url().href);
    const fails = (): Promise<void> => expect(fetcher.fetchIssuer(leaf)).rejects.toThrow('answers 503');
    await fails();
    clock = MINUTE - 1;
    await fails();
    expect(server.requests).toHaveLength(1);
    clock = MINUTE;
    server.behave(answer({ body: ISSUER }));
    expect((await fetcher.fetchIssuer(leaf)).raw).toEqual(ISSUER);
    expect(server.requests).toHaveLength(2);
  });

  it('a file, for an hour: then the CA may have put another there', async () => {
    const server = await serve(answer({ body: STRANGER }));
    let clock = 0;
    const fetcher = new IssuerFetcher(client(), undefined, { now: () => clock });
    const leaf = leafAt(server.url().href);
    const fails = (): Promise<void> => expect(fetcher.fetchIssuer(leaf)).rejects.toThrow('another');
    await fails();
    server.behave(answer({ body: ISSUER }));
    clock = HOUR - 1;
    await fails();
    clock = HOUR;
    expect((await fetcher.fetchIssuer(leaf)).raw).toEqual(ISSUER);
    expect(server.requests).toHaveLength(2);
  });

  it('128 of them: what strangers name does not fill the memory', async () => {
    const server = await serve(answer({ body: ISSUER }));
    const fetcher = new IssuerFetcher(client(), undefined, { now: () => 0 });
    const ask = (i: number): Promise<Certificate> => fetcher.fetchIssuer(leafAt(server.url(`/${i}`).href));
    for (let i = 0; i < 129; i++) await ask(i);
    await ask(128);
    expect(server.requests).toHaveLength(129);
    await ask(0);
    expect(server.requests.at(-1)?.target).toBe('/0');
    expect(server.requests).toHaveLength(130);
  });

  it('counts from the end of the question, which one request answers however long it takes', async () => {
    const held: (() => void)[] = [];
    const server = await serve((request, socket) => {
      held.push(() => answer({ body: ISSUER })(request, socket));
    });
    let clock = 0;
    const fetcher = new IssuerFetcher(client(), undefined, { now: () => clock });
    const leaf = leafAt(server.url().href);
    const first = fetcher.fetchIssuer(leaf);
    await expect.poll(() => server.requests.length).toBe(1);
    clock = 2 * HOUR;
    const second = fetcher.fetchIssuer(leaf);
    for (const reply of held) reply();
    expect((await Promise.all([first, second])).map(({ raw }) => raw)).toEqual([ISSUER, ISSUER]);
    clock = 3 * HOUR - 1;
    await fetcher.fetchIssuer(leaf);
    expect(server.requests).toHaveLength(1);
  });
});

interface Run {
  readonly result: Promise<Certificate>;
  readonly waits: readonly number[];
  readonly asked: () => number;
}

/** A server that does one thing after the other, and the last one for ever. */
async function run(retries: number, ...behaviours: readonly Behaviour[]): Promise<Run> {
  let count = 0;
  const server = await serve((request, socket) =>
    behaviours[Math.min(count++, behaviours.length - 1)]?.(request, socket),
  );
  let clock = 0;
  const waits: number[] = [];
  const wait = (ms: number): Promise<void> => {
    waits.push(ms);
    clock += ms;
    return Promise.resolve();
  };
  const retry = { retries, random: () => 0.5, wait };
  const fetcher = new IssuerFetcher(client(), undefined, { retry, now: () => clock });
  const result = fetcher.fetchIssuer(leafAt(server.url().href));
  await result.catch(() => undefined);
  return { result, waits, asked: () => server.requests.length };
}

const busy = answer({ status: 503 });
const later = (seconds: string): Behaviour => answer({ status: 503, headers: [['Retry-After', seconds]] });
const healthy = answer({ body: ISSUER });

describe('a failure that passes', () => {
  it.each<[string, readonly Behaviour[], readonly number[]]>([
    ['503 twice', [busy, busy, healthy], [250, 500]],
    ['a connection that breaks', [reset, healthy], [250]],
    ['503 with a wait', [later('7'), healthy], [7000]],
  ])('%s: the issuer comes in the end', async (_sentence, behaviours, waits) => {
    const outcome = await run(2, ...behaviours);
    expect((await outcome.result).raw).toEqual(ISSUER);
    expect([outcome.waits, outcome.asked()]).toEqual([waits, behaviours.length]);
  });

  it.each<[string, number, readonly Behaviour[], number, string]>([
    ['is not asked again unless told', 0, [busy, healthy], 1, 'answers 503'],
    ['is asked so often and not more', 2, [busy], 3, 'answers 503'],
    ['is not asked again after the time that there is', 2, [later('45'), healthy], 1, 'answers 503'],
    ['is not asked again for what stays', 2, [answer({ status: 404 }), healthy], 1, 'answers 404'],
    [
      'is not asked again for a file that is none',
      2,
      [answer({ body: '<html>' }), healthy],
      1,
      'no certificate',
    ],
  ])('%s', async (_sentence, retries, behaviours, asked, words) => {
    const outcome = await run(retries, ...behaviours);
    await expect(outcome.result).rejects.toThrow(words);
    expect(outcome.asked()).toBe(asked);
  });

  it('is told as what it is, with the wait that the server wants', async () => {
    const { result } = await run(0, later('90'));
    await expect(result).rejects.toMatchObject({ code: 'http-status', status: 503, retryAfterMs: 90_000 });
    const error: unknown = await (await run(0, reset)).result.catch((reason: unknown) => reason);
    expect(error instanceof RestapleError && isTemporary(error)).toBe(true);
  });
});

describe('the cache', () => {
  it('is filled by a fetch, and the next run asks nobody', async () => {
    const server = await serve(answer({ body: ISSUER }));
    const url = server.url().href;
    const cache = memoryCache();
    await new IssuerFetcher(client(), cache).fetchIssuer(leafAt(url));
    expect([...cache]).toEqual([[url, ISSUER]]);
    expect((await new IssuerFetcher(client(), cache).fetchIssuer(leafAt(url))).raw).toEqual(ISSUER);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Buffer]>([
    ["a stranger's certificate", STRANGER],
    ['a certificate with the name of the issuer and another key', namesake()],
    ['garbage', Buffer.from('garbage')],
    ['a damaged certificate', ISSUER.subarray(0, -1)],
    ['an empty file', Buffer.alloc(0)],
  ])('that holds %s is not believed, and mended', async (_, poison) => {
    const server = await serve(answer({ body: ISSUER }));
    const url = server.url().href;
    const cache = memoryCache([url, poison]);
    expect((await new IssuerFetcher(client(), cache).fetchIssuer(leafAt(url))).raw).toEqual(ISSUER);
    expect(cache.get(url)).toEqual(ISSUER);
  });

  it('does not keep an answer without a certificate, nor one that is not 200', async () => {
    const cache = memoryCache();
    for (const behaviour of [answer({ body: '<html>' }), answer({ status: 404, body: ISSUER })]) {
      const server = await serve(behaviour);
      const fetched = new IssuerFetcher(client(), cache).fetchIssuer(leafAt(server.url().href));
      await expect(fetched).rejects.toThrow(NOT_IN_FILE);
    }
    expect([...cache]).toEqual([]);
  });

  it('does not keep a private key that came with the certificate', async () => {
    const server = await serve(answer({ body: keyPem(pki.leaf) + certificatesPem(pki.issuer) }));
    const cache = memoryCache();
    await new IssuerFetcher(client(), cache).fetchIssuer(leafAt(server.url().href));
    expect([...cache.values()].some((file) => file.includes('PRIVATE KEY'))).toBe(false);
  });

  it('is given up when the servers take longer than the time for all of them, and that is worth another try', async () => {
    const server = await serve(silence);
    const urls = ['/1', '/2', '/3', '/4'].map((path) => server.url(path).href);
    const fetcher = new IssuerFetcher(client(), undefined, { timeoutMs: 200 });
    await expect(fetcher.fetchIssuer(leafAt(...urls))).rejects.toMatchObject({ code: 'http-timeout' });
    expect(server.requests.length).toBe(4);
  });

  it('is remembered only when its key signed the certificate', async () => {
    const saved: string[] = [];
    const cache: IssuerCache = {
      load: () => Promise.resolve(undefined),
      save: (url) => Promise.resolve(void saved.push(url)),
    };
    const server = await serve((request, socket) =>
      answer({ body: request.target === '/good' ? ISSUER : STRANGER })(request, socket),
    );
    const [bad, good] = [server.url('/bad').href, server.url('/good').href];
    await new IssuerFetcher(client(), cache).fetchIssuer(leafAt(bad, good));
    expect(saved).toEqual([good]);
  });
});

function namesake(): Buffer {
  return createTestPki({ issuer: { kind: 'p384' } }).issuer.certificate.raw;
}
