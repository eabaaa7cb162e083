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
}

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const out: Buffer[] = [];
  let err = '';
  const io: Io = {
    out: (text) => void out.push(Buffer.from(text)),
    err: (text) => void (err += text),
    terminal: options.terminal === true,
    colorOut: false,
    colorErr: false,
    env: options.env ?? {},
    now: () => options.now ?? NOW,
  };
  const exitCode = await main(args, io);
  const outBytes = Buffer.concat(out);
  return { exitCode, out: outBytes.toString(), outBytes, err };
}
