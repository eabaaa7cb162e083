/**
 * The edge of every verb, where what was thrown becomes words and an exit code. It belongs to the verb and not to
 * `main`, which knows no errors: verbs are bundled apart, each with its own copy of the classes.
 */
import { InputError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';
import { printError } from './error-output.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Io } from './io.ts';

export async function guarded(io: Io, verb: () => Promise<number>): Promise<number> {
  try {
    return await verb();
  } catch (thrown) {
    const error = isFailedWrite(thrown) ? unwritten(thrown) : thrown;
    printError(io, error);
    return exitCodeOf(error);
  }
}

/** Whatever writes a file says so with an error of its own; a bare one is from standard output. */
const isFailedWrite = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall === 'write';

const unwritten = (error: unknown): InputError =>
  new InputError('output-unwritable', `cannot write to standard output: ${systemReason(error)}`);
