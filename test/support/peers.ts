/**
 * Programs that tests ask for a second opinion. Where one is missing, its tests are skipped by name with the reason;
 * with RESTAPLE_REQUIRE_PEERS=1, as in CI, they fail instead, so that a lost program is not taken for a passed test.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

const found = new Map<string, string | undefined>();

/** The path of a program on PATH, or `undefined`. */
export function peer(program: string): string | undefined {
  if (!found.has(program)) found.set(program, lookUp(program));
  return found.get(program);
}

function lookUp(program: string): string | undefined {
  const dirs = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '');
  // Daemons live in directories that are not on the PATH of most users.
  return [...dirs, '/usr/sbin', '/usr/local/sbin', '/sbin', ...postgresDirs()]
    .map((dir) => join(dir, program))
    .find((path) => isExecutable(path));
}

/** Debian has each version of PostgreSQL in a directory of its own. */
function postgresDirs(): string[] {
  const parent = '/usr/lib/postgresql';
  return (existsSync(parent) ? readdirSync(parent) : []).map((version) => join(parent, version, 'bin'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A group of tests that are given the path of a program. They are listed by name also when they are skipped. */
export function describeWithPeer(program: string, title: string, tests: (path: string) => void): void {
  const path = peer(program);
  if (path === undefined && process.env['RESTAPLE_REQUIRE_PEERS'] === '1') {
    throw new Error(`${program} is not installed, and RESTAPLE_REQUIRE_PEERS=1 wants it`);
  }
  const missing = path === undefined ? ` (skipped: ${program} is not installed)` : '';
  if (missing !== '') console.warn(`${title}${missing}`);
  describe.skipIf(path === undefined)(`${title}${missing}`, () => {
    tests(path ?? program);
  });
}

/** How a program ended; `code` is -1 when a signal ended it. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, which is no error whatever its exit code. */
export function run(
  path: string,
  args: readonly string[],
  options: { input?: Uint8Array; cwd?: string } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = execFile(path, args, { cwd: options.cwd }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'string') reject(error);
      else resolve({ code: error.code ?? -1, stdout, stderr });
    });
    // A program that does not read its input may end before it is written.
    child.stdin?.on('error', () => undefined).end(options.input);
  });
}
