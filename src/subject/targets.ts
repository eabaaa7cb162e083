/** From what was typed to certificate files. */
import { type Dirent, type Stats, readdirSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { attempt } from '../attempt.ts';
import { InputError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';
import { Pace } from '../pace.ts';

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

/** The files of each argument, sorted within a directory or pattern, each file once. */
export async function findTargets(args: readonly string[]): Promise<readonly Target[]> {
  const found = new Map<string, Target>();
  const pace = new Pace();
  for (const arg of args) {
    for (const target of await expand(arg)) {
      if (pace.isOver()) await pace.rest();
      const key = resolve(target.path);
      if (!found.has(key)) found.set(key, target);
    }
  }
  return [...found.values()];
}

async function expand(arg: string): Promise<readonly Target[]> {
  const stats = attempt(() => statSync(arg));
  if (stats?.isDirectory() === true) return walk(arg);
  if (stats || !/[*?[{]/.test(arg)) return [{ path: arg, foundIn: undefined, problem: undefined }];
  try {
    const paths = await matches(arg);
    return paths.map((path) => ({ path, foundIn: arg, problem: undefined }));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ path: arg, foundIn: undefined, problem: error }];
  }
}

async function matches(pattern: string): Promise<readonly string[]> {
  const { matchFiles } = await import('./glob.ts');
  const paths = await matchFiles(pattern);
  if (paths.length === 0) throw new InputError('file-unreadable', 'no file matches the pattern', pattern);
  return paths;
}

/** Every file that may hold a certificate. Links to files are followed, as certbot makes them; links to directories not. */
async function walk(root: string): Promise<readonly Target[]> {
  const targets: Target[] = [];
  const pace = new Pace();
  const visit = async (directory: string, depth: number): Promise<void> => {
    let entries: readonly Dirent[];
    try {
      entries = readdirSync(directory, { withFileTypes: true });
    } catch (error) {
      // The others go on: one closed directory must not cost its neighbours their staples.
      targets.push({ path: directory, foundIn: undefined, problem: unreadable(directory, error) });
      return;
    }
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(directory, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (pace.isOver()) await pace.rest();
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) await visit(path, depth + 1);
      } else if (!OTHERS.has(extname(entry.name))) {
        const stats = attempt(() => statSync(path));
        if (stats && mayHoldCertificate(stats))
          targets.push({ path, foundIn: root, problem: undefined, stats });
      }
    }
  };
  await visit(root, 0);
  if (targets.length > 0) return targets;
  const problem = new InputError('certificate-not-found', 'no server certificate in it', root);
  return [{ path: root, foundIn: undefined, problem }];
}

const unreadable = (directory: string, error: unknown): InputError =>
  new InputError('file-unreadable', `cannot be read: ${systemReason(error)}`, directory, { cause: error });

function mayHoldCertificate(stats: Stats): boolean {
  return stats.isFile() && stats.size > 0 && stats.size <= MAX_FILE_BYTES;
}
