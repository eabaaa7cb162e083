/** Whether staples could be written where they are to go, without writing. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { attempt } from '../../attempt.ts';
import { InputError } from '../../errors.ts';
import { systemReason } from '../../issuer/load-certificates.ts';
import type { Problem } from './problems.ts';

/** Each directory is looked at once: ten thousand staples may go into it. */
export function* unwritableOutputs(
  subjects: Iterable<{ readonly outputs: readonly string[] }>,
): Generator<Problem> {
  const directories = new Set<string>();
  for (const { outputs } of subjects) {
    for (const output of outputs) {
      const stats = attempt(() => statSync(output));
      if (stats && !stats.isFile())
        yield problemAt(output, 'no staple can be written here: is no regular file');
      // A link is followed when it is written.
      const directory = dirname(attempt(() => realpathSync(output)) ?? output);
      if (directories.has(directory)) continue;
      directories.add(directory);
      const reason = whyUnwritable(directory);
      if (reason !== undefined) yield problemAt(directory, `no staple can be written here: ${reason}`);
    }
  }
}

/** The store is made when it is not there, with all directories above it. */
export function storeProblem(store: string): Problem | undefined {
  let present = resolve(store);
  while (!attempt(() => statSync(present)) && present !== dirname(present)) present = dirname(present);
  const reason = whyUnwritable(present);
  if (reason === undefined) return undefined;
  const where = present === resolve(store) ? '' : `${present}: `;
  return problemAt(store, `cannot be the store: ${where}${reason}`);
}

function whyUnwritable(directory: string): string | undefined {
  try {
    if (!statSync(directory).isDirectory()) return 'is no directory';
    accessSync(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}

const problemAt = (path: string, message: string): Problem => ({
  path,
  error: new InputError('output-unwritable', message, path),
});
