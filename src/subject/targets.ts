/** From what was typed to certificate files. */
import { type Dirent, type Stats, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { attempt } from '../attempt.ts';
import { InputError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';
import { Pace } from '../pace.ts';
import { fileResolver } from './resolve-file.ts';

export interface Target {
  /** As it is shown: what was typed, or below it. */
  readonly path: string;
  /**
   * The directory or pattern that the file was found by. Such a file may turn out to be something else, and is then
   * passed over; one that was named must be a certificate.
   */
  readonly foundIn: string | undefined;
  /** Why there is no file here at all. */
  readonly problem: InputError | undefined;
  /** Of the file, links followed, where it was looked at to find it. */
  readonly stats?: Stats;
}

/** Files of a certificate directory that never hold a certificate, by what everybody calls them. */
const OTHERS: ReadonlySet<string> = new Set([
  '.key',
  '.ocsp',
  '.csr',
  '.crl',
  '.json',
  '.conf',
  '.txt',
  '.md',
]);
/** Directories in a directory in a directory: certbot has four levels. */
const MAX_DEPTH = 8;
/** A certificate with its chain has some KiB. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Takes a target as it is found; what it returns is waited for before the next. */
export type Visit = (target: Target) => Promise<void> | undefined;

/** The files of each argument, sorted within a directory or pattern, each file once. */
export async function findTargets(args: readonly string[]): Promise<readonly Target[]> {
  const found = new Map<string, Target>();
  const resolveFile = fileResolver();
  await visitTargets(args, (target) => {
    const key = resolveFile(target.path);
    // Without `stats`: of a hundred thousand, they would take more memory than all else.
    const { path, foundIn, problem } = target;
    if (!found.has(key)) found.set(key, { path, foundIn, problem });
    return undefined;
  });
  return [...found.values()];
}

/** The same one by one, and twice what is named twice: a million of them need not be in memory at one time. */
export async function visitTargets(args: readonly string[], visit: Visit): Promise<void> {
  const pace = new Pace();
  const paced: Visit = (target) => {
    const visited = visit(target);
    if (!pace.isOver()) return visited;
    return visited ? visited.then(() => pace.rest()) : pace.rest();
  };
  for (const arg of args) await expand(arg, paced);
}

async function expand(arg: string, visit: Visit): Promise<void> {
  const stats = attempt(() => statSync(arg));
  if (stats?.isDirectory() === true) {
    await walk(arg, visit);
    return;
  }
  if (stats || !/[*?[{]/.test(arg)) {
    await visit({ path: arg, foundIn: undefined, problem: undefined });
    return;
  }
  const found = await matches(arg);
  if (found instanceof InputError) await visit({ path: arg, foundIn: undefined, problem: found });
  else for (const path of found) await visit({ path, foundIn: arg, problem: undefined });
}

async function matches(pattern: string): Promise<readonly string[] | InputError> {
  const { matchFiles } = await import('./glob.ts');
  try {
    const paths = await matchFiles(pattern);
    return paths.length > 0
      ? paths
      : new InputError('file-unreadable', 'no file matches the pattern', pattern);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** Every file that may hold a certificate. Links to files are followed, as certbot makes them; links to directories not. */
async function walk(root: string, visit: Visit): Promise<void> {
  let count = 0;
  const tell = (target: Target): Promise<void> | undefined => {
    count += 1;
    return visit(target);
  };
  const enter = async (directory: string, depth: number): Promise<void> => {
    let entries: readonly Dirent[];
    try {
      entries = readdirSync(directory, { withFileTypes: true });
    } catch (error) {
      // The others go on: one closed directory must not cost its neighbours their staples.
      await tell({ path: directory, foundIn: undefined, problem: unreadable(directory, error) });
      return;
    }
    const wanted = entries.filter((entry) => isWanted(entry));
    const inside = join(directory, 'a').slice(0, -1);
    for (const entry of wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = inside + entry.name;
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) await enter(path, depth + 1);
        continue;
      }
      const stats = attempt(() => statSync(path));
      if (!stats || !mayHoldCertificate(stats)) continue;
      // There may be ten thousand: nothing is waited for that is not under way.
      const told = tell({ path, foundIn: root, problem: undefined, stats });
      if (told) await told;
    }
  };
  await enter(root, 0);
  if (count > 0) return;
  const problem = new InputError('certificate-not-found', 'no server certificate in it', root);
  await visit({ path: root, foundIn: undefined, problem });
}

const isWanted = (entry: Dirent): boolean =>
  !entry.name.startsWith('.') && (entry.isDirectory() || !OTHERS.has(extname(entry.name)));

const unreadable = (directory: string, error: unknown): InputError =>
  new InputError('file-unreadable', `cannot be read: ${systemReason(error)}`, directory, { cause: error });

function mayHoldCertificate(stats: Stats): boolean {
  return stats.isFile() && stats.size > 0 && stats.size <= MAX_FILE_BYTES;
}
