/** The adapter and the real nginx, without a keeper between them. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, ServerAdapter } from '../../../src/servers/adapter.ts';
import { createNginx } from '../../../src/servers/nginx.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { testKeys } from '../../support/keys.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { createTestPki, testResponse } from '../../support/pki.ts';
import type { Program } from '../../support/programs/program.ts';
import { makeDirectory, serverCertificate } from '../world.ts';
import { type NginxSite, includeOf, nginxSite } from './nginx-world.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const HOUR = 3_600_000;
const pki = createTestPki({ now: new Date() });
const staple = (ageMs: number): Buffer =>
  testResponse(pki, { thisUpdate: new Date(Date.now() - ageMs), nextUpdate: new Date(Date.now() + HOUR) });
const [old, fresh] = [staple(2 * HOUR), staple(HOUR)];
/** What the first worker sees may still be the old one for a moment after a reload. */
const soon = { timeout: 60_000 };
const runs = ([program, ...args]: Command) => run(program, args);
/** What openssl sees as a client. */
const ask = ({ port }: Pick<Program, 'port'>, ...args: readonly string[]) =>
  run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-status', ...args]);

describeWithPeer('nginx', 'nginx takes staples', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let staples: string;
  let site: NginxSite;
  let adapter: ServerAdapter;
  let certificate: string;
  let file: string;
  let running: Program | undefined;
  /** What stands in `server {}` besides the certificate. */
  let include: string;

  beforeEach(async () => {
    dir = await makeDirectory();
    // Names that have to be quoted, to be sure that they are.
    staples = join(dir.path, 'st ap"les;\\n');
    await mkdir(staples);
    certificate = join(dir.path, 'chain.pem');
    await writeFile(certificate, certificatesPem(pki.leaf, pki.issuer));
    await writeFile(join(dir.path, 'key.pem'), keyPem(pki.leaf));
    site = nginxSite(path, dir.path);
    const { check, reload } = site;
    adapter = createNginx({ socket: undefined, dir: staples, check, reload });
    [file = ''] = adapter.outputsOf(certificate);
    include = includeOf(file);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await dir.remove();
  });

  const start = async (): Promise<Program> => (running = await site.start(include));
  const write = (der: Buffer): Promise<void> => writeFileAtomically(file, der);
  const publish = async (der: Buffer): Promise<string> => {
    await write(der);
    return adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
  };
  const reload = async (): Promise<void> => {
    expect(await runs(site.check)).toMatchObject({ code: 0 });
    expect(await runs(site.reload)).toMatchObject({ code: 0 });
  };

  it('from the first handshake on', async () => {
    await publish(old);
    const { port } = await start();
    expect(await stapleOf(port)).toEqual(old);
    expect((await ask({ port })).stdout).toContain('OCSP Response Status: successful (0x0)');
  });

  it('starts before there was ever one', async () => {
    const { port } = await start();
    expect(await stapleOf(port)).toBeUndefined();
    expect(await publish(old)).toBe('reload');
    await reload();
    await expect.poll(() => stapleOf(port), soon).toEqual(old);
  });

  it('a new one for the old one, and no visitor is let down', async () => {
    await publish(old);
    const { port } = await start();
    const visitor = startVisitor(port);
    expect(await publish(fresh)).toBe('reload');
    await reload();
    await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
    const { good, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(good).toBeGreaterThan(0);
  });

  it('none any more after it was withdrawn, also when it starts again', async () => {
    await publish(old);
    const { port } = await start();
    const visitor = startVisitor(port);
    expect(await adapter.withdraw({ certificate, file })).toBe('reload');
    await reload();
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
    await running?.stop();
    expect(await stapleOf((await start()).port)).toBeUndefined();
  });

  it('is known to be stopped', async () => {
    await site.configure(9, include);
    expect(await runs(site.check)).toMatchObject({ code: 0 });
    expect(await publish(old)).toBe('idle');
    await start();
    expect(await publish(fresh)).toBe('reload');
    await running?.stop();
    expect(await adapter.withdraw({ certificate, file })).toBe('idle');
    // Which is why nobody asks it then.
    expect(await runs(site.reload)).toMatchObject({ code: 1 });
  });

  describe('a keeper that dies between two files leaves what nginx starts with', () => {
    const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['nothing yet', () => Promise.resolve()],
      ['the first staple, but no snippet', () => write(old)],
      ['staple and snippet', () => publish(old)],
      ['the next staple', () => write(fresh)],
      ['no snippet any more', () => adapter.withdraw({ certificate, file })],
      ['a staple after a withdrawn one', () => write(fresh)],
      ['staple and snippet again', () => publish(fresh)],
    ];
    it.each(steps.map(([sentence], index) => [sentence, index] as const))('%s', async (_sentence, last) => {
      await site.configure(9, include);
      for (const [, step] of steps.slice(0, last + 1)) await step();
      expect(await runs(site.check)).toEqual({ code: 0, stdout: '', stderr: '' });
    });
  });

  describe('what cannot hold', () => {
    it('a file that is named without the snippet is served past its withdrawal, and must not go', async () => {
      await rm(staples, { recursive: true });
      await mkdir((staples = join(dir.path, 'staples')));
      file = join(staples, 'site.ocsp');
      include = `ssl_stapling on; ssl_stapling_file ${file};`;
      await publish(old);
      const { port } = await start();
      await adapter.withdraw({ certificate, file });
      await reload();
      expect(await stapleOf(port)).toEqual(old);
      await rm(file);
      expect((await runs(site.check)).code).toBe(1);
    });

    it('of two certificates in one server {} both get the staple of the one', async () => {
      const keys = testKeys('rsa-2048');
      const rsa = serverCertificate(pki, 'www.example.test', { serial: 0xabcdef, keys });
      await writeFile(join(dir.path, 'rsa.pem'), certificatesPem(rsa, pki.issuer));
      await writeFile(join(dir.path, 'rsa.key'), keyPem(rsa));
      include += `ssl_certificate ${dir.path}/rsa.pem; ssl_certificate_key ${dir.path}/rsa.key;`;
      await publish(old);
      const { stdout } = await ask(await start(), '-tls1_2', '-cipher', 'aRSA');
      expect(stdout).toContain('Peer signature type: RSA');
      // The serial number of the staple, which is that of the other certificate.
      expect(stdout).toContain('Serial Number: 1003\n');
    });
  });
});
