/** HAProxy from 3.0 on with sites that ask by themselves, one after the other. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askSocket } from '../../../src/servers/haproxy-socket.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';
import type { Mood } from './relay-responder.ts';
import type { RelayWorld } from './relay-world.ts';

export interface AskingHaproxy extends Program {
  /** Has it ask for all sites now: by itself it does so every hour. */
  ask(): Promise<void>;
  /** Resolves when it has an answer or a failure for each of `moods`, so many times. */
  asked(moods: readonly Mood[], times: number): Promise<void>;
}

/**
 * It verifies what it is given, against the certificates in its file up to a root: these are in it, too.
 *
 * @param lines of its section `global`.
 */
export async function startAskingHaproxy(
  path: string,
  world: RelayWorld,
  ...lines: readonly string[]
): Promise<AskingHaproxy> {
  const dir = await mkdtemp(join(world.dir, 'haproxy'));
  const [config, list, socket] = ['haproxy.cfg', 'sites.list', 'admin.sock'].map((name) => join(dir, name));
  if (!config || !list || !socket) throw new TypeError('no files');
  const files: string[] = [];
  for (const { chain, key, mood, root } of world.sites) {
    const file = join(dir, `${mood}.pem`);
    const parts = await Promise.all([chain, root, key].map((part) => readFile(part)));
    await writeFile(file, Buffer.concat(parts), { mode: 0o600 });
    files.push(file);
  }
  await writeFile(
    list,
    world.sites.map(({ name }, index) => `${files[index]} [ocsp-update on] ${name}\n`).join(''),
  );
  const program = await startProgram(path, async (port) => {
    await writeFile(
      config,
      `global
  stats socket ${socket} mode 600 level admin
  ${lines.join('\n  ')}
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend www
  bind 127.0.0.1:${port} ssl crt-list ${list}
  http-request return status 200
`,
    );
    return ['-db', '-f', config];
  });
  const tell = async (command: string): Promise<string> => (await askSocket(socket, `${command}\n`)) ?? '';
  return {
    ...program,
    async ask() {
      for (const file of files) await tell(`update ssl ocsp-response ${file}`);
    },
    async asked(moods, times) {
      for (;;) {
        const lasting = new Set<string>(moods);
        for (const line of (await tell('show ssl ocsp-updates')).split('\n')) {
          const [, file = '', , , good, bad] = line.split('|').map((cell) => cell.trim());
          if (Number(good) + Number(bad) >= times) lasting.delete(basename(file, '.pem'));
        }
        if (lasting.size === 0) return;
        await sleep(100);
      }
    },
  };
}
