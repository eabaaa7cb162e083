/** Whose links are followed, by a process that could write anywhere. */
import { chown, lchown, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/store/atomic-file.ts';
import { withTempDir } from '../support/files.ts';

const OLD = 'root:x:0:0:root:/root:/bin/bash\n';
const NEW = Buffer.from('a staple');
const TENANT = 4711;
const NEIGHBOUR = 4712;
const isRoot = process.getuid?.() === 0;
const skipped = isRoot ? '' : ' (skipped: only root may give links away)';

/** `dir/site.ocsp`, a link of the tenant to `dir/etc/target`, which is the neighbour's, as its directory is. */
async function arrange(dir: string): Promise<{ readonly link: string; readonly target: string }> {
  const target = join(dir, 'etc', 'target');
  await mkdir(dirname(target));
  await chown(dirname(target), NEIGHBOUR, NEIGHBOUR);
  const link = join(dir, 'site.ocsp');
  await symlink(target, link);
  await lchown(link, TENANT, TENANT);
  return { link, target };
}

describe.skipIf(!isRoot)(`a link at the place of a staple${skipped}`, () => {
  it.each([
    ['to a file', async (target: string) => writeFile(target, OLD)],
    ['to nowhere', () => Promise.resolve()],
    [
      'by way of another link',
      async (target: string) => {
        await writeFile(`${target}.real`, OLD);
        await symlink(`${target}.real`, target);
      },
    ],
  ])('of a stranger, %s of somebody else, is refused', async (_, prepare) => {
    await withTempDir(async (dir) => {
      const { link, target } = await arrange(dir);
      await prepare(target);
      const before = await readdir(dirname(target));
      await expect(writeFileAtomically(link, NEW)).rejects.toMatchObject({
        code: 'output-unwritable',
        path: link,
        message: expect.stringContaining(`cannot write ${link}: it is a link to ${target}`),
      });
      expect(await readdir(dirname(target))).toEqual(before);
      for (const name of before) expect(await readFile(join(dir, 'etc', name), 'utf8')).toBe(OLD);
    });
  });

  it.each([
    ['of a stranger to his own file', TENANT, TENANT],
    ['of root to anybody’s file', 0, NEIGHBOUR],
  ])('%s is followed', async (_, maker, owner) => {
    await withTempDir(async (dir) => {
      const { link, target } = await arrange(dir);
      await lchown(link, maker, maker);
      await writeFile(target, OLD);
      await chown(target, owner, owner);
      await writeFileAtomically(link, NEW);
      expect(await readFile(target)).toEqual(NEW);
    });
  });

  it('of a stranger to a new file in his own directory is followed', async () => {
    await withTempDir(async (dir) => {
      const { link, target } = await arrange(dir);
      await chown(dirname(target), TENANT, TENANT);
      await writeFileAtomically(link, NEW);
      expect(await readFile(target)).toEqual(NEW);
    });
  });
});
