/**
 * The edge of every verb, where what was thrown becomes words and an exit code. It belongs to the verb and not to
 * `main`, which knows no errors: verbs are bundled apart, each with its own copy of the classes.
 */
import { errorJson, printError } from './error-output.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Io } from './io.ts';
import { printJson } from './json-output.ts';

/** `jsonOf` is the verb when its result is asked for as JSON: then the error is, too. */
export async function guarded(io: Io, verb: () => Promise<number>, jsonOf?: string): Promise<number> {
  try {
    return await verb();
  } catch (error) {
    const exitCode = exitCodeOf(error);
    if (jsonOf === undefined) printError(io, error);
    else printJson(io, { verb: jsonOf, exitCode, error: errorJson(error) });
    return exitCode;
  }
}
