/**
 * What a command may touch, handed to it: streams, clock, environment. Commands return their exit code and never end
 * the process, so that a test can run one like a function.
 */
import { InputError } from '../errors.ts';

export interface Io {
  /** Standard input to its end, for the file name `-`. */
  input(): Promise<Buffer>;
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

/** 10 MiB, as for files. */
const MAX_INPUT_BYTES = 10 * 1024 * 1024;

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  // A reader that has gone (`| head`) is no failure of ours.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    input: readStandardInput,
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

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_INPUT_BYTES)
      throw new InputError('file-unreadable', `more than ${MAX_INPUT_BYTES} bytes`, '-');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
