/** The command line: from what was typed to the verb that does it. */
import { nearest } from '../nearest.ts';
import { Arguments, UsageError } from './arguments.ts';
import { programHelp, verbHelp } from './help.ts';
import type { Io } from './io.ts';
import { USAGE, refuseUsage } from './usage-output.ts';
import { VERBS } from './verbs/index.ts';
import type { Verb } from './verbs/verb.ts';
import { VERSION } from './version.ts';

/** @returns the exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--version' || first === '-V') return print(io, `${VERSION}\n`);
  if (first === '--help' || first === '-h' || first === 'help') return print(io, programHelp(VERBS));
  if (first === undefined) {
    io.err(programHelp(VERBS));
    return USAGE;
  }
  const verb = VERBS.find(({ name }) => name === first);
  if (!verb) {
    const meant = nearest(
      first,
      VERBS.map(({ name }) => name),
    );
    return refuseUsage(
      io,
      new UsageError(`unknown verb ${first}`, meant && `did you mean ${meant}?`),
      'restaple --help',
    );
  }
  return 'runTyped' in verb ? verb.runTyped(rest, io) : runVerb(verb, rest, io);
}

async function runVerb(verb: Verb, args: readonly string[], io: Io): Promise<number> {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  if (options.includes('--help') || options.includes('-h')) return print(io, verbHelp(verb));
  try {
    return await verb.run(new Arguments(args, verb), io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return verb.refuse?.(error, args, io) ?? refuseUsage(io, error, `restaple ${verb.name} --help`);
  }
}

function print(io: Io, text: string): number {
  io.out(text);
  return 0;
}
