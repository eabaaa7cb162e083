/** The one promise of the file: killed at any moment, the writer leaves the old content or the new, and it is whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/store/atomic-file.ts';
import { bundleChild } from './child.ts';

/** Writes content after content, each with its own digest before it, and says each number once it is on disk. */
const SOURCE = `
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { writeFileAtomically } from '../../src/store/atomic-file.ts';
const [path = '', from = '0'] = process.argv.slice(2);
for (let n = Number(from); ; n++) {
  const body = Buffer.alloc(1 + (n * 7919) % 200_000, 'content ' + n + ', ');
  const digest = createHash('sha256').update(body).digest('hex');
  await writeFileAtomically(path, Buffer.concat([Buffer.from(n + ' ' + digest + ' '), body]));
  writeSync(1, n + '\\n');
}
`;
const KILLS = 30;
const SEED = 20260225;

let dir: string;
let child: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restaple-test-'));
  child = join(dir, 'write-on.mjs');
  await bundleChild(SOURCE, child);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it(`is whole after each of ${KILLS} SIGKILLs at random moments (seed ${SEED})`, async () => {
  const path = join(dir, 'site.ocsp');
  const random = mulberry32(SEED);
  let next = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = spawn(process.execPath, [child, path, String(next)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const confirmed = await killedAfterFirstWrite(writer, random() * 40);
    const found = numberIn(await readFile(path));
    // What it reported is on disk; one more may be, whose report the kill cut off.
    expect([confirmed, confirmed + 1]).toContain(found);
    next = found + 1;
  }
  const left = (await readdir(dir)).filter((name) => name.endsWith('.tmp'));
  for (const name of left) await utimes(join(dir, name), 0, 0);
  await writeFileAtomically(path, Buffer.from('the end'));
  expect((await readdir(dir)).toSorted()).toEqual(['site.ocsp', 'write-on.mjs']);
  // If no kill ever fell between the opening and the renaming, the moments were badly chosen.
  expect(left.length).toBeGreaterThan(0);
});

/** The number in a content, which must be whole. */
function numberIn(content: Buffer): number {
  const [number = '', digest = ''] = content.subarray(0, 100).toString('latin1').split(' ');
  const body = content.subarray(number.length + digest.length + 2);
  expect(createHash('sha256').update(body).digest('hex')).toBe(digest);
  return Number(number);
}

/** Kills a writer some milliseconds after its first report, and returns the last number that it reported. */
async function killedAfterFirstWrite(writer: ChildProcess, ms: number): Promise<number> {
  let said = '';
  const closed = once(writer, 'close');
  const first = new Promise<void>((resolve) => {
    writer.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      resolve();
    });
  });
  await Promise.race([first, closed]);
  await sleep(ms);
  writer.kill('SIGKILL');
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  return Number(said.trimEnd().split('\n').at(-1));
}

/** A small generator of numbers from 0 to 1, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
