import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDirectory } from '../../src/store/make-directory.ts';
import { withTempDir } from '../support/files.ts';

describe('makeDirectory', () => {
  it('makes all that lack, and does nothing the second time', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'a', 'b', 'c');
      makeDirectory(path);
      makeDirectory(path);
      expect(statSync(path).mode & 0o777).toBe(0o755 & ~process.umask());
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
