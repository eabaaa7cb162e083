/** Programs to compare with. One that is not installed is named and left out. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** What `PROGRAM version` says; `undefined` where there is no such program. */
export function versionOf(program: string): string | undefined {
  const { error, stdout } = spawnSync(program, ['version']);
  return error ? undefined : stdout.toString().trim();
}

/** Where libraries from npm are installed that are compared with. */
export const peerDirectory = (): string => resolve(process.env['RESTAPLE_BENCH_PEERS'] ?? '.');

/** Loads what is installed there. */
export const peerRequire = (): NodeJS.Require => createRequire(join(peerDirectory(), 'package.json'));
