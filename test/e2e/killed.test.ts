/** `fetch` is killed in the middle of many certificates: every file is whole, and the next run does the rest. */
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { verifyStaple } from '../../src/staple/staple.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { createTestPki, shift, testResponse } from '../support/pki.ts';
import { type Crowd, type Site, startCrowd, writeSites } from './crowd.ts';
import { makeDirectory } from './world.ts';

const HOUR = 3_600_000;
const COUNT = 120;
const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let crowd: Crowd;
let issuer: string;
let runs = 0;
let certs: string;
let sites: readonly Site[];

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  crowd = await startCrowd(pki, 2);
  issuer = join(dir.path, 'issuer.pem');
  await writeFile(issuer, certificatesPem(pki.issuer));
});
afterAll(async () => {
  await crowd.close();
  await cli.remove();
  await dir.remove();
});

/** Certificates of which every other one has a staple of yesterday. */
beforeEach(async () => {
  certs = join(dir.path, `certs${runs++}`);
  sites = await writeSites(certs, pki, crowd.urls, COUNT);
  for (const [i, site] of sites.entries()) if (i % 2 === 0) await writeFile(site.staple, oldStaple(site));
});

function oldStaple({ entity: { certificate } }: Site): Buffer {
  return testResponse(pki, {
    certID: createCertID(certificate, pki.issuer.certificate),
    thisUpdate: shift(pki.now, -24 * HOUR),
    nextUpdate: shift(pki.now, 2 * HOUR),
  });
}

/** What the file of each site holds: an old staple, a new one, or nothing. Anything else fails the test. */
async function contents(): Promise<readonly ('old' | 'new' | 'none')[]> {
  const present = new Set(await readdir(certs));
  return Promise.all(
    sites.map(async ({ entity: { certificate }, staple }) => {
      if (!present.has(basename(staple))) return 'none';
      const options = { certificate, issuer: pki.issuer.certificate, now: new Date() };
      const { thisUpdate } = verifyStaple(await readFile(staple), options).verdict;
      return thisUpdate < shift(pki.now, -12 * HOUR) ? 'old' : 'new';
    }),
  );
}

it.each([1, 17, 40, 63, 90, 111])('by SIGKILL when request %i of 120 comes', async (request) => {
  const child = cli.start('fetch', '--allow-private', certs, '--issuer', issuer);
  const closed = once(child, 'close');
  await crowd.after(request);
  child.kill('SIGKILL');
  expect((await closed)[1]).toBe('SIGKILL');

  const found = await contents();
  expect(found.every((what, i) => what === 'new' || what === (i % 2 === 0 ? 'old' : 'none'))).toBe(true);
  expect(found.filter((what) => what === 'new').length).toBeLessThan(COUNT);
  // Whatever else it left is hidden, and no server takes it for a staple.
  const left = (await readdir(certs)).filter((name) => !/^site\d{4}\.(?:crt|ocsp)$/.test(name));
  expect(left.every((name) => /^\.restaple-\d+-\d+\.tmp$/.test(name))).toBe(true);

  const second = await cli.run('fetch', '--allow-private', certs, '--issuer', issuer);
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(second.stdout.match(/: good$/gm)).toHaveLength(COUNT);
  expect((await contents()).every((what) => what === 'new')).toBe(true);
});
