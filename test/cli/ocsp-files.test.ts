/** The files that `restaple ocsp` writes: a staple or nothing, and nothing over what is precious. */
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { alterResponse, flipBit } from '../support/alter.ts';
import { keyPem } from '../support/files.ts';
import { NEXT_UPDATE, THIS_UPDATE, shift, testResponse } from '../support/pki.ts';
import { QUESTION, UPDATES, pki, withSite } from './ocsp-helper.ts';

const good = testResponse(pki);
const older = testResponse(pki, { thisUpdate: shift(THIS_UPDATE, -3_600_000) });
const forged = alterResponse(good, ({ signature }) => ({ signature: flipBit(signature) }));
const byStranger = testResponse(pki, { signer: pki.strangerDelegate });
const revoked = testResponse(pki, {
  certStatus: { type: 'revoked', revocationTime: THIS_UPDATE, reason: undefined },
});
const KEEP = [...QUESTION, '-respin', '@r.der', '-respout', '@staple.ocsp'];

describe('-respout', () => {
  it('is the response, byte for byte, with mode 0644', () =>
    withSite(async ({ ocsp, put, path, dir }) => {
      await put('r.der', good);
      expect(await ocsp(KEEP)).toMatchObject({ exitCode: 0, err: 'Response verify OK\n' });
      expect(await readFile(path('staple.ocsp'))).toEqual(good);
      expect((await stat(path('staple.ocsp'))).mode & 0o777).toBe(0o644);
      expect((await readdir(dir)).filter((name) => name.startsWith('.'))).toEqual([]);
    }));

  it.each<[string, Buffer, string[], number]>([
    ['revoked', revoked, [], 1],
    ['revoked, and not verified', revoked, ['-noverify'], 1],
    ['forged', forged, [], 65],
    ['about another number too', good, ['-serial', '9'], 65],
    ['too old', good, ['-status_age', '60'], 65],
  ])('is not written when the response is %s; what is there stays', (_, response, flags, exitCode) =>
    withSite(async ({ ocsp, put, path }) => {
      await put('r.der', response);
      await put('staple.ocsp', older);
      const run = await ocsp([...KEEP, '-issuer', '@issuer.crt', ...flags]);
      expect(run).toMatchObject({ exitCode });
      expect(run.err).toMatch(
        'restaple: staple.ocsp was not written: only a response that passes, and says good, becomes a staple\n',
      );
      expect(await readFile(path('staple.ocsp'))).toEqual(older);
    }),
  );

  it('is not written when it is stale, even with -noverify', () =>
    withSite(async ({ ocsp, put, dir }) => {
      await put('r.der', good);
      expect(await ocsp([...KEEP, '-noverify'], { now: NEXT_UPDATE })).toMatchObject({ exitCode: 65 });
      expect(await readdir(dir)).not.toContain('staple.ocsp');
    }));

  it.each([
    ['a newer one takes its place', older, good, []],
    ['with -noverify, too', older, good, ['-noverify']],
    ['what does not verify gives way to what does', forged, good, []],
    [
      'with -noverify, what does not verify is written over what does not either',
      forged,
      forged,
      ['-noverify'],
    ],
  ])('%s', (_, present, response, flags) =>
    withSite(async ({ ocsp, put, path }) => {
      await put('r.der', response);
      await put('staple.ocsp', present);
      expect(await ocsp([...KEEP, ...flags])).toMatchObject({ exitCode: 0 });
      expect(await readFile(path('staple.ocsp'))).toEqual(response);
    }),
  );

  it.each([
    ['an older one does not', good, older, []],
    ['nor one that does not verify', good, forged, ['-noverify']],
    ['nor one that anybody has signed', older, byStranger, ['-no_cert_verify']],
  ])('%s', (_, present, response, flags) =>
    withSite(async ({ ocsp, put, path }) => {
      await put('r.der', response);
      await put('staple.ocsp', present);
      const run = await ocsp([...KEEP, ...flags]);
      expect(run.exitCode).toBe(0);
      expect(run.err).toMatch(
        /^restaple: staple.ocsp was not written: the staple that is there, of 2026-02-25T0\d:32:45Z, is better$/m,
      );
      expect(await readFile(path('staple.ocsp'))).toEqual(present);
    }),
  );

  it('of - is standard output, and all text is talk', () =>
    withSite(async ({ ocsp, put }) => {
      await put('r.der', good);
      const run = await ocsp([...QUESTION, '-respin', '@r.der', '-respout', '-']);
      expect(run).toMatchObject({ exitCode: 0, err: `Response verify OK\ndomain.crt: good\n${UPDATES}` });
      expect(run.outBytes).toEqual(good);
    }));
});

describe('a certificate or a key is never written over', () => {
  const key = keyPem(pki.leaf);

  it.each([['-respout'], ['-reqout'], ['-out']])('by %s: exit 73', (flag) =>
    withSite(async ({ ocsp, put, path }) => {
      await put('r.der', good);
      await put('domain.key', key);
      await put('domain.der', pki.leaf.certificate.raw);
      for (const name of ['domain.key', 'domain.der']) {
        const before = await readFile(path(name));
        const run = await ocsp([...QUESTION, '-respin', '@r.der', flag, `@${name}`]);
        expect(run).toMatchObject({ exitCode: 73 });
        expect(run.err).toMatch(`${name}: ${name} holds `);
        expect(await readFile(path(name))).toEqual(before);
      }
    }),
  );
});

describe('-reqout, -reqin and -out', () => {
  it('a request is written over one of before, and can be sent again with another nonce', () =>
    withSite(async ({ ocsp, path }) => {
      const request = async () => decodeOCSPRequest(await readFile(path('q.der'))).tbsRequest;
      expect(await ocsp([...QUESTION, '-reqout', '@q.der'])).toMatchObject({ exitCode: 0, out: '', err: '' });
      const first = await request();
      expect(first.requestExtensions).toHaveLength(1);
      await ocsp(['-reqin', '@q.der', '-nonce', '-reqout', '@q.der']);
      const second = await request();
      expect(second.requestList).toEqual(first.requestList);
      expect(second.requestExtensions).toHaveLength(1);
      expect(second.requestExtensions).not.toEqual(first.requestExtensions);
    }));

  it('what is printed goes into a file, and a second time', () =>
    withSite(async ({ ocsp, put, path }) => {
      await put('r.der', good);
      for (const flags of [[], ['-text'], ['-text']]) {
        const run = await ocsp([...QUESTION, '-respin', '@r.der', '-out', '@page.txt', ...flags]);
        expect(run).toMatchObject({ exitCode: 0, out: '', err: 'Response verify OK\n' });
      }
      const page = await readFile(path('page.txt'), 'utf8');
      expect(page).toMatch(/^OCSP Request Data:\n[^]*OCSP Response Data:\n[^]*-----END CERTIFICATE-----\n/);
      expect(page).toMatch(/domain.crt: good\n\tThis Update: .*\n\tNext Update: .*\n$/);
    }));

  it('- is standard output, of -out for the text and of -reqout for the request, and text is talk then', () =>
    withSite(async ({ ocsp, put, dir }) => {
      await put('r.der', good);
      const text = await ocsp([...QUESTION, '-respin', '@r.der', '-out', '-']);
      expect(text).toMatchObject({ exitCode: 0, out: `domain.crt: good\n${UPDATES}` });
      const run = await ocsp([...QUESTION, '-reqout', '-', '-req_text']);
      expect(run).toMatchObject({ exitCode: 0, err: expect.stringMatching(/^OCSP Request Data:\n/) });
      expect(decodeOCSPRequest(run.outBytes).tbsRequest.requestList).toHaveLength(1);
      expect(await readdir(dir)).not.toContain('-');
    }));

  it.each(['-out', '-reqout', '-respout'])(
    '%s into /dev/null is thrown away, into /dev/full exit 73',
    (flag) =>
      withSite(async ({ ocsp, put }) => {
        await put('r.der', good);
        const into = (path: string) => ocsp([...QUESTION, '-respin', '@r.der', flag, path]);
        expect(await into('/dev/null')).toMatchObject({ exitCode: 0, err: 'Response verify OK\n' });
        const full = await into('/dev/full');
        expect(full).toMatchObject({ exitCode: 73 });
        expect(full.err).toContain(
          'restaple: /dev/full: cannot be written: no space left on device (ENOSPC)\n',
        );
      }),
  );

  it('what a run before printed is not left to be read as the status of this one', () =>
    withSite(async ({ ocsp, put, path }) => {
      await put('r.der', good);
      await ocsp([...QUESTION, '-respin', '@r.der', '-out', '@page.txt']);
      expect(await ocsp([...QUESTION, '-out', '@page.txt', '-respin', '-', '-reqin', '-'])).toMatchObject({
        exitCode: 64,
      });
      expect(await readFile(path('page.txt'), 'utf8')).toMatch('domain.crt: good\n');
      const gone = await ocsp([...QUESTION, '-url', 'http://127.0.0.1:1/', '-out', '@page.txt']);
      expect(gone).toMatchObject({ exitCode: 75 });
      expect(await readFile(path('page.txt'), 'utf8')).toBe('');
    }));

  it('what is no request, and what is no response, is said by name', () =>
    withSite(async ({ ocsp }) => {
      expect(await ocsp(['-reqin', '@domain.crt', '-text'])).toMatchObject({ exitCode: 65, out: '' });
      const run = await ocsp([...QUESTION, '-respin', '@domain.crt']);
      expect(run).toMatchObject({ exitCode: 65, out: '' });
      expect(run.err).toMatch(/^restaple: domain.crt: OCSPResponse: /);
      expect(await ocsp([...QUESTION, '-respin', '@none'])).toMatchObject({ exitCode: 66 });
    }));

  it('a directory that is not there: exit 73', () =>
    withSite(async ({ ocsp, put, path }) => {
      await put('r.der', good);
      await mkdir(path('d'));
      expect(await ocsp([...QUESTION, '-respin', '@r.der', '-respout', '@no/x'])).toMatchObject({
        exitCode: 73,
      });
      expect(await ocsp([...QUESTION, '-respin', '@r.der', '-out', '@d'])).toMatchObject({ exitCode: 73 });
    }));
});
