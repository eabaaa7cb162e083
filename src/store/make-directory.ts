/** `mkdir -p`, of which Node's own never ends where nothing can be made, such as in `/proc`. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** What lies in a store is public. */
const MODE = 0o755;

/**
 * Makes a directory, and those above it, unless they are there.
 *
 * @throws what node:fs throws.
 */
export function makeDirectory(path: string): void {
  if (isDirectory(path)) return;
  try {
    mkdirSync(path, { mode: MODE });
  } catch (error) {
    // Somebody else may have been faster.
    if (isDirectory(path)) return;
    const above = dirname(path);
    if (!isMissing(error) || isDirectory(above)) throw error;
    makeDirectory(above);
    makeDirectory(path);
  }
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
