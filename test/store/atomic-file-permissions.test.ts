/** Writing as an ordinary user: to root, permissions mean nothing, so that root sends a child which gives up its rights. */
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTempDir } from '../support/files.ts';
import { run } from '../support/peers.ts';
import { bundleChild } from './child.ts';

const SOURCE = `
import { writeFileAtomically } from '../../src/store/atomic-file.ts';
const [path = '', user = ''] = process.argv.slice(2);
if (user !== '') {
  process.setgroups?.([]);
  process.setgid?.(Number(user));
  process.setuid?.(Number(user));
}
try {
  await writeFileAtomically(path, Buffer.from('new'));
  console.log('written');
} catch (error) {
  console.log(error.code + ': ' + error.message);
}
`;
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

let dir: string;
let child: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restaple-test-'));
  await chmod(dir, 0o755);
  child = join(dir, 'write.mjs');
  await bundleChild(SOURCE, child);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What became of writing `path` as a user without privileges. */
async function writeUnprivileged(path: string): Promise<string> {
  const { code, stdout, stderr } = await run(process.execPath, [
    child,
    path,
    ...(isRoot ? [String(NOBODY)] : []),
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
}

/** A directory of that user with one file in it. */
async function directoryOf(name: string, owner: number): Promise<string> {
  const made = join(dir, name);
  await mkdir(made);
  await writeFile(join(made, 'file.ocsp'), 'old', { mode: 0o644 });
  if (isRoot) {
    await chown(made, owner, owner);
    await chown(join(made, 'file.ocsp'), owner, owner);
  }
  return made;
}

describe('as a user without privileges', () => {
  it('a directory that may not be written to: refused, and the old file stays', async () => {
    const made = await directoryOf('read-only', NOBODY);
    await chmod(made, 0o555);
    expect(await writeUnprivileged(join(made, 'file.ocsp'))).toBe(
      `output-unwritable: cannot write ${join(made, 'file.ocsp')}: permission denied (EACCES)`,
    );
    expect(await readdir(made)).toEqual(['file.ocsp']);
    expect(await readFile(join(made, 'file.ocsp'), 'utf8')).toBe('old');
    await chmod(made, 0o755);
  });

  it('a directory that may be written to but not listed: written', async () => {
    const made = await directoryOf('drop-box', NOBODY);
    await chmod(made, 0o300);
    expect(await writeUnprivileged(join(made, 'file.ocsp'))).toBe('written');
    await chmod(made, 0o755);
    expect(await readdir(made)).toEqual(['file.ocsp']);
    expect(await readFile(join(made, 'file.ocsp'), 'utf8')).toBe('new');
  });

  it('a file that may not be written, in a directory that may: replaced, its mode kept', async () => {
    const made = await directoryOf('locked-file', NOBODY);
    await chmod(join(made, 'file.ocsp'), 0o444);
    expect(await writeUnprivileged(join(made, 'file.ocsp'))).toBe('written');
    expect((await stat(join(made, 'file.ocsp'))).mode & 0o7777).toBe(0o444);
  });

  it.skipIf(!isRoot)(
    `the file of another user: replaced by an own one with its mode${isRoot ? '' : ' (skipped: only root can make the file of another user)'}`,
    async () => {
      const made = await directoryOf('of-another', NOBODY);
      await chown(join(made, 'file.ocsp'), 4711, 4712);
      await chmod(join(made, 'file.ocsp'), 0o664);
      expect(await writeUnprivileged(join(made, 'file.ocsp'))).toBe('written');
      expect(await stat(join(made, 'file.ocsp'))).toMatchObject({ uid: NOBODY, gid: NOBODY });
      expect((await stat(join(made, 'file.ocsp'))).mode & 0o7777).toBe(0o664);
    },
  );
});

async function mount(directory: string): Promise<boolean> {
  const { code } = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'restaple-test', directory]);
  return code === 0;
}

async function canMount(): Promise<boolean> {
  return withTempDir(async (probe) => (await mount(probe)) && (await run('umount', [probe])).code === 0);
}

const tmpfs = isRoot && (await canMount());
const why = isRoot ? 'no file system can be mounted here' : 'only root may mount a file system';

describe('on a full disk', () => {
  it.skipIf(!tmpfs)(
    `refused, the old file stays, nothing is left behind${tmpfs ? '' : ` (skipped: ${why})`}`,
    async () => {
      const disk = join(dir, 'disk');
      await mkdir(disk);
      expect(await mount(disk)).toBe(true);
      try {
        const path = join(disk, 'file.ocsp');
        await writeFile(path, 'old');
        const full = await writeFile(join(disk, 'filler'), Buffer.alloc(1024 * 1024)).catch(
          (error: unknown) => error,
        );
        expect(full).toMatchObject({ code: 'ENOSPC' });
        const { stdout } = await run(process.execPath, [child, path]);
        expect(stdout.trim()).toBe(
          `output-unwritable: cannot write ${path}: no space left on device (ENOSPC)`,
        );
        expect(await readFile(path, 'utf8')).toBe('old');
        expect((await readdir(disk)).toSorted()).toEqual(['file.ocsp', 'filler']);
      } finally {
        await run('umount', [disk]);
      }
    },
  );
});
