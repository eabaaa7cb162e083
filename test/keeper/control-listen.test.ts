/** Who gets the socket, and who may open it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askStatus } from '../../src/keeper/control/client.ts';
import { serveControl } from '../../src/keeper/control/server.ts';
import { withTempDir } from '../support/files.ts';
import { keeperOf, view } from '../support/kept.ts';

const keeper = keeperOf([view('a.crt')]);

/** What a keeper leaves that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script, path], { stdio: 'ignore' }), 'close');
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe('the control socket', () => {
  let umask: number;
  beforeEach(() => (umask = process.umask(0)));
  afterEach(() => process.umask(umask));

  it("is its owner's alone, as is the directory that is made for it, whatever the umask", async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'run', 'restaple', 'control.sock');
      const server = await serveControl(path, keeper);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(dir, 'run')).mode & 0o777).toBe(0o700);
      expect(process.umask(0)).toBe(0);
      await server.close();
      expect(existsSync(path)).toBe(false);
    });
  });

  it('takes the place of one whose process was killed', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'control.sock');
      await leaveSocket(path);
      const server = await serveControl(path, keeper);
      expect((await askStatus(path)).views).toHaveLength(1);
      await server.close();
    });
  });

  it('does not take the place of a living one', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'control.sock');
      const server = await serveControl(path, keeper);
      await expect(serveControl(path, keeper)).rejects.toMatchObject({
        code: 'socket-unusable',
        message: `another process listens at ${path}`,
      });
      expect((await askStatus(path)).views).toHaveLength(1);
      await server.close();
    });
  });

  it('goes to one of several that find a dead one at the same moment', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'control.sock');
      await leaveSocket(path);
      const tries = await Promise.allSettled([1, 2, 3, 4].map(() => serveControl(path, keeper)));
      const won = tries.filter((one) => one.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect((await askStatus(path)).views).toHaveLength(1);
      for (const { value } of won) await value.close();
    });
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'precious'), 'is there and is no socket'],
    ['a directory', (path: string) => mkdirSync(path), 'is there and is no socket'],
    ['a link', (path: string) => symlinkSync('elsewhere', path), 'is there and is no socket'],
  ])('does not take the place of %s', async (_, put, problem) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'control.sock');
      put(path);
      await expect(serveControl(path, keeper)).rejects.toMatchObject({
        code: 'socket-unusable',
        message: `${path} ${problem}`,
      });
      expect(existsSync(join(dir, 'elsewhere'))).toBe(false);
    });
  });

  it('leaves what it cannot be as it was', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      writeFileSync(path, 'precious');
      await expect(serveControl(join(path, 'control.sock'), keeper)).rejects.toMatchObject({
        code: 'socket-unusable',
        message: `cannot listen at ${path}/control.sock: file already exists (EEXIST)`,
      });
      const long = join(dir, 'd'.repeat(100), 'control.sock');
      await expect(serveControl(long, keeper)).rejects.toMatchObject({ code: 'socket-unusable' });
      expect(existsSync(join(dir, 'd'.repeat(100)))).toBe(false);
      expect(readFileSync(path, 'utf8')).toBe('precious');
    });
  });
});
