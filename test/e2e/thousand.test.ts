/** A thousand certificates in one call. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStaple } from '../../src/staple/staple.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type Outcome, describeWithPeer } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { type Crowd, type Site, startCrowd, writeSites } from './crowd.ts';
import { makeDirectory, opensslOpinion } from './world.ts';

const COUNT = 1000;
const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let crowd: Crowd;
let sites: readonly Site[];
let issuer: string;
let outcome: Outcome;
let peak: Crowd['peak'];

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  crowd = await startCrowd(pki, 10);
  sites = await writeSites(join(dir.path, 'certs'), pki, crowd.urls, COUNT);
  issuer = join(dir.path, 'issuer.pem');
  await writeFile(issuer, certificatesPem(pki.issuer));
  crowd.gather(64);
  outcome = await cli.run('fetch', '--allow-private', join(dir.path, 'certs'), '--issuer', issuer);
  peak = { ...crowd.peak };
});
afterAll(async () => {
  await crowd.close();
  await cli.remove();
  await dir.remove();
});

describe('a thousand certificates in one call', () => {
  it('are all good: exit 0, and nothing is said but the results', () => {
    expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('are reported in the order of the certificates, three lines each', () => {
    const lines = outcome.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3 * COUNT);
    expect(lines.filter((_, i) => i % 3 === 0)).toEqual(sites.map(({ cert }) => `${cert}: good`));
  });

  it('are each asked for once, by sixty-four at a time in all and never more than eight at a responder', () => {
    expect(crowd.count).toBe(COUNT);
    expect(peak.all).toBe(64);
    expect(peak.one).toBeLessThanOrEqual(8);
  });

  it('have each its own staple beside it, and nothing else is there', async () => {
    const names = await readdir(join(dir.path, 'certs'));
    expect(names).toEqual(sites.flatMap(({ cert, staple }) => [basename(cert), basename(staple)]));
    for (const { entity, staple } of sites) {
      const options = { certificate: entity.certificate, issuer: pki.issuer.certificate, now: new Date() };
      expect(verifyStaple(await readFile(staple), options).verdict.certStatus.type).toBe('good');
    }
  });

  it('of one responder are asked for by eight at a time', async () => {
    crowd.gather(8);
    const [url = ''] = crowd.urls;
    const certs = sites.slice(0, 100).map(({ cert }) => cert);
    const more = ['--issuer', issuer, '--url', url, '--out-dir', dir.path, '-q'];
    expect(await cli.run('fetch', '--allow-private', ...certs, ...more)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(crowd.peak).toEqual({ all: 8, one: 8 });
  });

  it('are asked for one by one with --jobs 1', async () => {
    crowd.gather(1);
    const certs = sites.slice(0, 20).map(({ cert }) => cert);
    const outDir = ['--out-dir', dir.path, '-q', '--jobs', '1'];
    expect(await cli.run('fetch', '--allow-private', ...certs, '--issuer', issuer, ...outDir)).toMatchObject({
      code: 0,
    });
    expect(crowd.peak).toEqual({ all: 1, one: 1 });
  });
});

describeWithPeer('openssl', 'a thousand staples, by openssl', (openssl) => {
  it('are verified, each for its certificate, with the lines that were printed', async () => {
    const root = join(dir.path, 'root.pem');
    await writeFile(root, certificatesPem(pki.root));
    const opinions = new Map<string, Awaited<ReturnType<typeof opensslOpinion>>>();
    const queue = [...sites];
    const worker = async (): Promise<void> => {
      for (let site = queue.shift(); site; site = queue.shift()) {
        const { cert, staple } = site;
        opinions.set(cert, await opensslOpinion(openssl, { staple, issuer, cert, root }));
      }
    };
    await Promise.all([worker(), worker()]);
    const inOrder = sites.map(({ cert }) => opinions.get(cert));
    expect(inOrder.every((opinion) => opinion?.verdict === 'Response verify OK')).toBe(true);
    expect(inOrder.map((opinion) => opinion?.lines).join('')).toBe(outcome.stdout);
  });
});
