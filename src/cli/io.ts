/**
 * What a command may touch, handed to it: streams, clock, environment. Commands return their exit code and never end
 * the process, so that a test can run one like a function.
 */
import { fstatSync, writeSync } from 'node:fs';

export interface Io {
  /** Standard input, in pieces. */
  input(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** The result. */
  out(text: string | Uint8Array): void;
  /** Talk: progress, warnings, errors. */
  err(text: string): void;
  /** True when standard error is a terminal. */
  readonly terminal: boolean;
  readonly colorOut: boolean;
  readonly colorErr: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): Date;
}

export interface ProcessIo extends Io {
  /** True when nothing is on its way through a stream: the process may end at once. */
  allWritten(): boolean;
}

/**
 * The process itself. Node makes a stream when it is first touched, which takes longer than all that `inspect` has to
 * say, so streams are left alone as long as plain writes do.
 */
export function processIo(): ProcessIo {
  const { env } = process;
  let streams = 0;
  const streaming = (): void => void streams++;
  return {
    allWritten: () => streams === 0,
    input: () => process.stdin,
    out: writer(1, () => process.stdout, streaming),
    err: writer(2, () => process.stderr, streaming),
    get terminal() {
      return isTerminal(2, () => process.stderr);
    },
    get colorOut() {
      return allowsColor(env) && isTerminal(1, () => process.stdout);
    },
    get colorErr() {
      return allowsColor(env) && isTerminal(2, () => process.stderr);
    },
    env,
    now: () => new Date(),
  };
}

/** Writes at once, and by the stream from then on when a pipe is full that somebody has made non-blocking. */
function writer(
  fd: number,
  stream: () => NodeJS.WriteStream,
  streaming: () => void,
): (text: string | Uint8Array) => void {
  let direct = true;
  return (text) => {
    let bytes = Buffer.from(text);
    if (!direct) {
      stream().write(bytes);
      return;
    }
    try {
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // A reader that has gone (`| head`) is no failure of ours.
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      direct = false;
      streaming();
      stream().on('error', ignoreClosedPipe).write(bytes);
    }
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Files and pipes are told apart without a stream. */
function isTerminal(fd: number, stream: () => NodeJS.WriteStream): boolean {
  return fstatSync(fd).isCharacterDevice() && stream().isTTY;
}

/** https://no-color.org, and terminals that say they cannot. */
function allowsColor(env: NodeJS.ProcessEnv): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
