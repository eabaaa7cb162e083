/** What the keeper itself costs with many certificates: the network and the disk answer at once and cost next to nothing. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Keeper } from '../src/keeper/keeper.ts';
import type { Answer, Kept, Opened, Work } from '../src/keeper/work.ts';
import { createRandom, mix } from '../src/simulation/random.ts';
import { VirtualClock } from '../src/simulation/virtual-clock.ts';
import { DEFAULT_POLICY, type Life } from '../src/staple/policy.ts';
import type { Section } from './section.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
const MINUTE = 60_000;
const HOUR: number = 60 * MINUTE;
const DAY: number = 24 * HOUR;
const NOW: number = Date.UTC(2026, 0, 5);
const LIFE: number = 7 * DAY;
const ISSUER = { key: 'ca', name: 'CN=CA' };
/** How often an idle keeper looks at its clock, and how many looks are measured. */
const LOOK_MS = 30_000;
const LOOKS = 360;
/** So many renewals are enough for a mean. */
const RENEWALS = 20_000;

const NOTES = [
  'keeper: one process with all its staples at hand at the start, as after a restart; 20 responders, answers that live for 7 days. Reading and writing files and verifying answers is not in it.',
  'keeper: "memory" is what the heap of V8 holds more for each certificate, its key of 64 digits and its path of 40 among it; "start" is from the first `add` to the last that was read; "look" is the timer that finds nothing due; "renewal" is asking, keeping and planning anew.',
];

/** A certificate is its number; all that the world knows of it lies in one array. */
class BenchWorld implements Work<number, Life> {
  readonly clock: VirtualClock = new VirtualClock(NOW);
  readonly #updates: Float64Array;
  readonly #responders: readonly string[];
  renewals = 0;

  constructor(size: number) {
    this.#updates = Float64Array.from({ length: size }, (_, index) => NOW - (mix(index, 1) % (3 * DAY)));
    this.#responders = Array.from({ length: 20 }, (_, index) => `http://ocsp${index}.example`);
  }

  open(index: number): Promise<Opened> {
    return this.#soon({
      staple: this.#lifeOf(this.#updates[index] ?? NOW),
      published: [],
      unwritten: undefined,
      damaged: [],
      memory: undefined,
      responder: this.#responderOf(index),
      issuer: ISSUER,
      mustStaple: false,
      notBefore: NOW - 30 * DAY,
      notAfter: NOW + 90 * DAY,
    });
  }

  ask(index: number): Promise<Answer<Life>> {
    const response = this.#lifeOf(this.clock.now());
    const certStatus = { type: 'good' } as const;
    const responder = this.#responderOf(index);
    return this.#soon({ certStatus, responder, notModified: false, freshForMs: 0, response, ...response });
  }

  keep(index: number, response: Life): Promise<Kept> {
    this.#updates[index] = response.thisUpdate;
    this.renewals += 1;
    return this.#soon({ staple: response, published: [], unwritten: undefined });
  }

  remember(): void {}

  #responderOf(index: number): string {
    return this.#responders[index % this.#responders.length] ?? '';
  }

  #lifeOf(thisUpdate: number): Life {
    return { thisUpdate, validUntil: thisUpdate + LIFE };
  }

  #soon<T>(value: T): Promise<T> {
    return Promise.resolve(value);
  }
}

export async function bench(): Promise<Section> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const lines = ['certificates', 'memory', 'start', 'start of one', 'look', 'renewal'];
  const rows = [lines, lines.map(() => '---')];
  for (const size of SIZES) rows.push(await measure(size, collect));
  return { rows: [], table: rows.map((row) => `| ${row.join(' | ')} |\n`).join(''), notes: NOTES };
}

async function measure(size: number, collect: () => void): Promise<string[]> {
  const world = new BenchWorld(size);
  const { clock } = world;
  const keeper = new Keeper<number, Life>({
    work: world,
    clock,
    random: createRandom(1),
    filesOf: () => [],
    policyOf: () => DEFAULT_POLICY,
    requests: 64,
    requestsPerResponder: 8,
    report: () => {},
  });
  collect();
  const before = process.memoryUsage().heapUsed;
  const startMs = await timed(async () => {
    for (let index = 0; index < size; index++)
      keeper.add(
        keyOf(index),
        `/etc/letsencrypt/live/host-${String(index).padStart(7, '0')}/fullchain.pem`,
        index,
      );
    await setImmediate();
  });
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / size;
  for (const { state } of keeper.views()) if (state !== 'good') throw new Error(`a staple is ${state}`);

  return [
    size.toLocaleString('en-US'),
    `${bytes.toFixed(0)} B`,
    `${startMs.toFixed(0)} ms`,
    microseconds(startMs / size),
    await look(clock, world),
    await renew(clock, world),
  ];
}

/** Nothing is due in the first hours: the youngest of the moments is 0.45 of a life after 3 days ago. */
async function look(clock: VirtualClock, world: BenchWorld): Promise<string> {
  const ms = await timed(() => clock.run(clock.time + LOOKS * LOOK_MS));
  if (world.renewals > 0) throw new Error('something was due');
  return microseconds(ms / LOOKS);
}

async function renew(clock: VirtualClock, world: BenchWorld): Promise<string> {
  const end = clock.time + 4 * DAY;
  const ms = await timed(async () => {
    while (world.renewals < RENEWALS && clock.time < end) await clock.run(clock.time + 10 * MINUTE);
  });
  return microseconds(ms / world.renewals);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const microseconds = (ms: number): string => `${(ms * 1000).toFixed(1)} µs`;

const keyOf = (index: number): string =>
  Array.from({ length: 8 }, (_, word) => mix(index, word).toString(16).padStart(8, '0')).join('');
