/** nginx in a directory of its own, as a front before something else. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from './program.ts';

export interface Nginx extends Program {
  /** Its access log: `METHOD HOST STATUS CACHE`, a line for each request so far. */
  log(): Promise<readonly string[]>;
}

/**
 * Starts it with what `http` says inside of `http { … }` for a port of 127.0.0.1 and an empty directory. A cache `ocsp` is
 * there to be used.
 */
export async function startNginx(path: string, http: (port: number, dir: string) => string): Promise<Nginx> {
  const dir = await mkdtemp(join(tmpdir(), 'restaple-nginx-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  const errors = join(dir, 'error.log');
  const start = startProgram(path, async (port) => {
    const config = join(dir, 'nginx.conf');
    await writeFile(config, configuration(dir, http(port, dir)));
    // Until the configuration is read, complaints go where -e says.
    return ['-e', errors, '-p', dir, '-c', config];
  });
  const program = await start.catch(async (error: unknown) => {
    const why = await readFile(errors, 'utf8').catch(() => '');
    await remove();
    throw new Error(`nginx does not start: ${why}`, { cause: error });
  });
  return {
    ...program,
    log: async () => (await readFile(join(dir, 'access.log'), 'utf8')).split('\n').slice(0, -1),
    async stop() {
      await program.stop();
      await remove();
    },
  };
}

function configuration(dir: string, http: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
pid nginx.pid;
error_log error.log info;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  log_format seen '$request_method $http_host $status $upstream_cache_status';
  access_log access.log seen;
  ${kinds.map((kind) => `${kind}_temp_path ${join(dir, kind)};`).join('\n  ')}
  proxy_cache_path ${join(dir, 'cache')} keys_zone=ocsp:1m;
  ${http}
}
`;
}
