/** The command line: from what was typed to the verb that does it. */
import { Command, CommanderError } from 'commander';
import type { Io } from './io.ts';
import { defineVerbs } from './verbs.ts';
import { VERSION } from './version.ts';

/** EX_USAGE of sysexits, as in `exit-codes.ts`, which this file does not load. */
const USAGE = 64;

/** @returns the exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const program = new Command('restaple')
    .description('fetch, verify and keep fresh the OCSP staples of your certificates')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  defineVerbs(program, io, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : USAGE;
  }
  return exitCode;
}
