/**
 * What a command may touch, handed to it: streams, clock, environment. Commands return their exit code and never end
 * the process, so that a test can run one like a function.
 */
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

/** The process itself. Node makes each stream when it is first touched, which costs, so only what is used is. */
export function processIo(): Io {
  const { env } = process;
  return {
    input: () => process.stdin,
    out: (text) => void survivingPipe(process.stdout).write(text),
    err: (text) => void survivingPipe(process.stderr).write(text),
    get terminal() {
      return process.stderr.isTTY;
    },
    get colorOut() {
      return process.stdout.isTTY && allowsColor(env);
    },
    get colorErr() {
      return process.stderr.isTTY && allowsColor(env);
    },
    env,
    now: () => new Date(),
  };
}

/** A reader that has gone (`| head`) is no failure of ours. */
function survivingPipe(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (stream.listenerCount('error') === 0) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return stream;
}

/** https://no-color.org, and terminals that say they cannot. */
function allowsColor(env: NodeJS.ProcessEnv): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
