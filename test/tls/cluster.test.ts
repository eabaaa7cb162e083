/** A cluster of Node.js whose workers share a store: one asks for all, and when it is killed another one goes on. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { handshake, site, withResponder } from './site.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const WORKERS = 3;

/** Says each thing on a line of its own: what, which process, and the port of its server. */
const PROGRAM = `
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { attachStapling } from './restaple.mjs';

if (cluster.isPrimary) {
  for (let i = 0; i < ${WORKERS}; i++) cluster.fork();
  process.stdin.on('end', () => process.exit()).resume();
} else {
  const say = (what, port = 0) => process.stdout.write(JSON.stringify({ what, pid: process.pid, port }) + '\\n');
  const server = createServer({ key: readFileSync('key'), cert: readFileSync('cert') }, (socket) => {
    socket.on('error', () => socket.destroy()).resume();
  });
  const { keeper, ready } = attachStapling(server, { store: 'staples', http: { allowPrivate: true } });
  let wasReader = false;
  keeper.on('store', async ({ role }) => {
    say(role);
    if (role === 'keeper' && wasReader) {
      await keeper.refresh('cert');
      say('refreshed');
    }
    wasReader = role === 'reader';
  });
  await ready;
  // A port of its own for each, so that each can be asked.
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => say('listening', server.address().port));
}
`;

interface Said {
  readonly what: 'keeper' | 'reader' | 'refreshed' | 'listening';
  readonly pid: number;
  readonly port: number;
}

it('a killed worker is followed by another, and one asks for all', async () => {
  await withResponder(async (responder) => {
    const www = site(responder, 'www.example.test');
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    // Inside of the project, so that its dependencies are found.
    const cwd = mkdtempSync(join(ROOT, '.cache', 'cluster-'));
    await build({
      absWorkingDir: ROOT,
      entryPoints: ['src/tls/index.ts'],
      outfile: join(cwd, 'restaple.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    });
    writeFileSync(join(cwd, 'main.mjs'), PROGRAM);
    writeFileSync(join(cwd, 'key'), www.key);
    writeFileSync(join(cwd, 'cert'), www.cert);
    const primary = spawn(process.execPath, ['main.mjs'], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise((done) => primary.once('exit', done));
    const lines = createInterface({ input: primary.stdout });
    const said: Said[] = [];
    lines.on('line', (line) => said.push(JSON.parse(line)));
    const sayings = async (count: number, what: Said['what']): Promise<readonly Said[]> => {
      for (;;) {
        const found = said.filter((one) => one.what === what);
        if (found.length >= count) return found;
        await new Promise((heard) => lines.once('line', heard));
      }
    };
    const staples = async (workers: readonly Said[]): Promise<void> => {
      for (const { port } of workers) expect(www.accepts((await handshake(port)).staple)).toBe(true);
    };
    try {
      const workers = await sayings(WORKERS, 'listening');
      await sayings(WORKERS - 1, 'reader');
      await staples(workers);
      expect(responder.requests).toHaveLength(1);
      const [first] = await sayings(1, 'keeper');
      if (!first) throw new Error('nobody keeps');
      process.kill(first.pid, 'SIGKILL');
      const [refreshed] = await sayings(1, 'refreshed');
      expect(refreshed?.pid).not.toBe(first.pid);
      expect((await sayings(2, 'keeper')).map(({ pid }) => pid)).toEqual([first.pid, refreshed?.pid]);
      expect(responder.requests).toHaveLength(2);
      await staples(workers.filter(({ pid }) => pid !== first.pid));
    } finally {
      primary.stdin.end();
      await ended;
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});
