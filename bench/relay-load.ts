/**
 * Clients: as many requests as a server takes, on connections that are kept (wrk) or on one for each (ab), or so many a second and no
 * more. On the core that no server is on.
 */
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rawClient } from '../test/support/raw-http.ts';

const CLIENT_CORE = ['-c', '1'] as const;
const SECONDS = 2;
/** A few seconds of `openssl ocsp`, which is lost for good when a client goes before its answer: so many, and not for so long. */
const CLOSING_REQUESTS = 1_000;

export interface Load {
  readonly port: number;
  /** Base64 in the form of a path. */
  readonly path: string;
  readonly der: Buffer;
  readonly method: 'GET' | 'POST';
  readonly connections: number;
}

/** @returns requests a second. @throws when an answer is none. */
export async function topRate(dir: string, { connections, der, method, path, port }: Load): Promise<number> {
  const script = join(dir, `${method}.lua`);
  const bytes = [...der].map((byte) => `\\${byte}`.padEnd(0)).join('');
  const lua =
    method === 'GET'
      ? 'wrk.method = "GET"\n'
      : `wrk.method = "POST"\nwrk.body = "${bytes}"\nwrk.headers["Content-Type"] = "application/ocsp-request"\n`;
  writeFileSync(script, lua);
  const url = `http://127.0.0.1:${port}/${method === 'GET' ? path : ''}`;
  const args = [...CLIENT_CORE, 'wrk', '-t1', `-c${connections}`, `-d${SECONDS}s`, '-s', script, url];
  const { stdout } = await promisify(execFile)('taskset', args);
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  if (rate === undefined || /Non-2xx/.test(stdout)) throw new Error(`wrk: ${stdout}`);
  return Number(rate);
}

/** The same with a connection for each request, which wrk does not count. */
export async function closingRate(
  dir: string,
  { connections, der, method, path, port }: Load,
): Promise<number> {
  const body = join(dir, 'request.der');
  writeFileSync(body, der);
  const posted = method === 'POST' ? ['-p', body, '-T', 'application/ocsp-request'] : [];
  const url = `http://127.0.0.1:${port}/${method === 'GET' ? path : ''}`;
  const args = [
    ...CLIENT_CORE,
    'ab',
    '-q',
    '-n',
    `${CLOSING_REQUESTS}`,
    '-c',
    `${connections}`,
    ...posted,
    url,
  ];
  const { stdout } = await promisify(execFile)('taskset', args);
  const [, rate] = /Requests per second:\s+([\d.]+)/.exec(stdout) ?? [];
  // It calls answers of another length than the first failed: signatures of ECDSA have several.
  if (rate === undefined || /Non-2xx/.test(stdout)) throw new Error(`ab: ${stdout}`);
  return Number(rate);
}

function bind(cores: string): void {
  spawnSync('taskset', ['-a', '-p', '-c', cores, String(process.pid)]);
}

/** Has this process, with all its threads, on the core of the clients meanwhile. */
export async function onClientCore(work: () => Promise<void>): Promise<void> {
  bind('1');
  try {
    await work();
  } finally {
    bind(`0-${availableParallelism() - 1}`);
  }
}

/**
 * An open loop: a request is counted from the moment at which it was due, so that a server that stops is not spared.
 *
 * @returns sorted latencies in milliseconds.
 */
export async function paced(
  { connections, path, port }: Pick<Load, 'connections' | 'path' | 'port'>,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<readonly number[]> {
  const bytes = `GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const latencies: number[] = [];
  const total = Math.floor(perSecond * seconds);
  const start = performance.now() + 100;
  const dueAt = (n: number): number => start + (n * 1000) / perSecond;
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await rawClient(port);
      while (next < total) {
        const due = dueAt(next++);
        while (performance.now() < due) await new Promise((go) => setImmediate(go));
        client.write(bytes);
        if (!(await client.next())) throw new Error('no answer');
        latencies.push(performance.now() - due);
      }
      client.close();
    }),
  );
  return latencies.toSorted((a, b) => a - b);
}
