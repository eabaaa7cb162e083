import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { makeDirectory } from '../../src/store/make-directory.ts';
import { withTempDir } from '../support/files.ts';
import { bundleChild } from './child.ts';

const THREADS = 4;
const ROUNDS = 300;

/** Makes one deep directory after the other, each at the same moment as all the others; says what failed. */
const RACER = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { makeDirectory } from '../../src/store/make-directory.ts';
  const { dir, shared, rounds, threads } = workerData;
  const arrived = new Int32Array(shared);
  const failed = [];
  for (let round = 0; round < rounds; round++) {
    Atomics.add(arrived, 0, 1);
    while (Atomics.load(arrived, 0) < threads * (round + 1));
    try {
      makeDirectory(dir + '/' + round + '/a/b/c');
    } catch (error) {
      failed.push(String(error));
    }
  }
  parentPort.postMessage(failed);
`;

describe('makeDirectory', () => {
  it('makes all that lack, and does nothing the second time', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'a', 'b', 'c');
      makeDirectory(path);
      makeDirectory(path);
      expect(statSync(path).mode & 0o777).toBe(0o755 & ~process.umask());
    });
  });

  it('makes way for those that make the same at the same time', async () => {
    await withTempDir(async (dir) => {
      const program = join(dir, 'racer.mjs');
      await bundleChild(RACER, program);
      const workerData = { dir, shared: new SharedArrayBuffer(4), rounds: ROUNDS, threads: THREADS };
      const failed = await Promise.all(
        Array.from({ length: THREADS }, async () => once(new Worker(program, { workerData }), 'message')),
      );
      expect(failed.flat(2)).toEqual([]);
    });
  });

  it('takes a path as it is written', async () => {
    await withTempDir(async (dir) => {
      makeDirectory(join(dir, '.', 'a'));
      makeDirectory(join(dir, 'a', '..', 'b'));
      expect(statSync(join(dir, 'b')).isDirectory()).toBe(true);
    });
  });

  it('says what is in the way', async () => {
    await withTempDir(async (dir) => {
      writeFileSync(join(dir, 'file'), '');
      expect(() => makeDirectory(join(dir, 'file'))).toThrow('EEXIST');
      expect(() => makeDirectory(join(dir, 'file', 'a', 'b'))).toThrow('ENOTDIR');
    });
  });

  it.runIf(existsSync('/proc/self'))('ends where nothing can be made', () => {
    expect(() => makeDirectory('/proc/restaple/staples')).toThrow('ENOENT');
  });
});
