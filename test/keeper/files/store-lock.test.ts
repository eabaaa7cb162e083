/** One keeper a store: with real processes, killed and started at the same moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockStore } from '../../../src/keeper/files/store-lock.ts';
import { withTempDir } from '../../support/files.ts';
import { bundleChild } from '../../store/child.ts';

/** Takes the lock of a store when it is told to, says how that went, and holds on until it is killed. */
const SOURCE = `
import { writeSync } from 'node:fs';
import { lockStore } from '../../src/keeper/files/store-lock.ts';
writeSync(1, 'ready\\n');
process.stdin.once('data', async () => {
  try {
    const lock = await lockStore(process.argv[2]);
    writeSync(1, 'locked\\n');
    process.stdin.once('data', async () => { await lock.release(); writeSync(1, 'released\\n'); });
  } catch (error) {
    writeSync(1, error.code + ' ' + error.message + '\\n');
    process.exit(0);
  }
});
`;

let dir: string;
let child: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restaple-test-'));
  child = join(dir, 'lock.mjs');
  await bundleChild(SOURCE, child);
});
afterAll(async () => {
  for (const one of running) one.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

interface Claimant {
  readonly pid: number | undefined;
  /** Says go, and resolves with what it says. */
  go(): Promise<string>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

async function claimant(store: string): Promise<Claimant> {
  const process_ = spawn(process.execPath, [child, store], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(process_);
  const exited = once(process_, 'exit').then(() => void running.delete(process_));
  const lines = createInterface(process_.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  expect(await line()).toBe('ready');
  return {
    pid: process_.pid,
    go: () => {
      process_.stdin.write('go\n');
      return line();
    },
    kill: (signal = 'SIGKILL') => {
      process_.kill(signal);
      return exited;
    },
    signal: (signal) => void process_.kill(signal),
  };
}

const LOCKED = /^store-locked another keeper has the store .+$/;

describe('the lock of a store', () => {
  it('is had by exactly one of those who start at once, over what killed ones left', async () => {
    const store = join(dir, 'race');
    for (let round = 0; round < 12; round++) {
      const all = await Promise.all(Array.from({ length: 4 }, () => claimant(store)));
      const said = await Promise.all(all.map((one) => one.go()));
      expect(said.filter((words) => words === 'locked')).toHaveLength(1);
      expect(said.filter((words) => LOCKED.test(words))).toHaveLength(all.length - 1);
      await Promise.all(all.map((one) => one.kill()));
    }
    // One a round was killed while it held; the last round swept them all but its own.
    expect(await readdir(join(store, 'lock'))).toHaveLength(1);
  });

  it('names the process that has it, and is free as soon as that is killed', async () => {
    const store = join(dir, 'named');
    const first = await claimant(store);
    expect(await first.go()).toBe('locked');
    const second = await claimant(store);
    expect(await second.go()).toBe(
      `store-locked another keeper has the store ${store}, process ${first.pid ?? ''}`,
    );
    await first.kill();
    const third = await claimant(store);
    expect(await third.go()).toBe('locked');
    expect(await third.go()).toBe('released');
    expect(await readdir(join(store, 'lock'))).toEqual([]);
    await third.kill();
  });

  it('is held by a process that is stopped', async () => {
    const store = join(dir, 'stopped');
    const first = await claimant(store);
    expect(await first.go()).toBe('locked');
    first.signal('SIGSTOP');
    const second = await claimant(store);
    expect(await second.go()).toBe(`store-locked another keeper has the store ${store}`);
    await first.kill();
  });

  it('holds in a directory whose path is longer than that of any socket', async () => {
    const store = join(dir, 'x'.repeat(100), 'y'.repeat(100));
    const lock = await lockStore(store);
    await expect(lockStore(store)).rejects.toMatchObject({ code: 'store-locked' });
    await lock.release();
    await (await lockStore(store)).release();
  });

  it('is had by exactly one, however the looks of many cross', () =>
    withTempDir(async (store) => {
      for (let round = 0; round < 100; round++) {
        const settled = await Promise.allSettled(Array.from({ length: 6 }, () => lockStore(store)));
        const locks = settled.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
        expect(locks).toHaveLength(1);
        await Promise.all(locks.map((lock) => lock.release()));
      }
    }));

  it('lets two stores be kept by one process', () =>
    withTempDir(async (parent) => {
      const locks = [await lockStore(join(parent, 'a')), await lockStore(join(parent, 'b'))];
      expect(await readdir(join(parent, 'b', 'lock'))).toHaveLength(1);
      await Promise.all(locks.map((lock) => lock.release()));
      expect(await readdir(join(parent, 'b', 'lock'))).toEqual([]);
    }));

  it('says so when nothing can be made there', () =>
    withTempDir(async (parent) => {
      await writeFile(join(parent, 'file'), '');
      await expect(lockStore(join(parent, 'file'))).rejects.toMatchObject({
        code: 'output-unwritable',
        message: `cannot lock the store ${join(parent, 'file')}: not a directory (ENOTDIR)`,
      });
    }));

  it('passes over what else lies there, and sweeps what was killed in the middle', () =>
    withTempDir(async (store) => {
      await mkdir(join(store, 'lock'));
      await writeFile(join(store, 'lock', 'README'), '');
      await writeFile(join(store, 'lock', '.0123456789abcdef'), '');
      await writeFile(join(store, 'lock', '0123456789abcdef'), 'no socket');
      await utimes(join(store, 'lock', '.0123456789abcdef'), 0, 0);
      const lock = await lockStore(store);
      const left = await readdir(join(store, 'lock'));
      expect(left).toContain('README');
      expect(left.filter((name) => name.includes('0123456789abcdef'))).toEqual([]);
      await lock.release();
    }));
});
