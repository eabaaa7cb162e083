/** A directory that goes with whoever made it. */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it and all that is in it. */
  close(): Promise<void>;
}

/**
 * Makes a directory that only this user may enter. It goes with the process, too: an output that cannot be written ends
 * it at once, with nobody left to close anything.
 */
export async function makeTemporaryDirectory(prefix: string): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const sweep = (): void => rmSync(path, { recursive: true, force: true });
  process.on('exit', sweep);
  return {
    path,
    async close() {
      await rm(path, { recursive: true, force: true });
      process.off('exit', sweep);
    },
  };
}
