/** What a user of `openssl ocsp` types, and what is printed. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { encodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { OID, oidName } from '../../src/x509/oids.ts';
import { alterResponse, flipBit } from '../support/alter.ts';
import { startHttpProxy } from '../support/proxies.ts';
import { NEXT_UPDATE, shift, testResponse } from '../support/pki.ts';
import { QUESTION, UPDATES, type World, pki, startWorld, withSite } from './ocsp-helper.ts';

let world: World;
let url: string;

beforeAll(async () => {
  world = await startWorld();
  url = `http://localhost:${world.front.port}/PATH`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.mangle(undefined);
  world.responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'good' });
});

const lastRequest = () => world.responder.requests.at(-1);
const lastAsked = () => decodeOCSPRequest(lastRequest()?.ocsp ?? Buffer.alloc(0)).tbsRequest;

describe('the commands that everybody has typed, against a front that demands the right Host', () => {
  const KNOWN = ['-noverify', '-no_nonce', '-respout', '@ocsp.resp', ...QUESTION];

  it('the one with -url alone', () =>
    withSite(async ({ ocsp, path }) => {
      const run = await ocsp([...KNOWN, '-url', url]);
      expect(run).toMatchObject({ exitCode: 0, out: `domain.crt: good\n${UPDATES}`, err: '' });
      expect(await readFile(path('ocsp.resp'))).toEqual(world.sent());
      expect(lastRequest()).toMatchObject({
        method: 'POST',
        path: '/PATH',
        headers: { host: `localhost:${world.front.port}`, 'content-type': 'application/ocsp-request' },
      });
      expect(lastAsked().requestExtensions).toEqual([]);
    }));

  it.each([
    ['as in 1.0', ['-header', 'HOST', 'localhost']],
    ['as since 1.1', ['-header', 'HOST=localhost']],
    ['in one argument', ['-header=Host=localhost']],
    ['with two dashes', ['--header', 'host=localhost']],
  ])('the one with the Host in a -header, %s', (_, header) =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp([...KNOWN, '-url', world.front.url, ...header]);
      expect(run).toMatchObject({ exitCode: 0, out: `domain.crt: good\n${UPDATES}`, err: '' });
      expect(world.front.hosts.at(-1)).toBe('localhost');
    }),
  );

  it('without the Host it is 403, and the hint is one of this verb', () =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp([...KNOWN, '-url', world.front.url]);
      const place = `127.0.0.1:${world.front.port}`;
      expect(run).toMatchObject({ exitCode: 75, out: '' });
      expect(run.err).toMatch(
        `restaple: 403 Forbidden: the edge at ${place} does not serve this Host; it got Host: ${place}: "403 Forbidden"\n`,
      );
      expect(run.err).toMatch('-header Host=');
    }));

  it.each([
    [
      '-host, -port and -path',
      () => ['-host', 'localhost', '-port', String(world.front.port), '-path', '/a/b'],
    ],
    ['-host with its port', () => ['-host', `localhost:${world.front.port}`, '-path', 'a/b']],
    ['-url without a scheme', () => ['-url', `localhost:${world.front.port}/a/b`]],
    ['-path behind -url', () => ['-url', url, '-path', '/a/b']],
  ])('asks by %s', (_, whom) =>
    withSite(async ({ ocsp }) => {
      expect(await ocsp([...KNOWN, ...whom()])).toMatchObject({ exitCode: 0, err: '' });
      expect(lastRequest()?.path).toBe('/a/b');
    }),
  );
});

describe('through a proxy', () => {
  it('of -proxy or the environment, and without it for hosts of -no_proxy', () =>
    withSite(async ({ ocsp }) => {
      const proxy = await startHttpProxy();
      try {
        const place = `127.0.0.1:${proxy.port}`;
        const env = { http_proxy: place };
        const runs = [
          await ocsp([...QUESTION, '-url', url, '-proxy', `http://${place}`]),
          await ocsp([...QUESTION, '-url', url], { env }),
          await ocsp([...QUESTION, '-url', url, '-no_proxy', 'localhost'], { env }),
          await ocsp([...QUESTION, '-url', url, '-proxy', place, '-no_proxy', 'localhost']),
          await ocsp([...QUESTION, '-url', url, '-proxy', place], { env: { no_proxy: 'localhost' } }),
          await ocsp([...QUESTION, '-url', url, '-proxy', ''], { env }),
        ];
        expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
        expect(proxy.asked).toEqual([`POST ${url}`, `POST ${url}`]);
      } finally {
        await proxy.close();
      }
    }));

  it('that is none is wrong usage', () =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp([...QUESTION, '-url', url, '-proxy', 'ftp://x/']);
      expect(run).toMatchObject({ exitCode: 64, out: '' });
      expect(run.err).toMatch('-proxy is of the scheme ftp: expected http, https, socks5 or socks5h');
    }));
});

describe('what is said about a certificate', () => {
  it('good, verified', () =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp([...QUESTION, '-url', url]);
      expect(run).toMatchObject({
        exitCode: 0,
        out: `domain.crt: good\n${UPDATES}`,
        err: 'Response verify OK\n',
      });
    }));

  it('revoked is exit 1, with reason and time as openssl prints them', () =>
    withSite(async ({ ocsp }) => {
      const revocationTime = new Date('2026-02-01T08:00:00Z');
      world.responder.setStatus(pki.leaf.certificate.serialNumber, {
        type: 'revoked',
        revocationTime,
        reason: 1,
      });
      const run = await ocsp([...QUESTION, '-url', url]);
      expect(run).toMatchObject({
        exitCode: 1,
        out: `domain.crt: revoked\n${UPDATES}\tReason: keyCompromise\n\tRevocation Time: Feb  1 08:00:00 2026 GMT\n`,
        err:
          'Response verify OK\n' +
          'restaple: domain.crt: the certificate is revoked since 2026-02-01T08:00:00Z, keyCompromise\n' +
          'hint: replace the certificate: clients that check will refuse it\n',
      });
    }));

  it('several, by file and by number, each with its own digest: the gravest counts', () =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp([...QUESTION, '-sha256', '-serial', '0x1003', '-serial', '77', '-url', url]);
      expect(run).toMatchObject({
        exitCode: 1,
        out: `domain.crt: good\n${UPDATES}0x1003: good\n${UPDATES}77: unknown\n${UPDATES}`,
      });
      const asked = lastAsked().requestList.map(({ reqCert }) => [
        oidName(reqCert.hashAlgorithm.algorithm),
        reqCert.serialNumber.toString('hex'),
      ]);
      expect(asked).toEqual([
        ['sha1', '1003'],
        ['sha256', '1003'],
        ['sha256', '4d'],
      ]);
    }));

  it('stale is not good: exit 65', () =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp([...QUESTION, '-url', url], { now: NEXT_UPDATE });
      expect(run).toMatchObject({
        exitCode: 65,
        out: `domain.crt: WARNING: Status times invalid.\ngood\n${UPDATES}`,
        err:
          'Response verify OK\n' +
          'restaple: domain.crt: nextUpdate 2026-02-25T21:32:45Z is not after now 2026-02-25T21:32:45Z\n' +
          'hint: the clock of this machine is wrong, or the responder or a cache before it is stuck\n',
      });
      const unverified = await ocsp([...QUESTION, '-noverify', '-url', url], { now: NEXT_UPDATE });
      expect(unverified).toMatchObject({ exitCode: 65, out: run.out });
    }));

  it('forged is not "good" anywhere: exit 65', () =>
    withSite(async ({ ocsp }) => {
      world.mangle((der) => alterResponse(der, ({ signature }) => ({ signature: flipBit(signature) })));
      const run = await ocsp([...QUESTION, '-url', url]);
      expect(run).toMatchObject({ exitCode: 65, out: 'domain.crt: ERROR: Response not verified.\n' });
      expect(run.err).toMatch(
        /^Response Verify Failure\nrestaple: ecdsa-with-SHA256 signature does not verify/,
      );
    }));

  it('nothing, because the response is about another certificate', () =>
    withSite(async ({ ocsp, put }) => {
      await put('r.der', testResponse(pki));
      const run = await ocsp(['-issuer', '@issuer.crt', '-serial', '5', '-respin', '@r.der']);
      expect(run).toMatchObject({
        exitCode: 65,
        out: '5: ERROR: No Status found.\n',
        err:
          'Response verify OK\n' +
          'restaple: 5: the response is for serial 1003, not for serial 05\n' +
          'hint: check that certificate, issuer and response belong together\n',
      });
    }));

  it.each([
    ['tryLater', 'trylater (3)', 75],
    ['unauthorized', 'unauthorized (6)', 69],
    ['internalError', 'internalerror (2)', 75],
  ] as const)('%s', (responseStatus, words, exitCode) =>
    withSite(async ({ ocsp }) => {
      world.mangle(() => encodeOCSPResponse({ responseStatus, responseBytes: undefined }));
      const run = await ocsp([...QUESTION, '-url', url]);
      expect(run).toMatchObject({ exitCode, out: `Responder Error: ${words}\n` });
      expect(run.err).toMatch(`restaple: the responder answers ${responseStatus}\nhint: `);
    }),
  );
});

describe('the nonce', () => {
  const other = encodeNonce(Buffer.alloc(32, 7));

  it('is sent unless -no_nonce, and its return is demanded', () =>
    withSite(async ({ ocsp }) => {
      expect(await ocsp([...QUESTION, '-url', url])).toMatchObject({ err: 'Response verify OK\n' });
      expect(lastAsked().requestExtensions.map(({ oid }) => oid)).toEqual([OID.ocspNonce]);
      await ocsp([...QUESTION, '-nonce', '-no_nonce', '-url', url]);
      expect(lastAsked().requestExtensions).toEqual([]);
    }));

  it('is missed with a warning', () =>
    withSite(async ({ ocsp }) => {
      world.mangle(() => testResponse(pki));
      const run = await ocsp([...QUESTION, '-url', url]);
      expect(run).toMatchObject({
        exitCode: 0,
        out: `domain.crt: good\n${UPDATES}`,
        err: 'WARNING: no nonce in response\nResponse verify OK\n',
      });
    }));

  it('that is another one is refused, but not with -noverify', () =>
    withSite(async ({ ocsp }) => {
      world.mangle(() => testResponse(pki, { responseExtensions: [other] }));
      const run = await ocsp([...QUESTION, '-url', url]);
      expect(run).toMatchObject({ exitCode: 65, out: 'domain.crt: ERROR: Response not verified.\n' });
      expect(run.err).toMatch(/^Nonce Verify error\nrestaple: the response has another nonce/);
      expect(await ocsp([...QUESTION, '-noverify', '-url', url])).toMatchObject({ exitCode: 0, err: '' });
    }));

  it('of a request in a file is that of the response too', () =>
    withSite(async ({ ocsp, put }) => {
      await ocsp([...QUESTION, '-reqout', '@q.der']);
      await put('r.der', testResponse(pki, { responseExtensions: [other] }));
      const question = ['-issuer', '@issuer.crt', '-reqin', '@q.der'];
      expect(await ocsp([...question, '-respin', '@r.der'])).toMatchObject({ exitCode: 65 });
      expect(await ocsp([...question, '-url', url])).toMatchObject({
        exitCode: 0,
        out: `0x1003: good\n${UPDATES}`,
        err: 'Response verify OK\n',
      });
    }));
});

const at = (ms: number) => ({ now: shift(NEXT_UPDATE, ms) });

describe('how old a response may be', () => {
  it.each([
    ['-status_age refuses an older one', ['-status_age', '3600'], {}, 65],
    ['-status_age takes a younger one', ['-status_age', '86400'], {}, 0],
    ['-validity_period does not stretch nextUpdate', ['-validity_period', '86400'], at(0), 65],
    ['-attime is the time of the judgement', ['-attime', '1772020800'], at(86_400_000), 0],
  ] as const)('%s', (_, flags, options, exitCode) =>
    withSite(async ({ ocsp, put }) => {
      await put('r.der', testResponse(pki));
      expect(await ocsp([...QUESTION, '-respin', '@r.der', ...flags], options)).toMatchObject({ exitCode });
    }),
  );

  it('without nextUpdate it counts as long as -status_age says', () =>
    withSite(async ({ ocsp, put }) => {
      await put('r.der', testResponse(pki, { nextUpdate: undefined }));
      const run = await ocsp([...QUESTION, '-respin', '@r.der']);
      expect(run).toMatchObject({ exitCode: 65 });
      expect(run.err).toMatch(
        'hint: set a validity at the responder; or say with -status_age how old it may be',
      );
      const aged = await ocsp([...QUESTION, '-respin', '@r.der', '-status_age', '86400']);
      expect(aged).toMatchObject({
        exitCode: 0,
        out: 'domain.crt: good\n\tThis Update: Feb 25 09:32:45 2026 GMT\n',
      });
    }));

  it('ahead of our clock by more than five minutes it is refused, unless -validity_period says so', () =>
    withSite(async ({ ocsp, put }) => {
      await put('r.der', testResponse(pki));
      const early = { now: new Date('2026-02-25T09:22:45Z') };
      expect(await ocsp([...QUESTION, '-respin', '@r.der'], early)).toMatchObject({ exitCode: 65 });
      const wide = [...QUESTION, '-respin', '@r.der', '-validity_period', '600'];
      expect(await ocsp(wide, early)).toMatchObject({ exitCode: 0 });
    }));
});
