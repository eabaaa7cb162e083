/**
 * The edge of every verb, where what was thrown becomes words and an exit code. It belongs to the verb and not to
 * `main`, which knows no errors: verbs are bundled apart, each with its own copy of the classes.
 */
import { printError } from './error-output.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Io } from './io.ts';

export async function guarded(io: Io, verb: () => Promise<number>): Promise<number> {
  try {
    return await verb();
  } catch (error) {
    printError(io, error);
    return exitCodeOf(error);
  }
}
