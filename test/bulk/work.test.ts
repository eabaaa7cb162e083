/** How much is done for each of fifty certificates, counted: figures that may fall, and must not grow unseen. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Crowd, startCrowd, writeSites } from '../e2e/crowd.ts';
import { certificatesPem } from '../support/files.ts';
import { createTestPki } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';

const COUNT = 50;
const counts = vi.hoisted(() => new Map<string, number>());
const counted = vi.hoisted(() => <T extends object>(module: T, names: readonly (keyof T & string)[]): T => {
  const own: Partial<Record<string, unknown>> = {};
  for (const name of names) {
    const original: unknown = module[name];
    if (typeof original !== 'function') continue;
    own[name] = (...args: unknown[]): unknown => {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return Reflect.apply(original, module, args);
    };
  }
  return { ...module, ...own };
});
vi.mock(import('node:crypto'), async (load) => counted(await load(), ['verify', 'createPublicKey']));
vi.mock(import('node:fs'), async (load) =>
  counted(await load(), [
    'fstatSync',
    'fsync',
    'fsyncSync',
    'openSync',
    'readSync',
    'renameSync',
    'statSync',
  ]),
);

const pki = createTestPki({ now: new Date() });
let dir: string;
let crowd: Crowd;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restaple-test-'));
  crowd = await startCrowd(pki, 2);
  await writeSites(join(dir, 'certs'), pki, crowd.urls, COUNT);
  await writeFile(join(dir, 'issuer.pem'), certificatesPem(pki.issuer));
  await mkdir(join(dir, 'out'));
});
afterAll(async () => {
  await crowd.close();
  await rm(dir, { recursive: true, force: true });
});

it('is two signature checks, one question, three files opened and two syncs at most', async () => {
  counts.clear();
  const places = ['--issuer', join(dir, 'issuer.pem'), '--out-dir', join(dir, 'out')];
  const { exitCode } = await runCli(['fetch', '--allow-private', '-q', join(dir, 'certs'), ...places], {
    now: pki.now,
  });
  expect(exitCode).toBe(0);
  const count = (name: string): number => counts.get(name) ?? 0;
  // Of each certificate and each response, and one of the delegate; the keys of the issuer and the delegate.
  expect(count('verify')).toBe(2 * COUNT + 1);
  expect(count('createPublicKey')).toBe(2);
  expect(crowd.count).toBe(COUNT);
  expect(count('renameSync')).toBe(COUNT);
  // The certificate and its end, and the same of the issuer; nobody asks how long it is.
  expect(count('readSync')).toBeLessThanOrEqual(2 * (COUNT + 1));
  expect(count('fstatSync')).toBe(0);
  // When it is found; the staple before it is asked for, before and after the new one is written; the arguments and the directories.
  expect(count('statSync')).toBeLessThanOrEqual(4 * COUNT + 4);
  // The certificate, the temporary file, and a directory at most for its sync; the issuer once.
  expect(count('openSync')).toBeLessThanOrEqual(3 * COUNT + 2);
  expect(count('fsync') + count('fsyncSync')).toBeLessThanOrEqual(2 * COUNT);
  expect(count('fsync') + count('fsyncSync')).toBeGreaterThan(COUNT);
});
