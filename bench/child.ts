/** A contender that is a program, timed from its start to its end. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Contender, Sample } from './measure.ts';

/** The unit of /proc/PID/stat: USER_HZ is 100 on every architecture that Node runs on. */
const TICK_MS = 10;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Removes what the last run left, so that this one does all the work. */
  readonly prepare?: () => void;
  /** Throws unless the run has done what it should. */
  readonly check?: () => void;
}

export function child(name: string, { command, args, prepare, check }: Program): Contender {
  return {
    name,
    ...(prepare && { prepare }),
    run() {
      const sample = runProgram(command, args);
      check?.();
      return sample;
    },
  };
}

/**
 * Runs a program with nothing in its environment but PATH: with NODE_EXTRA_CA_CERTS, Node 20 reads certificates at every
 * start, which takes longer than the start itself.
 */
export function runProgram(command: string, args: readonly string[]): Sample {
  const env = { PATH: process.env['PATH'] ?? '' };
  const cpuBefore = cpuOfChildren();
  const start = performance.now();
  const { status, error, stderr } = spawnSync(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const wallMs = performance.now() - start;
  const cpuAfter = cpuOfChildren();
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr.toString()}`);
  return {
    wallMs,
    cpuMs: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
  };
}

/**
 * The processor time of all children that have ended, as Linux tells it (proc(5), cutime and cstime): exact in sum,
 * although a single difference is a whole number of ticks.
 */
export function cpuOfChildren(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The second field is the name of the program, which may hold anything; the third comes behind its parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
