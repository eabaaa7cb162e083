/** A million requests to the relay, one in a hundred of them bad: what goes wrong, and what it costs in memory. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startRelayProcess } from '../test/support/relay-process.ts';
import { type SoakResult, soak } from '../test/support/relay-soak.ts';
import type { Section } from './section.ts';

const REQUESTS = 1_000_000;
const CLIENTS = 32;
const SEED = 2026;
/** As many questions of strangers as a relay keeps: whatever grows from there on is nothing that it means to keep. */
const STRANGERS = 10_000;
/** What the last quarter may have more than the first. */
const GROWTH = 1.1;

export async function bench(): Promise<Section> {
  const dir = mkdtempSync(join(tmpdir(), 'restaple-bench-'));
  const file = join(dir, 'probe');
  const options = `--expose-gc --require=${resolve('bench/relay-probe.cjs')}`;
  const prefix = ['env', `NODE_OPTIONS=${options}`, `PROBE_FILE=${file}`];
  const heaps: number[] = [];
  const relay = await startRelayProcess(resolve('dist/bin/restaple.cjs'), prefix);
  const quarter = async (): Promise<void> => {
    relay.signal('SIGUSR2');
    // A collection takes a few hundred milliseconds.
    await wait(1000);
    heaps.push(JSON.parse(readFileSync(file, 'utf8')).heap);
  };
  let result: SoakResult;
  let end: number | NodeJS.Signals | null;
  try {
    result = await soak(relay, {
      requests: REQUESTS,
      clients: CLIENTS,
      seed: SEED,
      strangers: STRANGERS,
      quarter,
    });
  } finally {
    end = await relay.stop();
    rmSync(dir, { recursive: true });
  }
  const { bad, good, memory, seconds, wrong, wrongs } = result;
  if (wrongs > 0) throw new Error(`${wrongs} wrong answers: ${wrong.join('; ')}`);
  if (end !== 0) throw new Error(`the relay ended with ${end}`);
  const part = Math.floor(memory.length / 4);
  const first = median(memory.slice(0, part));
  const last = median(memory.slice(-part));
  const bads = [...bad.values()].reduce((sum, count) => sum + count, 0);
  const table = [
    '| relay, soak | |\n| --- | --- |\n',
    `| good answers, each compared | ${good.toLocaleString('en')} |\n`,
    `| bad requests, of ${bad.size} kinds | ${bads.toLocaleString('en')} |\n`,
    '| wrong answers | 0 |\n',
    `| heap after a collection, at the end of each quarter | ${heaps.map((heap) => mib(heap / 1024)).join(', ')}: ${trend(heaps.at(0), heaps.at(-1))} |\n`,
    `| resident memory, median of the first quarter | ${mib(first)} |\n`,
    `| the same of the last quarter | ${mib(last)}: ${trend(first, last)} |\n`,
    `| the most | ${mib(Math.max(...memory))} |\n`,
    `| time | ${seconds.toFixed(0)} s, the client on the same cores |\n`,
  ].join('');
  return {
    rows: [],
    table,
    notes: [`bad: ${[...bad].map(([name, count]) => `${name} ${count}`).join(', ')}`],
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const trend = (first = Number.NaN, last = Number.NaN): string => (last <= first * GROWTH ? 'flat' : 'grown');

const mib = (kib: number): string => `${(kib / 1024).toFixed(1)} MiB`;
