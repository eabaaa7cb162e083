/** The directory in which staples rest, whatever else lies in it. */
import { mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StapleStore } from '../../src/store/staple-store.ts';
import { withTempDir } from '../support/files.ts';
import { run } from '../support/peers.ts';

const A = 'aa'.repeat(32);
const B = `ab${'0'.repeat(62)}`;

const withStore = (use: (store: StapleStore, dir: string) => Promise<void>): Promise<void> =>
  withTempDir((dir) => use(new StapleStore(join(dir, 'store')), dir));

async function all(store: StapleStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.keys()) keys.push(key);
  return keys;
}

describe('a store', () => {
  it('is empty before anything is in it', () =>
    withStore(async (store) => {
      expect(await all(store)).toEqual([]);
      expect(store.loadNote(A)).toBeUndefined();
      expect(store.writtenAt(A)).toBeUndefined();
      store.forget(A);
    }));

  it('has a place for each key, readable for all', () =>
    withStore(async (store, dir) => {
      expect(store.staplePath(A)).toBe(join(dir, 'store', 'staples', 'aa', `${A}.ocsp`));
      store.makeRoom(A);
      store.makeRoom(A);
      await writeFile(store.staplePath(A), 'staple');
      store.saveNote(B, 'note');
      expect(store.loadNote(B)).toBe('note');
      expect(await all(store)).toEqual([A, B]);
      const note = join(dir, 'store', 'staples', 'ab', `${B}.json`);
      expect((await stat(note)).mode & 0o777).toBe(0o644);
      expect((await stat(dirname(note))).mode & 0o777 & ~0o755).toBe(0);
      expect(await readdir(dirname(note))).toEqual([`${B}.json`]);
    }));

  it('forgets, and makes room again', () =>
    withStore(async (store, dir) => {
      store.saveNote(A, 'one');
      await writeFile(store.staplePath(A), 'staple');
      store.forget(A);
      expect(await all(store)).toEqual([]);
      await rm(join(dir, 'store'), { recursive: true });
      store.saveNote(A, 'two');
      expect(store.loadNote(A)).toBe('two');
    }));

  it('knows when something was written last', () =>
    withStore(async (store) => {
      store.saveNote(A, 'note');
      await writeFile(store.staplePath(A), 'staple');
      await utimes(store.staplePath(A), 1000, 1000);
      await utimes(store.staplePath(A).replace(/ocsp$/, 'json'), 2000, 2000);
      expect(store.writtenAt(A)).toBe(2_000_000);
    }));

  it('passes over what is not its own', () =>
    withStore(async (store, dir) => {
      store.saveNote(A, 'note');
      const staples = join(dir, 'store', 'staples');
      await writeFile(join(staples, 'README'), '');
      await mkdir(join(staples, 'zz'));
      await mkdir(join(staples, 'ab'));
      await writeFile(join(staples, 'ab', `${A}.json`), 'in the wrong place');
      await writeFile(join(staples, 'aa', `${A.toUpperCase()}.json`), '');
      await writeFile(join(staples, 'aa', 'lost+found'), '');
      await writeFile(join(staples, 'cc'), 'no directory');
      expect(await all(store)).toEqual([A]);
    }));

  it('takes nothing for a note that cannot be one, and waits for no pipe', () =>
    withStore(async (store) => {
      const path = store.staplePath(A).replace(/ocsp$/, 'json');
      await mkdir(path, { recursive: true });
      expect(store.loadNote(A)).toBeUndefined();
      await rm(path, { recursive: true });
      await writeFile(path, Buffer.alloc(64 * 1024 + 1, 'x'));
      expect(store.loadNote(A)).toBeUndefined();
      await rm(path);
      await run('mkfifo', [path]);
      expect(store.loadNote(A)).toBeUndefined();
    }));

  it('says so when there can be no room, and loses a note in silence', () =>
    withStore(async (store, dir) => {
      await mkdir(join(dir, 'store'));
      await writeFile(join(dir, 'store', 'staples'), 'in the way');
      const directory = join(dir, 'store', 'staples', 'aa');
      expect(() => store.makeRoom(A)).toThrow(`cannot make ${directory}: not a directory (ENOTDIR)`);
      store.saveNote(A, 'note');
      expect(await readFile(join(dir, 'store', 'staples'), 'utf8')).toBe('in the way');
    }));
});
