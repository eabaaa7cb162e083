/** The cases in which nothing is asked, or nothing is to be had, and cron's own: only when it is due. */
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorityInfoAccess, extension, noRevAvail } from '../../src/demo/pki/extensions.ts';
import { utf8String } from '../../src/der/writer.ts';
import { OID } from '../../src/x509/oids.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki, shift, testResponse } from '../support/pki.ts';
import { serverCertificate } from './world.ts';

const MINUTE = 60_000;
const now = new Date();
const pki = createTestPki({ now });
const serial = pki.leaf.certificate.serialNumber;
let cli: BuiltCli;
let responder: Responder;
let seen: number;

beforeAll(async () => {
  cli = await buildCli();
  responder = await startResponder({ pki });
});
beforeEach(() => (seen = responder.requests.length));
afterAll(async () => {
  await responder.close();
  await cli.remove();
});

/** How many requests the present test has caused. */
const asked = (): number => responder.requests.length - seen;

describe('no staple is needed or to be had', () => {
  it('noRevAvail and no responder: nothing to do, exit 0, nothing is written', async () => {
    const brief = serverCertificate(pki, 'brief.example.test', { serial: 1, extensions: [noRevAvail()] });
    await withTempDir(async (dir) => {
      const cert = join(dir, 'brief.crt');
      await writeFile(cert, certificatesPem(brief, pki.issuer));
      expect(await cli.run('fetch', '--allow-private', cert)).toEqual({
        code: 0,
        stdout: '',
        stderr: `restaple: ${cert}: nothing to do: the CA publishes no revocation for this certificate (noRevAvail)\n`,
      });
      expect(await readdir(dir)).toEqual(['brief.crt']);
    });
  });

  it('noRevAvail beside a responder: the responder is asked', async () => {
    const both = serverCertificate(pki, 'both.example.test', {
      serial,
      extensions: [noRevAvail(), authorityInfoAccess({ ocsp: [responder.url] })],
    });
    await withTempDir(async (dir) => {
      const cert = join(dir, 'both.crt');
      await writeFile(cert, certificatesPem(both, pki.issuer));
      expect(await cli.run('fetch', '--allow-private', cert)).toMatchObject({ code: 0, stderr: '' });
      expect([asked(), await readdir(dir)]).toEqual([1, ['both.crt', 'both.ocsp']]);
    });
  });

  it('an expired certificate: its responder is not even asked', async () => {
    const old = serverCertificate(pki, 'old.example.test', {
      serial,
      ocspUrls: [responder.url],
      notAfter: shift(now, -MINUTE),
    });
    await withTempDir(async (dir) => {
      const cert = join(dir, 'old.crt');
      await writeFile(cert, certificatesPem(old, pki.issuer));
      expect(await cli.run('fetch', '--allow-private', cert)).toMatchObject({ code: 65 });
      expect(asked()).toBe(0);
    });
  });

  it('a must-staple certificate that is revoked: the warning says what that means', async () => {
    const must = serverCertificate(pki, 'must.example.test', {
      serial: 0x3000,
      ocspUrls: [responder.url],
      mustStaple: true,
    });
    responder.setStatus(must.certificate.serialNumber, {
      type: 'revoked',
      revocationTime: shift(now, -MINUTE),
      reason: undefined,
    });
    await withTempDir(async (dir) => {
      const cert = join(dir, 'must.crt');
      await writeFile(cert, certificatesPem(must, pki.issuer));
      const outcome = await cli.run('fetch', '--allow-private', cert);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toContain('the certificate is must-staple: clients that honour this refuse it');
      expect(await readdir(dir)).toEqual(['must.crt']);
    });
  });
});

describe('a directory of certificates', () => {
  it('in which one is damaged: the others are fetched, their issuer lies beside them', async () => {
    const leaf = serverCertificate(pki, 'www.example.test', { serial, ocspUrls: [responder.url] });
    const odd = serverCertificate(pki, 'odd.example.test', {
      serial: 2,
      extensions: [extension(OID.basicConstraints, utf8String('no constraints'))],
    });
    await withTempDir(async (dir) => {
      await writeFile(join(dir, 'ca.pem'), certificatesPem(pki.issuer));
      await writeFile(join(dir, 'odd.crt'), certificatesPem(odd));
      await writeFile(join(dir, 'www.crt'), certificatesPem(leaf));
      const outcome = await cli.run('fetch', '--allow-private', dir);
      expect(outcome.code).toBe(65);
      expect(outcome.stdout).toMatch(new RegExp(`^${join(dir, 'www.crt')}: good\n`));
      expect(outcome.stderr).toMatch(
        new RegExp(`^restaple: ${join(dir, 'odd.crt')}: [^\n]+\n(?:hint: [^\n]+\n){2}$`),
      );
      expect(await readdir(dir)).toEqual(['ca.pem', 'odd.crt', 'www.crt', 'www.ocsp']);
    });
  });
});

const leaf = (): string =>
  certificatesPem(
    serverCertificate(pki, 'www.example.test', { serial, ocspUrls: [responder.url] }),
    pki.issuer,
  );
const staple = (thisMinutes: number, nextMinutes: number): Buffer =>
  testResponse(pki, {
    thisUpdate: shift(now, thisMinutes * MINUTE),
    nextUpdate: shift(now, nextMinutes * MINUTE),
  });

describe('--if-due', () => {
  it.each<[string, Buffer | undefined, number]>([
    ['in the first half of the life of the staple nobody is asked', staple(-60, 120), 0],
    ['in the second half the responder is asked', staple(-120, 60), 1],
    ['with an expired staple the responder is asked', staple(-120, -60), 1],
    ['with garbage in place of a staple the responder is asked', Buffer.from('garbage'), 1],
    ['with an empty file the responder is asked', Buffer.alloc(0), 1],
    ['without a staple the responder is asked', undefined, 1],
  ])('%s', async (_, present, requests) => {
    await withTempDir(async (dir) => {
      const [cert, path] = [join(dir, 'www.crt'), join(dir, 'www.ocsp')];
      await writeFile(cert, leaf());
      if (present) await writeFile(path, present);
      const outcome = await cli.run('fetch', '--allow-private', cert, '--if-due');
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
      expect(outcome.stdout).toMatch(new RegExp(`^${cert}: good\n\tThis Update: .*\n\tNext Update: .*\n$`));
      expect(asked()).toBe(requests);
      expect((await readFile(path)).equals(present ?? Buffer.alloc(0))).toBe(requests === 0);
    });
  });

  it('run twice, the second finds nothing due and touches nothing', async () => {
    await withTempDir(async (dir) => {
      const [cert, path] = [join(dir, 'www.crt'), join(dir, 'www.ocsp')];
      await writeFile(cert, leaf());
      const first = await cli.run('fetch', '--allow-private', cert, '--if-due');
      const before = await stat(path);
      expect(await cli.run('fetch', '--allow-private', cert, '--if-due')).toEqual(first);
      expect(await stat(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
      expect(asked()).toBe(1);
    });
  });

  it('the staple of another certificate does not count', async () => {
    const other = serverCertificate(pki, 'other.example.test', { serial: 0x4000, ocspUrls: [responder.url] });
    responder.setStatus(other.certificate.serialNumber, { type: 'good' });
    await withTempDir(async (dir) => {
      const cert = join(dir, 'other.crt');
      await writeFile(cert, certificatesPem(other, pki.issuer));
      await writeFile(join(dir, 'other.ocsp'), staple(-60, 120));
      expect(await cli.run('fetch', '--allow-private', cert, '--if-due')).toMatchObject({
        code: 0,
        stderr: '',
      });
      expect(asked()).toBe(1);
    });
  });
});
