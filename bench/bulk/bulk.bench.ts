/** N certificates from nothing to verified, written staples: restaple, and what an administrator would pick instead. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Section } from '../section.ts';
import { ceiling } from './ceiling.ts';
import { type Contender, findContenders } from './contenders.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import { type BulkPki, bulkPki } from './pki.ts';
import { type Measured, bulkTable } from './report.ts';
import { type Run, runProgram } from './run-program.ts';

/** One line of parameters: what is the same for all contenders of a group of rounds. */
export interface Case {
  readonly pki: BulkPki;
  readonly cores: number;
  readonly latencyMs: number;
  readonly dir: string;
  readonly present: 'none' | 'unchanged';
}

export async function bench(given: readonly string[]): Promise<Section> {
  const parameters = parseParameters(given);
  const { present, missing } = findContenders(parameters.cache, parameters.program);
  const wanted = present.filter(
    ({ name }) => parameters.only.length === 0 || parameters.only.some((one) => name.startsWith(one)),
  );
  const measured: Measured[] = [];
  const notes: string[] = [];
  for (const key of parameters.key) {
    for (const count of parameters.n) {
      const pki = await bulkPki(parameters.cache, { ...parameters, key, count });
      for (const latencyMs of parameters.latency) {
        for (const cores of parameters.cores) {
          const responder = await startResponder(parameters.cache, pki, latencyMs, cores);
          try {
            if (notes.length === 0) notes.push(await ceilingNote(pki, latencyMs));
            for (const dir of parameters.dir) {
              const certificates = copyOf(pki.certificates, dir);
              try {
                for (const there of parameters.present) {
                  const one = { pki: { ...pki, certificates }, cores, latencyMs, dir, present: there };
                  measured.push(await measure(one, wanted, parameters));
                }
              } finally {
                rmSync(certificates, { recursive: true, force: true });
              }
            }
          } finally {
            await responder.stop();
          }
        }
      }
    }
  }
  return {
    rows: [],
    table: bulkTable(measured),
    notes: [...notes, ...missing.map((one) => `Left out: ${one}.`)],
  };
}

/** The certificates lie where the staples go: who reads them first after a while would wait for the disk of the cache. */
function copyOf(certificates: string, dir: string): string {
  const copy = mkdtempSync(join(dir, 'restaple-bulk-certificates-'));
  cpSync(certificates, copy, { recursive: true });
  return copy;
}

async function ceilingNote(pki: BulkPki, latencyMs: number): Promise<string> {
  if (latencyMs > 0) return 'The ceiling of the responder was not measured, since it waits.';
  const rate = await ceiling(pki);
  return `The responder alone, asked over 64 connections by a program that only counts: at least ${Math.round(rate)} answers a second.`;
}

/** In turns, every other round backwards, as in `measure.ts`. */
async function measure(
  one: Case,
  contenders: readonly Contender[],
  { rounds }: Parameters,
): Promise<Measured> {
  const taking = contenders.filter(
    ({ most }) => one.pki.count <= most && one.latencyMs * one.pki.count <= most * 1000,
  );
  const runs = new Map<Contender, Run[]>(taking.map((contender) => [contender, []]));
  const [load = 0] = loadavg();
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? taking : taking.toReversed()) {
      runs.get(contender)?.push(await runOnce(one, contender));
    }
  }
  return { ...one, runs, load };
}

async function runOnce({ pki, cores, dir, present }: Case, contender: Contender): Promise<Run> {
  const out = mkdtempSync(join(dir, 'restaple-bulk-'));
  try {
    const argv = contender.argv(pki, out);
    const numbers = cores === 1 ? '0' : '0,1';
    if (present === 'unchanged') await runProgram(argv, numbers);
    const run = await runProgram(argv, numbers);
    const written = readdirSync(out).filter((name) => name.endsWith('.ocsp')).length;
    if (written !== pki.count) throw new Error(`${contender.name} wrote ${written} of ${pki.count} staples`);
    return run;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function startResponder(cache: string, pki: BulkPki, latencyMs: number, cores: number) {
  mkdirSync(cache, { recursive: true });
  const program = fileURLToPath(new URL('bulk/responder.js', import.meta.url));
  const description = join(pki.issuer, '..', 'pki.json');
  const argv = ['-c', cores === 1 ? '1' : '0,1', process.execPath, program, description, String(latencyMs)];
  const child = spawn('taskset', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), gone]);
  if (child.exitCode !== null) throw new Error('the responder ended before it was ready');
  return {
    async stop(): Promise<void> {
      child.stdin.end();
      await gone;
    },
  };
}
