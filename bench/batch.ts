/** A contender inside this process: what takes microseconds is run many times, and the sample is the share of one. */
import type { Contender, Sample } from './measure.ts';

/** Long against the resolution of the clock and a collection of garbage, short against what others do meanwhile. */
const BATCH_MS = 20;
/** Time for V8 to compile what is hot. */
const WARM_UP_MS = 500;

/** What may be awaited is. */
export type Work = () => unknown;

export async function batch(name: string, work: Work): Promise<Contender> {
  const size = await warmUp(work);
  return { name, run: () => runBatch(work, size) };
}

/** @returns how many times the work fits into a batch. */
async function warmUp(work: Work): Promise<number> {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < WARM_UP_MS) {
    await runBatch(work, 1);
    count++;
  }
  const { wallMs } = await runBatch(work, Math.max(1, Math.round((count * BATCH_MS) / WARM_UP_MS)));
  return Math.max(1, Math.round(BATCH_MS / wallMs));
}

async function runBatch(work: Work, size: number): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < size; i++) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: wallMs / size, cpuMs: (user + system) / 1000 / size };
}
