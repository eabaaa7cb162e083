/**
 * What a command may touch, handed to it: streams, clock, environment. Commands return their exit code and never end
 * the process, so that a test can run one like a function.
 */
export interface Io {
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

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  // A reader that has gone (`| head`) is no failure of ours.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    terminal: stderr.isTTY,
    colorOut: stdout.isTTY && allowsColor(env),
    colorErr: stderr.isTTY && allowsColor(env),
    env,
    now: () => new Date(),
  };
}

/** https://no-color.org, and terminals that say they cannot. */
function allowsColor(env: NodeJS.ProcessEnv): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
