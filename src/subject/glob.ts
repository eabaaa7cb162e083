/** Patterns, for those who quote them or have no shell. In a file of its own: few calls have one. */
import { isAbsolute } from 'node:path';
import { glob } from 'tinyglobby';

/** The files that match, sorted, in the form in which the pattern was typed: absolute or not. */
export async function matchFiles(pattern: string): Promise<readonly string[]> {
  const paths = await glob(pattern, { expandDirectories: false, absolute: isAbsolute(pattern) });
  return paths.toSorted();
}
