/** How each error between the keeper and a server comes about. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ServerCode } from '../../../src/errors.ts';
import { SYSTEM_CLOCK } from '../../../src/keeper/clock.ts';
import { createCommands } from '../../../src/keeper/deploy/command.ts';
import { Reload } from '../../../src/keeper/deploy/reload.ts';
import { SYSTEM_FILES } from '../../../src/keeper/deploy/tools.ts';
import { createAdapter } from '../../../src/servers/adapters.ts';
import type { Command } from '../../../src/servers/adapter.ts';
import { withTempDir } from '../../support/files.ts';
import { createTestPki, testResponse } from '../../support/pki.ts';
import type { Examples } from './example.ts';

const pki = createTestPki();

export const SERVER_EXAMPLES: Examples<ServerCode> = {
  'server-refused': () =>
    withTempDir(async (dir) => {
      const socket = join(dir, 'admin.sock');
      const server = createServer((one) => one.end('Unknown command\n'));
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      const options = { socket, dir: undefined, check: undefined, reload: undefined };
      const staple = { certificate: join(dir, 'a.pem'), file: join(dir, 'a.pem.ocsp') };
      const der = testResponse(pki);
      await writeFile(staple.file, der);
      try {
        await createAdapter('haproxy', options).publish({ ...staple, der, validUntil: Infinity });
      } finally {
        server.close();
      }
    }),
  'server-check-failed': () => reloadOf({ check: 'echo "nginx: [emerg] unknown directive" >&2; exit 1' }),
  'server-reload-failed': () => reloadOf({ reload: 'echo "nginx: [error] invalid PID number" >&2; exit 1' }),
};

/** @param scripts what stands in place of nginx. */
const reloadOf = (scripts: { readonly check?: string; readonly reload?: string }): Promise<void> =>
  withTempDir(async (dir) => {
    const program = async (name: string, script = 'true'): Promise<Command> => {
      const path = join(dir, name, 'nginx');
      await mkdir(join(dir, name));
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
      return [path];
    };
    const check = await program('check', scripts.check);
    const reload = await program('reload', scripts.reload);
    const adapter = createAdapter('nginx', { socket: undefined, dir, check, reload });
    const { run } = createCommands(SYSTEM_CLOCK, {});
    const named = async (command: Command): Promise<string | undefined> =>
      (await run(command))?.replaceAll(/\S+\/nginx /g, '/usr/sbin/nginx ');
    const { error } = await new Reload(adapter, { files: SYSTEM_FILES, run: named }).of(new Map());
    if (error) throw error;
  });
