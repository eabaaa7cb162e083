/**
 * What a command may touch, handed to it: streams, clock, environment. Commands return their exit code and never end
 * the process, so that a test can run one like a function.
 */
import { fstatSync, writeSync } from 'node:fs';
import { attempt } from '../attempt.ts';

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
  /** How wide the terminal is that the result goes to; `undefined` when it goes elsewhere. */
  readonly columnsOut: number | undefined;
  /** How high it is; 24 lines, as terminals once were, where it does not know. */
  readonly rowsOut: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): Date;
}

/** What it takes to say something in colour. */
export type Talk = Pick<Io, 'out' | 'err' | 'colorOut' | 'colorErr'>;

export interface ProcessIo extends Io {
  /** True when nothing is on its way through a stream: the process may end at once. */
  allWritten(): boolean;
  /** True when nothing but talk is. */
  resultWritten(): boolean;
  /** Why something did not reach standard output; `undefined` when all did. */
  lost(): Error | undefined;
}

/**
 * The process itself. Node makes a stream when it is first touched, which takes longer than all that `inspect` has to
 * say, so streams are left alone as long as plain writes do.
 */
export function processIo(): ProcessIo {
  const { env } = process;
  const out = new Writer(1, () => process.stdout);
  const err = new Writer(2, () => process.stderr);
  return {
    allWritten: () => out.direct && err.direct,
    resultWritten: () => out.direct,
    lost: () => out.failure,
    input: () => process.stdin,
    out: (text) => out.write(text),
    err: (text) => err.write(text),
    get terminal() {
      return isTerminal(2, () => process.stderr);
    },
    get colorOut() {
      return allowsColor(env) && isTerminal(1, () => process.stdout);
    },
    get colorErr() {
      return allowsColor(env) && isTerminal(2, () => process.stderr);
    },
    get columnsOut() {
      // A terminal that does not know has 0.
      return isTerminal(1, () => process.stdout) ? process.stdout.columns || undefined : undefined;
    },
    get rowsOut() {
      return isTerminal(1, () => process.stdout) ? process.stdout.rows || 24 : undefined;
    },
    env,
    now: () => new Date(),
  };
}

/**
 * Writes at once, and by the stream from then on when a pipe is full that somebody has made non-blocking. Never throws:
 * a full disk behind the log must not keep the staples from their files.
 */
class Writer {
  direct = true;
  /** The first error, but for a reader that has gone (`| head`), which is no failure of ours. */
  failure: Error | undefined;
  readonly #fd: number;
  readonly #stream: () => NodeJS.WriteStream;

  constructor(fd: number, stream: () => NodeJS.WriteStream) {
    this.#fd = fd;
    this.#stream = stream;
  }

  write(text: string | Uint8Array): void {
    let bytes = Buffer.from(text);
    if (!this.direct) {
      this.#stream().write(bytes);
      return;
    }
    try {
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#fd, bytes));
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') {
        this.direct = false;
        this.#stream()
          .on('error', (later) => this.#fail(later))
          .write(bytes);
      } else this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof Error && codeOf(error) !== 'EPIPE') this.failure ??= error;
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Files and pipes are told apart without a stream. */
function isTerminal(fd: number, stream: () => NodeJS.WriteStream): boolean {
  return attempt(() => fstatSync(fd).isCharacterDevice()) === true && stream().isTTY;
}

/** https://no-color.org, and terminals that say they cannot. */
function allowsColor(env: NodeJS.ProcessEnv): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
