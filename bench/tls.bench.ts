/** What stapling costs a TLS server of Node.js. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ConnectionOptions, type TLSSocketOptions, connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { type Contender, compare, interleave } from './measure.ts';
import { loadOcsp } from './ocsp-peer.ts';
import { startResponderProcess } from './responder-process.ts';
import type { Section } from './section.ts';

const ROUNDS = { rounds: 41, warmUp: 3 };
/** In one sample, so many at a time. */
const HANDSHAKES = 300;
const AT_ONCE = 8;
/** 97 % of the handshakes a second of a server that does not staple. */
const GOAL = 1.03;

const NOTES = [
  'TLS servers: one whole handshake of TLS 1.3 with a P-256 certificate, eight clients at a time in another process, each of which asks for a staple; no tickets. The ratio is that of times, so its inverse is that of handshakes a second; CPU is that of the server process alone, in which the client does not dilute it. What the staple itself weighs on the way is in both.',
];

interface Serving extends Contender {
  stop(): Promise<void>;
}

export async function bench(): Promise<Section> {
  const dir = mkdtempSync(join(tmpdir(), 'restaple-bench-'));
  const responder = await startResponderProcess(dir);
  const servers: Serving[] = [];
  const start = async (name: string, way: string): Promise<Serving> => {
    const server = await serve(name, [way, responder.files.chain, responder.files.leafKey]);
    servers.push(server);
    return server;
  };
  try {
    const bare = await start('a TLS server without', 'none');
    const ours = await start('a TLS server with `attachStapling`', 'restaple');
    const bytes = await start('the same bytes each time, `callback(null, der)`', 'bytes');
    const theirs = loadOcsp() && (await start('with the cache of npm `ocsp`', 'ocsp'));
    const contenders = [bare, ours, bytes, ...(theirs ? [theirs] : [])];
    const samples = await interleave(contenders, ROUNDS);
    const rows = [
      { ...compare(samples, ours, bare), goal: GOAL },
      compare(samples, ours, bytes),
      compare(samples, bytes, bare),
    ];
    if (theirs) rows.push({ ...compare(samples, ours, theirs), goal: 1 });
    const missing = theirs
      ? []
      : ['npm ocsp is not installed, and left out (RESTAPLE_BENCH_PEERS=DIRECTORY).'];
    return { rows, notes: [...NOTES, ...missing] };
  } finally {
    for (const server of servers) await server.stop();
    await responder.stop();
    rmSync(dir, { recursive: true });
  }
}

async function serve(name: string, args: readonly string[]): Promise<Serving> {
  const program = fileURLToPath(new URL('tls-server.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const number = async (): Promise<number> => Number((await lines.next()).value);
  const port = await number();
  const usedUs = (): Promise<number> => {
    child.stdin.write('\n');
    return number();
  };
  const staples = args[0] !== 'none';
  // The first may be what a cache is filled by.
  await handshake(port, false);
  return {
    name,
    async run() {
      const before = await usedUs();
      const start = performance.now();
      const clients = Array.from({ length: AT_ONCE }, async (_, i) => {
        for (let n = i; n < HANDSHAKES; n += AT_ONCE) await handshake(port, staples);
      });
      await Promise.all(clients);
      const wallMs = (performance.now() - start) / HANDSHAKES;
      return { wallMs, cpuMs: ((await usedUs()) - before) / 1000 / HANDSHAKES };
    },
    async stop() {
      child.stdin.end();
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

function handshake(port: number, isStapled: boolean): Promise<void> {
  const options: ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'> = {
    host: '127.0.0.1',
    port,
    minVersion: 'TLSv1.3',
    rejectUnauthorized: false,
    requestOCSP: true,
  };
  return new Promise((resolve, reject) => {
    let length = 0;
    const socket = connect(options, () => void socket.end());
    socket.on('OCSPResponse', (response: Buffer | null) => {
      length = response?.length ?? 0;
    });
    socket.on('error', reject).on('close', () => {
      if (isStapled && length === 0) reject(new Error('the handshake was not stapled'));
      else resolve();
    });
    socket.resume();
  });
}
