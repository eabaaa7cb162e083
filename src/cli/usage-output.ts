/** What cannot be meant, as every verb says it. */
import { printable } from '../text.ts';
import type { UsageError } from './arguments.ts';
import type { Io } from './io.ts';

/** EX_USAGE of sysexits, as in `exit-codes.ts`, which `main` does not load. */
export const USAGE = 64;

/** @returns the exit code. */
export function refuseUsage(io: Pick<Io, 'err'>, { message, hint }: UsageError, help: string): typeof USAGE {
  io.err(
    `restaple: ${printable(message)}\nhint: ${hint === undefined ? '' : `${printable(hint)} `}see ${help}\n`,
  );
  return USAGE;
}
