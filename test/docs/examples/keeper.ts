/** How each error between a verb and the keeper comes about. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type KeeperCode, KeeperError } from '../../../src/errors.ts';
import { askRefresh, askStatus } from '../../../src/keeper/control/client.ts';
import { listenAt } from '../../../src/keeper/control/listen.ts';
import { serveControl } from '../../../src/keeper/control/server.ts';
import { lockStore } from '../../../src/keeper/files/store-lock.ts';
import { storePath } from '../../../src/store/store-path.ts';
import { withTempDir } from '../../support/files.ts';
import type { Examples } from './example.ts';

export const KEEPER_EXAMPLES: Examples<KeeperCode> = {
  'keeper-not-running': () => askStatus('no-such-directory/control.sock'),
  'keeper-no-answer': () =>
    somewhere('/run/restaple', async (dir) => {
      const server = createServer((socket) => socket.end('{"v":2}\n'));
      const path = join(dir, 'control.sock');
      await listenAt(server, path);
      try {
        await askStatus(path);
      } finally {
        server.close();
      }
    }),
  'socket-unusable': () => listenAt(createServer(), 'README.md'),
  'certificate-not-kept': () =>
    withTempDir(async (dir) => {
      const path = join(dir, 'control.sock');
      const server = await serveControl(path, {
        about: () => ({ pid: 1, version: '0', startedAt: 0 }),
        views: () => [],
        refresh: () => Promise.resolve(undefined),
        rescan: () => Promise.resolve(),
      });
      try {
        await askRefresh(path, '/etc/ssl/domain.crt');
      } finally {
        await server.close();
      }
    }),
  'store-not-found': () => storePath(undefined, {}, 1000),
  'store-locked': () =>
    somewhere('/var/lib/restaple', async (dir) => {
      const lock = await lockStore(dir);
      try {
        await lockStore(dir);
      } finally {
        await lock.release();
      }
    }),
};

/** The message has the place and the process of a keeper in the field, which those of a test are not. */
function somewhere(place: string, use: (dir: string) => Promise<void>): Promise<void> {
  return withTempDir(async (dir) => {
    try {
      await use(dir);
    } catch (error) {
      if (!(error instanceof KeeperError)) throw error;
      const { code, message } = error;
      throw new KeeperError(
        code,
        message.replace(dir, place).replace(`process ${process.pid}`, 'process 4711'),
      );
    }
  });
}
