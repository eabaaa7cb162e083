/**
 * One run of a hook's command: a process group of its own, so that at the limit all that it started goes with it.
 * Whatever the command does (not there, deaf to its input, deaf to SIGTERM, endless output), the run ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from './clock.ts';

export interface HookRun {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export interface HookOutcome {
  readonly end:
    | { readonly how: 'exit'; readonly code: number }
    | { readonly how: 'signal'; readonly signal: string }
    | { readonly how: 'time limit' }
    | { readonly how: 'shutdown' }
    | { readonly how: 'not started'; readonly message: string };
  /** The first of standard output and standard error, in the order in which it came. */
  readonly output: Buffer;
}

export interface RunningHook {
  /** Never rejects. */
  readonly outcome: Promise<HookOutcome>;
  /** Ends it as its limit would. */
  stop(): void;
}

/** Enough for a message and its place; a page of a log that somebody has to read. */
const OUTPUT_BYTES = 4096;
/** From SIGTERM to SIGKILL. */
const KILL_AFTER_MS = 2000;
/** A daemon that the command left behind may hold its output open for ever. */
const LAST_OUTPUT_MS = 1000;

/** Without a shell. `command` is a program by its absolute path, and its arguments. */
export function startHook({ command, environment, input, timeoutMs, clock }: HookRun): RunningHook {
  const [program = '', ...args] = command;
  let child: ChildProcess;
  try {
    child = spawn(program, args, { env: environment, detached: true, stdio: 'pipe' });
  } catch (error) {
    return { outcome: Promise.resolve(notStarted(error)), stop: () => undefined };
  }
  const output = new FirstBytes(OUTPUT_BYTES);
  output.of(child.stdout);
  output.of(child.stderr);
  // Who does not read it closes it, or has ended.
  child.stdin?.on('error', () => undefined).end(input);

  let stopped: 'time limit' | 'shutdown' | undefined;
  let cancelTimer = clock.setTimer(timeoutMs, () => stop('time limit'));
  const stop = (why: 'time limit' | 'shutdown'): void => {
    if (stopped !== undefined || child.exitCode !== null || child.signalCode !== null) return;
    stopped = why;
    cancelTimer();
    signalGroup(child, 'SIGTERM');
    cancelTimer = clock.setTimer(KILL_AFTER_MS, () => signalGroup(child, 'SIGKILL'));
  };

  const outcome = new Promise<HookOutcome>((resolve) => {
    const finish = (result: HookOutcome): void => {
      cancelTimer();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      resolve(result);
    };
    child.on('error', (error) => finish(notStarted(error)));
    child.on('exit', (code, signal) => {
      cancelTimer();
      // It has obeyed; what it started may not have.
      if (stopped !== undefined) signalGroup(child, 'SIGKILL');
      const ended = (): void => finish({ end: endOf(stopped, code, signal), output: output.bytes() });
      child.on('close', ended);
      cancelTimer = clock.setTimer(LAST_OUTPUT_MS, ended);
    });
  });
  return { outcome, stop: () => stop('shutdown') };
}

function endOf(
  stopped: 'time limit' | 'shutdown' | undefined,
  code: number | null,
  signal: NodeJS.Signals | null,
): HookOutcome['end'] {
  if (stopped !== undefined) return { how: stopped };
  return code === null ? { how: 'signal', signal: String(signal) } : { how: 'exit', code };
}

const notStarted = (error: unknown): HookOutcome => ({
  end: { how: 'not started', message: error instanceof Error ? error.message : String(error) },
  output: Buffer.alloc(0),
});

/** The group is gone when all of it has ended, which is what was wanted. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH
  }
}

/** Keeps the first bytes of streams, and reads on: a command whose pipe is full would stand still. */
class FirstBytes {
  #left: number;
  readonly #kept: Buffer[] = [];

  constructor(limit: number) {
    this.#left = limit;
  }

  of(stream: Readable | null): void {
    stream
      ?.on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        const part = chunk.subarray(0, this.#left);
        this.#left -= part.length;
        if (part.length > 0) this.#kept.push(Buffer.from(part));
      });
  }

  bytes(): Buffer {
    return Buffer.concat(this.#kept);
  }
}
