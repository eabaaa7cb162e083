import { describe, expect, it } from 'vitest';
import { formatPem } from '../../src/der/pem.ts';
import { type IssuerCache, IssuerFetcher } from '../../src/issuer/fetch-issuer.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { client, serve } from '../http/harness.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { type Behaviour, answer, hangUp, header, silence } from '../support/http-server.ts';
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
  if (why.includes('answers')) return 'http-status';
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
      '127.0.0.1:PORT closed the connection without an answer (ECONNRESET)',
    ],
  ])('is not to be had when the server has %s', async (_, behaviour, why) => {
    const server = await serve(behaviour);
    const url = server.url('/ca.cer').href;
    await expect(new IssuerFetcher(client()).fetchIssuer(leafAt(url))).rejects.toMatchObject({
      // What may be otherwise the next time keeps the code that says so.
      code: codeFor(why),
      message: `${NOT_IN_FILE}: ${why.replace('URL', url).replace('PORT', String(server.port))}`,
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
