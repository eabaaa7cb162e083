/** Who else sends the same bytes: each started on one core, and stopped. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writePki } from '../test/support/files.ts';
import { startOpensslResponder } from '../test/support/openssl-responder.ts';
import type { TestPki } from '../test/support/pki.ts';

export interface Served {
  readonly name: string;
  readonly port: number;
  readonly posts: boolean;
  stop(): Promise<void>;
}

const SERVER_CORE = ['taskset', '-c', '0'] as const;

export const serverCore = (...command: readonly string[]): readonly string[] => [...SERVER_CORE, ...command];

function start(...command: readonly string[]): ChildProcess {
  const [program = '', ...args] = serverCore(...command);
  return spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

export const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

/** The same bytes with as many headers, from node:http. */
export async function startBare(dir: string, body: Buffer, headers: readonly string[]): Promise<Served> {
  writeFileSync(join(dir, 'body'), body);
  writeFileSync(join(dir, 'headers'), JSON.stringify(headers));
  const program = fileURLToPath(new URL('relay-bare.js', import.meta.url));
  const child = start(process.execPath, program, join(dir, 'body'), join(dir, 'headers'));
  if (!child.stdout) throw new Error('no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  return { name: 'node:http, constant bytes', port, posts: true, stop: () => stop(child) };
}

/** One worker that sends a file; it takes no POST for one. */
export async function startNginx(dir: string, body: Buffer, port: number): Promise<Served> {
  const root = join(dir, 'nginx');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'response'), body);
  writeFileSync(
    join(root, 'nginx.conf'),
    `daemon off; master_process off; worker_processes 1; pid ${root}/pid; error_log ${root}/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000; default_type application/ocsp-response; open_file_cache max=10;
  client_body_temp_path ${root}/a; proxy_temp_path ${root}/b; fastcgi_temp_path ${root}/c; uwsgi_temp_path ${root}/d; scgi_temp_path ${root}/e;
  server { listen 127.0.0.1:${port}; root ${root}; location / { try_files /response =404; expires 1h; } }
}
`,
  );
  const child = start('nginx', '-p', root, '-c', join(root, 'nginx.conf'), '-e', join(root, 'error.log'));
  await untilOpen(port);
  return { name: 'nginx, a static file', port, posts: false, stop: () => stop(child) };
}

/** It signs each answer anew, and takes one client after the other. */
export async function startOpenssl(dir: string, pki: TestPki): Promise<Served> {
  const files = await writePki(join(dir, 'openssl'), pki);
  const program = join(files.dir, 'openssl.sh');
  writeFileSync(program, `#!/bin/sh\nexec ${serverCore('openssl').join(' ')} "$@"\n`, { mode: 0o755 });
  const { certificate } = pki.leaf;
  const responder = await startOpensslResponder(program, files, [{ certificate, status: { type: 'good' } }]);
  return {
    name: '`openssl ocsp -port`',
    port: responder.port,
    posts: true,
    stop: () => responder.stop(),
  };
}

async function untilOpen(port: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const isOpen = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => done(true)).once('error', () => done(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await wait(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}
