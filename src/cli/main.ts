/** The command: verbs, their options, and nothing else. A verb's code is loaded when the verb is called. */
import { Command, CommanderError } from 'commander';
import { printError } from './error-output.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Io } from './io.ts';
import { defineVerbs } from './verbs.ts';
import { VERSION } from './version.ts';

export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('restaple')
    .description('fetch, verify and keep fresh the OCSP staples of your certificates')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .configureHelp({ showGlobalOptions: true });
  defineVerbs(program, io, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(io, error);
    return exitCodeOf(error);
  }
  return exitCode;
}
