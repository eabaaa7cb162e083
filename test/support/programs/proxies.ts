/** Proxies as Debian has them. Each tells in its output whom it was asked for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Program, startProgram } from './program.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** tinyproxy, an HTTP proxy; `dir` takes its configuration. It names each request: `Request (…): GET http://…`. */
export function startTinyproxy(path: string, dir: string, credentials?: Credentials): Promise<Program> {
  return startProgram(path, async (port) => {
    const auth = credentials ? [`BasicAuth ${credentials.user} ${credentials.password}`] : [];
    const lines = [`Port ${port}`, 'Listen 127.0.0.1', 'LogLevel Info', ...auth];
    return ['-d', '-c', await written(join(dir, `tinyproxy-${port}.conf`), lines)];
  });
}

/** Dante's SOCKS server; `dir` takes its configuration. It names each address that it connects to. */
export function startDante(path: string, dir: string): Promise<Program> {
  return startProgram(path, async (port) => {
    const lines = [
      'logoutput: stderr',
      `internal: 127.0.0.1 port = ${port}`,
      'external: 127.0.0.1',
      'clientmethod: none',
      'socksmethod: none',
      'client pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }',
      'socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect error }',
    ];
    return ['-f', await written(join(dir, `danted-${port}.conf`), lines)];
  });
}

/** microsocks, a SOCKS server that asks for a password. It names each host that it connects to. */
export function startMicrosocks(path: string, { user, password }: Credentials): Promise<Program> {
  return startProgram(path, (port) => ['-i', '127.0.0.1', '-p', String(port), '-u', user, '-P', password]);
}

async function written(path: string, lines: readonly string[]): Promise<string> {
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}
