/** HAProxy with a master, as Debian runs it, in the foreground and in a directory of its own. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askSocket } from '../../../src/servers/haproxy-socket.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';

export interface Haproxy extends Program {
  /** Has the master read its files again. */
  reload(): Promise<void>;
}

/** Runtime sockets of a worker, and of the master. */
export interface Sockets {
  readonly worker: string;
  readonly master: string;
}

export const socketsIn = (dir: string): Sockets => ({
  worker: join(dir, 'worker.sock'),
  master: join(dir, 'master.sock'),
});

/** @param crt what stands behind `crt`: a file, a bundle, or a directory. */
export async function startHaproxy(path: string, dir: string, crt: string): Promise<Haproxy> {
  const config = join(dir, 'haproxy.cfg');
  const pidFile = join(dir, 'haproxy.pid');
  const { worker, master } = socketsIn(dir);
  const program = await startProgram(path, async (port) => {
    await writeFile(config, configuration({ port, pidFile, worker, crt }));
    return ['-W', '-S', `${master},mode,600`, '-f', config];
  });
  // The master starts itself anew when its worker is there, and breaks off whoever it speaks with.
  while (!(await askSocket(master, 'show proc\n').catch(() => undefined))) await sleep(20);
  return {
    ...program,
    async reload() {
      process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGUSR2');
    },
  };
}

interface Settings {
  readonly port: number;
  readonly pidFile: string;
  readonly worker: string;
  readonly crt: string;
}

/** Level `user` is the least that there is, and enough. */
const configuration = ({ port, pidFile, worker, crt }: Settings): string => `
global
  pidfile ${pidFile}
  stats socket ${worker} mode 600 level user
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 30s
frontend www
  bind 127.0.0.1:${port} ssl crt ${crt}
  http-request return status 200
`;
