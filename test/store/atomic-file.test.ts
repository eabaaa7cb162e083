import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareFile, writeFileAtomically } from '../../src/store/atomic-file.ts';
import { withTempDir } from '../support/files.ts';
import { run } from '../support/peers.ts';

const OLD = Buffer.from('the old content');
const NEW = Buffer.from('the new content, which is longer');
const isRoot = process.getuid?.() === 0;

const permissions = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

describe('writeFileAtomically', () => {
  it('makes a file that everybody may read, whatever the umask', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'new.ocsp');
      const umask = process.umask(0o077);
      try {
        await writeFileAtomically(path, NEW);
      } finally {
        process.umask(umask);
      }
      expect(await readFile(path)).toEqual(NEW);
      expect(await permissions(path)).toBe('644');
      expect(await readdir(dir)).toEqual(['new.ocsp']);
    });
  });

  it('writes a file without a byte in it', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'empty');
      await writeFileAtomically(path, Buffer.alloc(0));
      expect((await stat(path)).size).toBe(0);
    });
  });

  it.each([0o600, 0o640, 0o664, 0o444])('keeps mode %o of the file that it replaces', async (mode) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'kept.ocsp');
      await writeFile(path, OLD);
      await chmod(path, mode);
      await writeFileAtomically(path, NEW);
      expect(await readFile(path)).toEqual(NEW);
      expect(await permissions(path)).toBe(mode.toString(8));
    });
  });

  it.skipIf(!isRoot)(
    `keeps owner and group of the file that it replaces${isRoot ? '' : ' (skipped: only root may give files away)'}`,
    async () => {
      await withTempDir(async (dir) => {
        const path = join(dir, 'owned.ocsp');
        await writeFile(path, OLD);
        await chown(path, 4711, 4712);
        await chmod(path, 0o640);
        await writeFileAtomically(path, NEW);
        expect(await stat(path)).toMatchObject({ uid: 4711, gid: 4712 });
        expect(await permissions(path)).toBe('640');
        expect(await readFile(path)).toEqual(NEW);
      });
    },
  );

  it('puts a new file in place of the old one: who has it open goes on reading the old', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      await writeFile(path, OLD);
      const before = await stat(path);
      await writeFileAtomically(path, NEW);
      expect((await stat(path)).ino).not.toBe(before.ino);
    });
  });

  it('follows a symbolic link into another directory, and leaves it a link', async () => {
    await withTempDir(async (dir) => {
      await mkdir(join(dir, 'archive'));
      await mkdir(join(dir, 'live'));
      const target = join(dir, 'archive', 'site1.ocsp');
      const link = join(dir, 'live', 'site.ocsp');
      await writeFile(target, OLD, { mode: 0o600 });
      await symlink('../archive/site1.ocsp', link);
      await writeFileAtomically(link, NEW);
      expect(await readFile(target)).toEqual(NEW);
      expect(await permissions(target)).toBe('600');
      expect(await readlink(link)).toBe('../archive/site1.ocsp');
      expect(await readdir(join(dir, 'live'))).toEqual(['site.ocsp']);
      expect(await readdir(join(dir, 'archive'))).toEqual(['site1.ocsp']);
    });
  });

  it('makes the file that a symbolic link to nowhere names', async () => {
    await withTempDir(async (dir) => {
      await mkdir(join(dir, 'archive'));
      const link = join(dir, 'site.ocsp');
      await symlink('archive/site1.ocsp', link);
      await writeFileAtomically(link, NEW);
      expect((await lstat(link)).isSymbolicLink()).toBe(true);
      expect(await readFile(join(dir, 'archive', 'site1.ocsp'))).toEqual(NEW);
    });
  });

  it('gives the last of many writers at once, and nothing else, the file', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      const contents = Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, `${i} `));
      await Promise.all(contents.map((content) => writeFileAtomically(path, content)));
      const left = await readFile(path);
      expect(contents.some((content) => content.equals(left))).toBe(true);
      expect(await readdir(dir)).toEqual(['file']);
    });
  });
});

describe('what cannot be written is refused with output-unwritable', () => {
  const cases: readonly (readonly [string, (dir: string) => Promise<string>, string])[] = [
    [
      'a directory stands in its place',
      async (dir) => {
        await mkdir(join(dir, 'target'));
        return join(dir, 'target');
      },
      'cannot write PATH: is no regular file',
    ],
    [
      'a pipe stands in its place',
      async (dir) => {
        await run('mkfifo', [join(dir, 'target')]);
        return join(dir, 'target');
      },
      'cannot write PATH: is no regular file',
    ],
    [
      'a link to a device stands in its place',
      async (dir) => {
        await symlink('/dev/null', join(dir, 'target'));
        return join(dir, 'target');
      },
      'cannot write PATH: is no regular file',
    ],
    [
      'its directory is not there',
      (dir) => Promise.resolve(join(dir, 'missing', 'file.ocsp')),
      'cannot write PATH: no such file or directory (ENOENT)',
    ],
    [
      'its directory is a file',
      async (dir) => {
        await writeFile(join(dir, 'file'), OLD);
        return join(dir, 'file', 'file.ocsp');
      },
      'cannot write PATH: not a directory (ENOTDIR)',
    ],
    [
      'symbolic links lead in a circle',
      async (dir) => {
        await symlink('two', join(dir, 'one'));
        await symlink('one', join(dir, 'two'));
        return join(dir, 'one');
      },
      'cannot write PATH: too many symbolic links encountered (ELOOP)',
    ],
  ];
  it.each(cases)('%s', async (_, arrange, message) => {
    await withTempDir(async (dir) => {
      const path = await arrange(dir);
      const before = await readdir(dir, { recursive: true });
      await expect(writeFileAtomically(path, NEW)).rejects.toMatchObject({
        code: 'output-unwritable',
        message: message.replace('PATH', path),
        path,
      });
      expect(await readdir(dir, { recursive: true })).toEqual(before);
    });
  });

  it('the target becomes a directory between the writing and the renaming, and nothing stays behind', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      const prepared = await prepareFile(path, NEW);
      await mkdir(path);
      await expect(prepared.commit()).rejects.toMatchObject({ code: 'output-unwritable', path });
      expect(await readdir(dir)).toEqual(['file']);
    });
  });
});

describe('a prepared file', () => {
  it('shows nothing to readers before it is committed', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      await writeFile(path, OLD);
      const prepared = await prepareFile(path, NEW);
      expect(await readFile(path)).toEqual(OLD);
      await prepared.commit();
      expect(await readFile(path)).toEqual(NEW);
    });
  });

  it('is gone without a trace when it is discarded', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      await writeFile(path, OLD);
      (await prepareFile(path, NEW)).discard();
      expect(await readFile(path)).toEqual(OLD);
      expect(await readdir(dir)).toEqual(['file']);
    });
  });
});

const hoursAgo = (count: number): Date => new Date(Date.now() - count * 3_600_000);

describe('temporary files of writers that were killed', () => {
  it('go when they are over an hour old; fresh ones and other files stay', async () => {
    await withTempDir(async (dir) => {
      const files: readonly (readonly [string, Date])[] = [
        ['.restaple-123-0.tmp', hoursAgo(1.1)],
        ['.restaple-99999-12.tmp', hoursAgo(50)],
        ['.restaple-124-0.tmp', hoursAgo(0.9)],
        ['.restaple-125-0.tmp', hoursAgo(0)],
        ['.restaple-notes', hoursAgo(50)],
        ['.restaple-1-x.tmp', hoursAgo(50)],
        ['restaple-123-0.tmp', hoursAgo(50)],
        ['site.ocsp', hoursAgo(50)],
      ];
      for (const [name, time] of files) {
        await writeFile(join(dir, name), OLD);
        await utimes(join(dir, name), time, time);
      }
      await writeFileAtomically(join(dir, 'new.ocsp'), NEW);
      expect((await readdir(dir)).toSorted()).toEqual([
        '.restaple-1-x.tmp',
        '.restaple-124-0.tmp',
        '.restaple-125-0.tmp',
        '.restaple-notes',
        'new.ocsp',
        'restaple-123-0.tmp',
        'site.ocsp',
      ]);
    });
  });

  it('do not stop a writer that happens to have their process number', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      // The next few names of this very process.
      const counter = await nextTemporary(dir);
      for (let i = 0; i < 5; i++)
        await writeFile(join(dir, `.restaple-${process.pid}-${counter + i}.tmp`), OLD);
      await writeFileAtomically(path, NEW);
      expect(await readFile(path)).toEqual(NEW);
      expect(await readdir(dir)).toHaveLength(6);
    });
  });
});

/** The number that the next temporary file of this process has in its name. */
async function nextTemporary(dir: string): Promise<number> {
  const prepared = await prepareFile(join(dir, 'probe'), NEW);
  const [name = ''] = await readdir(dir);
  prepared.discard();
  return Number(/-(\d+)\.tmp$/.exec(name)?.[1]) + 1;
}
