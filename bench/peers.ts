/** Programs to compare with. One that is not installed is named and left out. */
import { spawnSync } from 'node:child_process';

/** What `PROGRAM version` says; `undefined` where there is no such program. */
export function versionOf(program: string): string | undefined {
  const { error, stdout } = spawnSync(program, ['version']);
  return error ? undefined : stdout.toString().trim();
}
