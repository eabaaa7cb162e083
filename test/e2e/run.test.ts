/** `restaple run` from start to end, as a process of its own. */
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { type Staple, verifyStaple } from '../../src/staple/staple.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki, testResponse } from '../support/pki.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { type RunningCli, startRun } from './run-world.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;
let root: string;
let runs = 0;
const running: RunningCli[] = [];

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
});
afterAll(async () => {
  await cli.remove();
  await dir.remove();
});
beforeEach(async () => {
  root = join(dir.path, `run${runs++}`);
  await mkdir(join(root, 'certs'), { recursive: true });
  await mkdir(join(root, 'out'));
  responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
  await responder.close();
});

const start = (...args: readonly string[]): RunningCli => {
  const one = startRun(
    cli,
    '--allow-private',
    `--store=${join(root, 'store')}`,
    `--out-dir=${join(root, 'out')}`,
    `--control=${join(root, 'c.sock')}`,
    ...args,
  );
  running.push(one);
  return one;
};

/** A certificate with its issuer in `certs/NAME`. */
async function writeCert(name: string, serial: number, place = join(root, 'certs', name)): Promise<Entity> {
  const entity = serverCertificate(pki, 'www.example.test', { serial, ocspUrls: [responder.url] });
  await writeFile(place, certificatesPem(entity, pki.issuer));
  return entity;
}

const out = (name: string): string => join(root, 'out', name);
const certs = (): string => join(root, 'certs');

/** Throws unless the file is a staple of this certificate that is good now. */
async function stapleIn(path: string, { certificate }: Entity): Promise<Staple> {
  const der = await readFile(path);
  return verifyStaple(der, { certificate, issuer: pki.issuer.certificate, now: new Date() });
}

/** A good staple that was made so long ago and is good for so long from now. */
const staple = ({ certificate }: Entity, ageMs: number, leftMs: number): Buffer =>
  testResponse(pki, {
    certID: createCertID(certificate, pki.issuer.certificate),
    thisUpdate: new Date(Date.now() - ageMs),
    nextUpdate: new Date(Date.now() + leftMs),
  });

const HOUR = 3_600_000;

describe('restaple run', () => {
  it('fetches what is missing, and after a restart asks nobody', async () => {
    const entities = [await writeCert('a.crt', 1), await writeCert('b.crt', 2)];
    const first = start(certs());
    await first.saw('published', 2);
    expect(await first.end()).toBe(0);
    await expect(stapleIn(out('a.ocsp'), entities[0] ?? raise())).resolves.toBeDefined();
    await expect(stapleIn(out('b.ocsp'), entities[1] ?? raise())).resolves.toBeDefined();
    expect(responder.requests).toHaveLength(2);

    await rm(out('b.ocsp'));
    const second = start(certs());
    // Out of the store.
    await second.saw('published');
    await expect(stapleIn(out('b.ocsp'), entities[1] ?? raise())).resolves.toBeDefined();
    expect(await second.end()).toBe(0);
    expect(responder.requests).toHaveLength(2);
  });

  it('has the staples of its store out at once when the responder is down at the start', async () => {
    const entity = await writeCert('a.crt', 1);
    const first = start(certs());
    await first.saw('published');
    await first.end();
    await responder.close();
    await rm(out('a.ocsp'));
    const second = start(certs());
    await second.saw('published');
    await expect(stapleIn(out('a.ocsp'), entity)).resolves.toBeDefined();
  });

  it('leaves the last good staple until it ends when the responder is down for good', async () => {
    const entity = await writeCert('a.crt', 1);
    const old = staple(entity, 3 * HOUR, HOUR);
    await writeFile(out('a.ocsp'), old);
    await responder.close();
    const one = start(certs());
    const [failed] = await one.saw('failed');
    expect(failed).toMatchObject({ code: 'http-unreachable', level: 'warn' });
    const [alarm] = await one.saw('alarm');
    expect(alarm).toMatchObject({ alarm: 'critical' });
    expect(await readFile(out('a.ocsp'))).toEqual(old);
    expect(await one.end()).toBe(0);
    expect(await readFile(out('a.ocsp'))).toEqual(old);
  });

  it.each([
    ['garbage', () => Buffer.from('<html>no</html>')],
    ['a forged answer', (der: Buffer) => flipLast(der)],
    ['an expired answer', (_: Buffer, entity: Entity) => staple(entity, 48 * HOUR, -24 * HOUR)],
    ['an older answer', (_: Buffer, entity: Entity) => staple(entity, 5 * HOUR, HOUR)],
    ['another certificate', () => staple(pki.leaf, HOUR, HOUR)],
  ])('puts nothing in the place of a good staple for %s', async (_, answer) => {
    await responder.close();
    const box: { entity?: Entity } = {};
    responder = await startResponder({
      pki,
      defaultStatus: { type: 'good' },
      mangle: (der) => (box.entity ? answer(der, box.entity) : der),
    });
    const entity = await writeCert('a.crt', 1);
    box.entity = entity;
    const old = staple(entity, 3 * HOUR, 2 * HOUR);
    await writeFile(out('a.ocsp'), old);
    const one = start('--verbose', certs());
    await Promise.race([one.saw('failed'), one.saw('unchanged')]);
    await one.end();
    expect(responder.requests.length).toBeGreaterThan(0);
    expect(await readFile(out('a.ocsp'))).toEqual(old);
  });

  it('tells that a certificate is revoked, leaves its staple, and never asks or publishes again', async () => {
    const entity = await writeCert('a.crt', 1);
    const old = staple(entity, 3 * HOUR, 2 * HOUR);
    await writeFile(out('a.ocsp'), old);
    responder.setStatus(entity.certificate.serialNumber, {
      type: 'revoked',
      revocationTime: new Date(Date.now() - HOUR),
      reason: 1,
    });
    const first = start(certs());
    await first.saw('revoked');
    expect((await first.saw('alarm'))[0]).toMatchObject({ alarm: 'critical', level: 'error' });
    await first.end();
    expect(await readFile(out('a.ocsp'))).toEqual(old);

    const asked = responder.requests.length;
    await rm(out('a.ocsp'));
    const second = start(certs());
    await second.saw('alarm');
    await second.end();
    expect(responder.requests).toHaveLength(asked);
    await expect(readFile(out('a.ocsp'))).rejects.toThrow('ENOENT');
  });

  it('sees certificates that come, are renewed, and go', async () => {
    await writeCert('a.crt', 1);
    const one = start(certs());
    await one.saw('published');
    const b = await writeCert('b.crt', 2);
    await one.saw('published', 2);
    await expect(stapleIn(out('b.ocsp'), b)).resolves.toBeDefined();
    // As certbot and others do it: written beside, and moved into place.
    const renewed = await writeCert('b.new', 3, join(root, 'b.new'));
    await rename(join(root, 'b.new'), join(certs(), 'b.crt'));
    await one.saw('published', 3);
    await expect(stapleIn(out('b.ocsp'), renewed)).resolves.toBeDefined();
    await one.saw('let-go');
    await rm(join(certs(), 'a.crt'));
    expect((await one.saw('let-go', 2))[1]).toMatchObject({ reason: 'gone' });
  });

  it('follows a link that is swapped, as Kubernetes does it', async () => {
    await mkdir(join(certs(), '..1'));
    await mkdir(join(certs(), '..2'));
    await writeCert('tls.crt', 1, join(certs(), '..1', 'tls.crt'));
    const renewed = await writeCert('tls.crt', 2, join(certs(), '..2', 'tls.crt'));
    await symlink('..1', join(certs(), '..data'));
    await symlink('..data/tls.crt', join(certs(), 'tls.crt'));
    const one = start(join(certs(), 'tls.crt'));
    await one.saw('published');
    await symlink('..2', join(certs(), '..tmp'));
    await rename(join(certs(), '..tmp'), join(certs(), '..data'));
    await one.saw('published', 2);
    await expect(stapleIn(out('certs.ocsp'), renewed)).resolves.toBeDefined();
  });

  it('takes a half-written file when it is whole', async () => {
    await writeCert('a.crt', 1);
    const one = start(certs());
    await one.saw('published');
    const entity = serverCertificate(pki, 'b', { serial: 9, ocspUrls: [responder.url] });
    const pem = certificatesPem(entity, pki.issuer);
    await writeFile(join(certs(), 'b.crt'), pem.slice(0, 300));
    one.child.kill('SIGHUP');
    await one.saw('signal');
    await writeFile(join(certs(), 'b.crt'), pem);
    await one.saw('published', 2);
    await expect(stapleIn(out('b.ocsp'), entity)).resolves.toBeDefined();
  });

  it('reads its config again on SIGHUP, and keeps to the old one when the new one is wrong', async () => {
    await writeCert('a.crt', 1);
    const b = await writeCert('b.pem', 2, join(root, 'b.pem'));
    const config = join(root, 'restaple.yaml');
    const write = (files: string): Promise<void> =>
      writeFile(
        config,
        `certificates:\n  - files: ${files}\n    allow-private: true\n    out-dir: ${root}/out\n`,
      );
    await write(`[${certs()}/a.crt]`);
    const one = start('-c', config);
    await one.saw('published');
    await write('{}');
    one.child.kill('SIGHUP');
    await one.saw('config');
    await write(`[${certs()}/a.crt, ${root}/b.pem]`);
    one.child.kill('SIGHUP');
    await one.saw('published', 2);
    await expect(stapleIn(out('b.ocsp'), b)).resolves.toBeDefined();
    expect(await one.end()).toBe(0);
  });

  it('says which process has the store, and stops', async () => {
    await writeCert('a.crt', 1);
    const first = start(certs());
    await first.saw('published');
    const { code, stderr } = await cli.run(
      'run',
      '--store',
      join(root, 'store'),
      '--control',
      'off',
      certs(),
    );
    expect(code).toBe(75);
    expect(stderr).toContain(`${first.child.pid}`);
    expect(stderr).toContain('hint: ');
    const beside = start('--store', join(root, 'other'), '--control', 'off', certs());
    await beside.saw('started');
    expect(await beside.end()).toBe(0);
    expect(await first.end()).toBe(0);
  });
});

function flipLast(der: Buffer): Buffer {
  const forged = Buffer.from(der);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  return forged;
}

function raise(): never {
  throw new Error('no such entity');
}
