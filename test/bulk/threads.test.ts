/** Enough certificates for several threads: the same results in the same order, and nothing left by one that is told to end. */
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Crowd, type Site, startCrowd, writeSites } from '../e2e/crowd.ts';
import { makeDirectory } from '../e2e/world.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { createTestPki } from '../support/pki.ts';

const COUNT = 450;
const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let crowd: Crowd;
let sites: readonly Site[];
let command: readonly string[];
let certs: string;

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  crowd = await startCrowd(pki, 9);
  certs = join(dir.path, 'certs');
  sites = await writeSites(certs, pki, crowd.urls, COUNT);
  const issuer = join(dir.path, 'issuer.pem');
  await writeFile(issuer, certificatesPem(pki.issuer));
  // One that fails, in the midst of those that do not.
  await writeFile(
    join(certs, 'site0100.crt'),
    '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n',
  );
  command = ['fetch', '--allow-private', certs, '--issuer', issuer];
});
afterAll(async () => {
  await crowd.close();
  await cli.remove();
  await dir.remove();
});

it.each(['SIGTERM', 'SIGINT'] as const)(
  'leave nothing behind by %s when request 60 comes',
  async (signal) => {
    const child = cli.start(...command);
    const closed = once(child, 'close');
    await crowd.after(60);
    child.kill(signal);
    expect((await closed)[1]).toBe(signal);
    const left = (await readdir(certs)).filter((name) => !/^site\d{4}\.(?:crt|ocsp)$/.test(name));
    expect(left).toEqual([]);
  },
);

it('report in the order of the certificates, those that fail in their place', async () => {
  const { code, stdout, stderr } = await cli.run(...command);
  const good = sites.filter((_, i) => i !== 100).map(({ cert }) => `${cert}: good`);
  expect(stdout.split('\n').filter((_, i) => i % 3 === 0)).toEqual([...good, '']);
  expect(stderr).toContain(`${join(certs, 'site0100.crt')}: `);
  expect(code).toBe(65);
  expect((await readdir(certs)).filter((name) => name.endsWith('.ocsp'))).toHaveLength(COUNT - 1);
});

it('say the same as JSON', async () => {
  const { code, stdout, stderr } = await cli.run(...command, '--json');
  const { exitCode, certificates } = JSON.parse(stdout);
  expect({ code, exitCode, stderr }).toEqual({ code: 65, exitCode: 65, stderr: '' });
  expect(certificates.map(({ certificate }: { certificate: string }) => certificate)).toEqual(
    sites.map(({ cert }) => cert),
  );
  expect(certificates[100]).toMatchObject({ status: 'failed', exitCode: 65 });
  expect(certificates[101]).toMatchObject({ status: 'good', staple: 'written', verified: true });
});
