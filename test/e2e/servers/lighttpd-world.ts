/** lighttpd with one site in a directory of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../../../src/servers/adapter.ts';
import { createLighttpd } from '../../../src/servers/lighttpd.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';

export interface LighttpdSite {
  readonly check: Command;
  /** That of the adapter, for the pid file of this one. */
  readonly reload: Command;
  /** Writes a configuration that takes the staple from `file`. */
  configure(port: number, file: string): Promise<void>;
  /** Does that for a free port, and starts it. */
  start(file: string): Promise<Program>;
}

/** `chain.pem` and `key.pem` in `dir` are its certificate and key. */
export async function lighttpdSite(path: string, dir: string): Promise<LighttpdSite> {
  const configuration = join(dir, 'lighttpd.conf');
  await writeFile(join(dir, 'index.html'), 'hello\n');
  const configure = (port: number, file: string): Promise<void> =>
    writeFile(
      configuration,
      `server.modules = ("mod_openssl")
       server.document-root = "${dir}"
       index-file.names = ("index.html")
       server.bind = "127.0.0.1"
       server.port = ${port}
       server.pid-file = "${dir}/lighttpd.pid"
       server.errorlog = "${dir}/error.log"
       ssl.engine = "enable"
       ssl.pemfile = "${dir}/chain.pem"
       ssl.privkey = "${dir}/key.pem"
       ssl.stapling-file = "${file}"`,
    );
  const check: Command = [path, '-tt', '-f', configuration];
  const usual = createLighttpd({ socket: undefined, dir, check, reload: undefined });
  const [program = '', ...args] = usual.reload ?? [];
  return {
    check,
    reload: [program, ...args.map((arg) => arg.replace('/run/lighttpd.pid', join(dir, 'lighttpd.pid')))],
    configure,
    start: (file) =>
      startProgram(path, async (port) => {
        await configure(port, file);
        return ['-D', '-f', configuration];
      }),
  };
}
