/** nginx with one site in a directory of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../../../src/servers/adapter.ts';
import { snippetPath } from '../../../src/servers/nginx.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';

export interface NginxSite {
  readonly check: Command;
  readonly reload: Command;
  /** Writes a configuration with these lines in the `server {}` of the site. */
  configure(port: number, lines: string): Promise<void>;
  /** Does that for a free port, and starts it. */
  start(lines: string): Promise<Program>;
}

/** `chain.pem` and `key.pem` in `dir` are its certificate and key. */
export function nginxSite(path: string, dir: string): NginxSite {
  const configuration = join(dir, 'nginx.conf');
  const options = ['-e', join(dir, 'error.log'), '-c', configuration] as const;
  const configure = (port: number, lines: string): Promise<void> =>
    writeFile(
      configuration,
      `daemon off;
       pid ${dir}/nginx.pid;
       worker_processes 2;
       ${process.getuid?.() === 0 ? 'user root;' : ''}
       events {}
       http {
         access_log off;
         ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
           .map((kind) => `${kind}_temp_path ${join(dir, kind)};`)
           .join('\n')}
         server {
           listen 127.0.0.1:${port} ssl;
           ssl_certificate ${dir}/chain.pem;
           ssl_certificate_key ${dir}/key.pem;
           ${lines}
           location / { return 200; }
         }
       }`,
    );
  return {
    check: [path, ...options, '-q', '-t'],
    reload: [path, ...options, '-s', 'reload'],
    configure,
    start: (lines) =>
      startProgram(path, async (port) => {
        await configure(port, lines);
        return options;
      }),
  };
}

/** The line that a guide has for the staple in `file`. In a pattern `\` escapes once more than in other words. */
export function includeOf(file: string): string {
  const pattern = snippetPath(file).replaceAll('\\', '\\\\').replace(/f$/, '[f]');
  return `include "${pattern.replaceAll(/["\\]/g, '\\$&')}";`;
}
