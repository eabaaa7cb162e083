/** The command, run in this process: what was typed, what was printed, what was the exit code. */
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { NOW } from './pki.ts';

export interface CliRun {
  readonly exitCode: number;
  /** Standard output as text, and as bytes. */
  readonly out: string;
  readonly outBytes: Buffer;
  readonly err: string;
}

export interface CliOptions {
  /** NOW unless given. */
  readonly now?: Date;
  /** Empty unless given: no home, so nothing is remembered on disk. */
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  /** Colour on both streams. */
  readonly color?: boolean;
  /** The width of the terminal on standard output; no terminal unless given. */
  readonly columns?: number;
  /** What `-` reads; nothing unless given. */
  readonly stdin?: Uint8Array;
}

/** `restaple fetch --allow-private`: the responders that the certificates of the tests name are on loopback. */
export function runFetch(args: readonly string[], options?: CliOptions): Promise<CliRun> {
  return runCli(['fetch', '--allow-private', ...args], options);
}

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const out: Buffer[] = [];
  let err = '';
  const color = options.color === true;
  const io: Io = {
    input: () => [Buffer.from(options.stdin ?? [])],
    out: (text) => void out.push(Buffer.from(text)),
    err: (text) => void (err += text),
    terminal: options.terminal === true,
    colorOut: color,
    colorErr: color,
    columnsOut: options.columns,
    rowsOut: undefined,
    env: options.env ?? {},
    now: () => options.now ?? NOW,
  };
  const exitCode = await main(args, io);
  const outBytes = Buffer.concat(out);
  return { exitCode, out: outBytes.toString(), outBytes, err };
}
