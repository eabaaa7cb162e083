/** One look at everything that was named: which certificates are where, and where something may change. */
import { type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { attempt } from '../../attempt.ts';
import { Pace } from '../../pace.ts';
import { visitTargets } from '../../subject/targets.ts';
import type { SubjectSettings } from './certificate-subject.ts';
import type { FileTable } from './file-table.ts';
import type { RosterProblem, Sighting } from './membership.ts';

/** What one entry of the config, or a command line, names. */
export interface RosterGroup {
  /** Files, directories and patterns. */
  readonly args: readonly string[];
  /** The files that the staple of a certificate file goes to; `outputPath` says what `fetch` would call it. */
  readonly outputsOf: (path: string) => readonly string[];
  /** Names of the servers that these files are for. */
  readonly servers: readonly string[];
  readonly settings: SubjectSettings;
}

/** By the path of the file and the number of its group: what was seen in a group once is looked at until it is gone. */
export type Sightings = Map<string, Seen>;

export interface Seen {
  /** Its key in `Sightings`: the same text each time, and not ten thousand new ones to be swept up after each look. */
  readonly id: string;
  readonly group: number;
  readonly path: string;
  readonly foundIn: string | undefined;
  readonly sighting: Sighting | undefined;
}

export interface Scan {
  readonly seen: Sightings;
  /** Something is otherwise than it was in the scan before. */
  readonly isNews: boolean;
  /** A look in a few seconds will tell more. */
  readonly isUnsure: boolean;
  readonly problems: readonly RosterProblem[];
  /** Where certificates may come and go. */
  readonly directories: ReadonlySet<string>;
}

export async function scan(
  groups: readonly RosterGroup[],
  before: Sightings,
  files: FileTable,
): Promise<Scan> {
  const seen: Sightings = new Map();
  const problems: RosterProblem[] = [];
  const directories = new Set<string>();
  let isNews = false;
  let isUnsure = false;

  const lookAnew = async (one: Omit<Seen, 'sighting'>, group: RosterGroup, stats?: Stats): Promise<void> => {
    const { id, path, foundIn } = one;
    const state = await files.look(path, foundIn, stats);
    if (state.error) problems.push({ path, error: state.error });
    isUnsure ||= state.isUnsure;
    const earlier = before.get(id);
    const known = earlier?.sighting;
    const { key, isLingering } = state;
    // What is passed over is remembered by the table of files; what is gone, by nobody.
    if (earlier && known?.key === key && (known === undefined || known.isLingering === isLingering)) {
      seen.set(earlier.id, earlier);
      return;
    }
    const sighting = key === undefined ? undefined : sightingOf(one, key, isLingering, group);
    isNews ||= known !== undefined || sighting !== undefined;
    seen.set(id, { ...one, sighting });
  };

  for (const [number, group] of groups.entries()) {
    for (const arg of group.args) directories.add(baseOf(arg));
    await visitTargets(group.args, ({ path: shown, foundIn, problem, stats }) => {
      if (problem) {
        problems.push({ path: shown, error: problem });
        return undefined;
      }
      const path = resolve(shown);
      const id = idOf(number, path);
      if (seen.has(id)) return undefined;
      addDirectories(path, foundIn, directories);
      // Nearly always all are as they were: that must cost next to nothing for each of ten thousand.
      const earlier = before.get(id);
      const { key, isLingering } = earlier?.sighting ?? {};
      const now = stats ?? attempt(() => statSync(path));
      if (earlier && key !== undefined && isLingering === false && now && files.isSteady(path, key, now)) {
        seen.set(earlier.id, earlier);
        return undefined;
      }
      return lookAnew({ id, group: number, path, foundIn }, group, now);
    });
  }
  const pace = new Pace();
  for (const [id, { group: number, path, foundIn, sighting }] of before) {
    if (pace.isOver()) await pace.rest();
    const group = groups[number];
    if (sighting === undefined || group === undefined || seen.has(id)) continue;
    await lookAnew({ id, group: number, path, foundIn }, group);
    if (seen.get(id)?.sighting === undefined) seen.delete(id);
  }
  return { seen, isNews, isUnsure, problems, directories };
}

const idOf = (group: number, path: string): string => `${group} ${path}`;

function sightingOf(
  { path, foundIn }: Omit<Seen, 'sighting'>,
  key: string,
  isLingering: boolean,
  { outputsOf, servers, settings }: RosterGroup,
): Sighting {
  return {
    key,
    path,
    foundIn,
    outputs: outputsOf(path).map((output) => resolve(output)),
    servers,
    settings,
    isLingering,
  };
}

/** From the directory of a file up to where it was looked for: a new one may appear in each of them. */
function addDirectories(path: string, foundIn: string | undefined, directories: Set<string>): void {
  let directory = dirname(path);
  if (directories.has(directory)) return;
  const base = foundIn === undefined ? directory : baseOf(foundIn);
  for (; !directories.has(directory); directory = dirname(directory)) {
    directories.add(directory);
    if (directory === base || directory === dirname(directory)) return;
  }
}

/** The directory below which all that is named lies. */
function baseOf(arg: string): string {
  const path = resolve(arg);
  const stats = attempt(() => statSync(path));
  if (stats) return stats.isDirectory() ? path : dirname(path);
  const fixed = arg.split('/').slice(0, -1);
  const wild = fixed.findIndex((part) => /[*?[{]/.test(part));
  const base = (wild === -1 ? fixed : fixed.slice(0, wild)).join('/');
  return resolve(base === '' && arg.startsWith('/') ? '/' : join(base, '.'));
}
