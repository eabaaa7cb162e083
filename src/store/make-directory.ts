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
  try {
    makeOne(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    // What was missing above may be there by now, made by another process: then it is tried once more, and no further.
    makeDirectory(dirname(path));
    makeOne(path);
  }
}

/** Somebody else may be faster. */
function makeOne(path: string): void {
  if (isDirectory(path)) return;
  try {
    mkdirSync(path, { mode: MODE });
  } catch (error) {
    if (!isDirectory(path)) throw error;
  }
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
