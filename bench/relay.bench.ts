/** The relay with a warm cache, beside others that send the same bytes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertID } from '../src/ocsp/cert-id.ts';
import { createRequest } from '../src/ocsp/ocsp-request.ts';
import { askRaw } from '../test/support/raw-http.ts';
import { post } from '../test/support/relay-front.ts';
import { startRelayProcess } from '../test/support/relay-process.ts';
import { type Load, closingRate, onClientCore, paced, topRate } from './relay-load.ts';
import type { Weight } from './relay-memory.ts';
import { type Served, has, serverCore, startBare, startNginx, startOpenssl } from './relay-peers.ts';
import type { Section } from './section.ts';

const ROUNDS = 5;
const CLOSING_ROUNDS = 3;
const PACED_ROUNDS = 3;
const WARM_UP = { perSecond: 5_000, seconds: 2 };
const GOAL = 0.85;
const CACHED = 100_000;
type Way = readonly ['GET' | 'POST', number];
const WAYS: readonly Way[] = [
  ['GET', 1],
  ['GET', 64],
  ['POST', 1],
  ['POST', 64],
];
/** Of more clients `openssl ocsp` lets most stand before a full queue, until they give up. */
const CLOSING_WAYS: readonly Way[] = [
  ['GET', 1],
  ['POST', 1],
];
const PACED = { seconds: 8, connections: 64 };

const NOTES = [
  'relay: requests a second, medians of five interleaved runs of 2 s with wrk, in brackets the share of node:http; each server is pinned to one core, the client to the other. Connections are kept.',
  'relay: with a connection for each request, the same with three runs of 1,000 requests by ab. `openssl ocsp -port` knows no other way, and signs each answer.',
  'relay: `node:http` sends constant bytes of the same size with the same headers, and answers a POST when its body has come, unread.',
  'relay: latency at half of its own top rate with GET on 64 connections, counted from when each request was due; medians of three runs, the client on the core that no server is on.',
];

export async function bench(): Promise<Section> {
  const missing = ['wrk', 'taskset'].filter((program) => !has(program));
  if (missing.length > 0)
    return { rows: [], notes: [`relay: left out, for there is no ${missing.join(', no ')}.`] };
  const dir = mkdtempSync(join(tmpdir(), 'restaple-bench-'));
  const served: Served[] = [];
  const counts = join(dir, 'signatures');
  const counting = `NODE_OPTIONS=--require=${resolve('bench/relay-probe.cjs')}`;
  const prefix = serverCore('env', counting, `PROBE_FILE=${counts}`);
  const relay = await startRelayProcess(resolve('dist/bin/restaple.cjs'), prefix);
  try {
    const { pki } = relay;
    const der = createRequest(createCertID(pki.leaf.certificate, pki.issuer.certificate));
    const path = encodeURIComponent(der.toString('base64'));
    const answer = await askRaw(relay.port, post(der));
    if (answer?.status !== 200) throw new Error('the relay has no answer');
    const own = new Set(['date', 'connection', 'keep-alive']);
    const headers = [...answer.headers].filter(([name]) => !own.has(name)).flat();
    served.push({
      name: 'restaple relay',
      port: relay.port,
      posts: true,
      stop: async () => void (await relay.stop()),
    });
    const bare = await startBare(dir, answer.body, headers);
    served.push(bare);
    if (has('nginx')) served.push(await startNginx(dir, answer.body, bare.port + 1));

    const rates = await rounds(dir, served, { der, path }, WAYS, topRate, ROUNDS);
    if (has('openssl')) served.push(await startOpenssl(dir, pki));
    const closing = has('ab')
      ? await rounds(dir, served, { der, path }, CLOSING_WAYS, closingRate, CLOSING_ROUNDS)
      : undefined;
    const latencies: string[] = [];
    await onClientCore(async () => {
      // The client is compiled as it runs: whoever is asked first would wait for that.
      for (const { port } of served.slice(0, 2)) await paced({ port, path, ...PACED }, WARM_UP);
      for (const one of served.slice(0, 2)) {
        const perSecond = median(rates.get(`${one.name} GET 64`) ?? []) / 2;
        const runs: (readonly number[])[] = [];
        for (let round = 0; round < PACED_ROUNDS; round++)
          runs.push(await paced({ port: one.port, path, ...PACED }, { ...PACED, perSecond }));
        const at = (q: number): string =>
          `${median(runs.map((run) => run[Math.floor(run.length * q)] ?? 0)).toFixed(2)} ms`;
        latencies.push(
          `| ${one.name} | ${Math.round(perSecond)} | ${at(0.5)} | ${at(0.99)} | ${at(0.999)} |\n`,
        );
      }
    });
    const rss = relay.memory() ?? 0;
    for (const one of served.splice(0)) await one.stop();
    const { verify }: { verify: number } = JSON.parse(readFileSync(counts, 'utf8'));
    const weight = weigh();
    const notes = [
      ...NOTES,
      `relay: ${verify} signatures were verified in all these requests, those of the first question; ${(rss / 1024).toFixed(0)} MiB resident at the end.`,
      `relay: ${weight.count.toLocaleString('en')} responses of ${weight.responseBytes} bytes, ready to be sent, take ${(weight.bytes / 1024 / 1024).toFixed(0)} MiB, ${(weight.bytes / weight.count).toFixed(0)} bytes each.`,
    ];
    const closed = closing ? `${table('the same, a connection for each', CLOSING_WAYS, closing)}\n` : '';
    const tail =
      '| at half of the top rate | requests a second | median | 99 % | 99.9 % |\n| --- | --- | --- | --- | --- |\n';
    return {
      rows: [],
      table: `${table('requests a second', WAYS, rates, GOAL)}\n${closed}${tail}${latencies.join('')}`,
      notes,
    };
  } finally {
    for (const one of served) await one.stop();
    await relay.stop();
    rmSync(dir, { recursive: true });
  }
}

async function rounds(
  dir: string,
  served: readonly Served[],
  question: Pick<Load, 'der' | 'path'>,
  ways: readonly Way[],
  rateOf: typeof topRate,
  count: number,
): Promise<ReadonlyMap<string, number[]>> {
  const rates = new Map<string, number[]>();
  // The first is for V8.
  for (let round = -1; round < count; round++) {
    for (const [method, connections] of ways) {
      for (const { name, port, posts } of round % 2 === 0 ? served : served.toReversed()) {
        if (method === 'POST' && !posts) continue;
        const rate = await rateOf(dir, { ...question, port, method, connections });
        const key = `${name} ${method} ${connections}`;
        if (round >= 0) rates.set(key, [...(rates.get(key) ?? []), rate]);
      }
    }
  }
  return rates;
}

function table(
  title: string,
  ways: readonly Way[],
  rates: ReadonlyMap<string, readonly number[]>,
  goal?: number,
): string {
  const names = new Set([...rates.keys()].map((key) => key.replace(/ \w+ \d+$/, '')));
  const head = [title, ...ways.map(([method, n]) => `${method}, ${n === 1 ? 'one client' : `${n} clients`}`)];
  const lines = [head, head.map(() => '---')];
  const bareOf = (way: string): number => median(rates.get(`node:http, constant bytes ${way}`) ?? []);
  for (const name of names) {
    const cells = ways.map(([method, n]) => {
      const values = rates.get(`${name} ${method} ${n}`);
      if (!values) return '';
      const share = median(values) / bareOf(`${method} ${n}`);
      const isJudged = goal !== undefined && name === 'restaple relay';
      const verdict = isJudged ? `, ${goal * 100} %: ${share >= goal ? 'met' : 'missed'}` : '';
      return `${Math.round(median(values)).toLocaleString('en')} (${Math.round(share * 100)} %${verdict})`;
    });
    lines.push([name, ...cells]);
  }
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

function weigh(): Weight {
  const program = fileURLToPath(new URL('relay-memory.js', import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', program, String(CACHED)], { encoding: 'utf8' }),
  );
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
