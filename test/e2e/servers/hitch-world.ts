/** Hitch in the foreground and in a directory of its own, before a web server that says 200 to everybody. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { close, listen } from '../../support/loopback.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';

export interface Hitch extends Program {
  /** Has it read its files again. */
  reload(): Promise<void>;
}

export const isRoot: boolean = process.getuid?.() === 0;

/**
 * @param certificates as `pem-file` names them; the last one is for whoever asks for no name.
 * @param staples its `ocsp-dir`.
 */
export async function startHitch(
  path: string,
  dir: string,
  certificates: readonly string[],
  staples: string,
): Promise<Hitch> {
  const config = join(dir, 'hitch.conf');
  const pidFile = join(dir, 'hitch.pid');
  // Workers run as somebody else, and are to see the staples.
  await chmod(dir, 0o755);
  const web = createServer((_request, response) => void response.end('ok'));
  const backend = await listen(web);
  const program = await startProgram(path, async (port) => {
    await writeFile(config, configuration({ port, backend, certificates, staples }));
    return [`--config=${config}`, `--pidfile=${pidFile}`];
  });
  return {
    ...program,
    async reload() {
      process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGHUP');
    },
    async stop() {
      await program.stop();
      await close(web);
    },
  };
}

interface Settings {
  readonly port: number;
  readonly backend: number;
  readonly certificates: readonly string[];
  readonly staples: string;
}

const configuration = ({ port, backend, certificates, staples }: Settings): string => `
frontend = { host = "127.0.0.1" port = "${port}" }
backend = "[127.0.0.1]:${backend}"
workers = 2
${isRoot ? 'user = "nobody"\ngroup = "nogroup"' : ''}
log-level = 1
${certificates.map((certificate) => `pem-file = "${certificate}"`).join('\n')}
ocsp-dir = "${staples}"
`;
