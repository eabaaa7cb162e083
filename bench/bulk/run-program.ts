/** One run of a program: wall, processor time, peak of memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { attempt } from '../../src/attempt.ts';
import { cpuOfChildren } from '../child.ts';

export interface Run {
  readonly wallMs: number;
  /** Of the program and of all that it started. */
  readonly cpuMs: number | undefined;
  /** Of the program itself, in KiB; `undefined` for what starts others, and for what is over before it was looked at. */
  readonly peakKiB: number | undefined;
}

/** The kernel keeps the highest, so only what is had in the last moments can be missed. */
const LOOK_MS = 10;

/**
 * With nothing in its environment but PATH: with NODE_EXTRA_CA_CERTS, Node 20 reads certificates at every start, which
 * takes longer than the start itself.
 *
 * @param cores the numbers of the cores it may run on, as `taskset -c` takes them.
 * @throws Error when it fails.
 */
export async function runProgram(argv: readonly string[], cores: string): Promise<Run> {
  const env = { PATH: process.env['PATH'] ?? '' };
  const cpuBefore = cpuOfChildren();
  const start = performance.now();
  const child = spawn('taskset', ['-c', cores, ...argv], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const closed = once(child, 'close');
  let peakKiB: number | undefined;
  const watch = setInterval(() => {
    peakKiB = attempt(() => peakOf(child.pid ?? 0)) ?? peakKiB;
  }, LOOK_MS);
  const [status] = await closed;
  const wallMs = performance.now() - start;
  clearInterval(watch);
  const cpuAfter = cpuOfChildren();
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${said.slice(0, 500)}`);
  const cpuMs = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
  return { wallMs, cpuMs, peakKiB };
}

function peakOf(pid: number): number | undefined {
  const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return kib === undefined ? undefined : Number(kib);
}
