/** nginx with sites that ask by themselves. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, run } from '../../support/peers.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';
import type { RelayWorld, Site } from './relay-world.ts';

export interface AskingNginx extends Program {
  reload(): Promise<Outcome>;
}

/** One worker: each asks for itself, and gives its first client nothing. */
export async function startAskingNginx(
  path: string,
  world: RelayWorld,
  linesOf: (site: Site) => string,
): Promise<AskingNginx> {
  const dir = await mkdtemp(join(world.dir, 'nginx'));
  const options = ['-e', join(dir, 'error.log'), '-c', join(dir, 'nginx.conf')];
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const program = await startProgram(path, async (port) => {
    const servers = world.sites.map(
      (site) => `server {
        listen 127.0.0.1:${port} ssl;
        server_name ${site.name};
        ssl_certificate ${site.chain};
        ssl_certificate_key ${site.key};
        ssl_stapling on;
        ${linesOf(site)}
        location / { return 200; }
      }`,
    );
    await writeFile(
      join(dir, 'nginx.conf'),
      `daemon off;
       pid ${dir}/nginx.pid;
       worker_processes 1;
       ${process.getuid?.() === 0 ? 'user root;' : ''}
       events {}
       http {
         access_log off;
         ${kinds.map((kind) => `${kind}_temp_path ${join(dir, kind)};`).join('\n')}
         ${servers.join('\n')}
       }`,
    );
    return options;
  });
  return { ...program, reload: () => run(path, [...options, '-s', 'reload']) };
}
