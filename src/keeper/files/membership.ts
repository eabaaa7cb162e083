/** From files that hold certificates to subjects: one for each certificate, with all files that its staple goes to. */
import { InputError } from '../../errors.ts';
import { Pace } from '../../pace.ts';
import type { CertificateSubject, SubjectSettings } from './certificate-subject.ts';

/** A certificate in a file, in the order in which they count. */
export interface Sighting {
  readonly key: string;
  readonly path: string;
  readonly foundIn: string | undefined;
  readonly outputs: readonly string[];
  readonly servers: readonly string[];
  readonly settings: SubjectSettings;
  /** The file is not there just now. */
  readonly isLingering: boolean;
}

export interface RosterProblem {
  /** The file, directory or pattern that it is about. */
  readonly path: string;
  readonly error: Error;
}

export interface Membership {
  readonly subjects: ReadonlyMap<string, CertificateSubject>;
  readonly problems: readonly RosterProblem[];
}

export const NO_MEMBERS: Membership = { subjects: new Map(), problems: [] };

interface Draft {
  readonly key: string;
  readonly paths: string[];
  readonly outputs: string[];
  readonly servers: string[];
  serversOf?: Map<string, readonly string[]>;
  readonly foundIn: string | undefined;
  readonly settings: SubjectSettings;
  isOfTwoMinds: boolean;
}

/** The files that a certificate had for its staple in the life of another process. */
export type FilesBefore = (key: string) => readonly string[];

/** A subject that stays the same stays the same object. */
export async function membershipOf(
  sightings: readonly Sighting[],
  before: Membership,
  filesBefore: FilesBefore = () => [],
): Promise<Membership> {
  const pace = new Pace();
  const present = sightings.filter(({ isLingering }) => !isLingering);
  const lingering = sightings.filter(({ isLingering }) => isLingering);
  const drafts = new Map<string, Draft>();
  const claims = new Map<string, Sighting[]>();
  // A file that is there is read before one that may be back.
  for (const sighting of [...present, ...lingering]) {
    if (pace.isOver()) await pace.rest();
    const { key, path, foundIn, outputs, servers, settings } = sighting;
    let draft = drafts.get(key);
    if (!draft) {
      draft = { key, paths: [], outputs: [], servers: [], foundIn, settings, isOfTwoMinds: false };
      drafts.set(key, draft);
    }
    if (draft.paths.length > 0 && !isEqual(servers, draft.servers))
      draft.serversOf ??= new Map(draft.paths.map((one) => [one, [...draft.servers]]));
    draft.serversOf?.set(path, [...(draft.serversOf.get(path) ?? []), ...servers]);
    if (!draft.paths.includes(path)) draft.paths.push(path);
    for (const server of servers) if (!draft.servers.includes(server)) draft.servers.push(server);
    draft.isOfTwoMinds ||= draft.settings !== settings;
    for (const output of outputs) {
      if (!draft.outputs.includes(output)) draft.outputs.push(output);
      const rivals = claims.get(output);
      if (rivals) rivals.push(sighting);
      else claims.set(output, [sighting]);
    }
  }
  const problems: RosterProblem[] = [];
  const refused = new Map<string, Set<string>>();
  for (const [output, rivals] of claims) {
    if (pace.isOver()) await pace.rest();
    const others = losersOf(output, rivals, before, filesBefore);
    if (others.length === 0) continue;
    for (const { key } of others) refused.set(key, (refused.get(key) ?? new Set()).add(output));
    if (others.some(({ isLingering }) => !isLingering)) problems.push(collision(output, rivals));
  }
  const subjects = new Map<string, CertificateSubject>();
  for (const draft of drafts.values()) {
    if (pace.isOver()) await pace.rest();
    if (draft.isOfTwoMinds) problems.push(twoMinds(draft));
    const not = refused.get(draft.key);
    const { key, paths, servers, serversOf, foundIn, settings } = draft;
    const outputs = not ? draft.outputs.filter((output) => !not.has(output)) : draft.outputs;
    if (not && outputs.length === 0) continue;
    const subject = { key, paths, outputs, servers, foundIn, settings, ...(serversOf && { serversOf }) };
    const known = before.subjects.get(key);
    subjects.set(key, known && isSame(known, subject) ? known : subject);
  }
  return { subjects, problems };
}

/**
 * Two certificates for one file: whichever came last would win, and the other server would break. It belongs to the one
 * that has it already, or had it before a restart, or else to the one whose file is there; of several that are new, to nobody.
 */
function losersOf(
  output: string,
  rivals: readonly Sighting[],
  before: Membership,
  filesBefore: FilesBefore,
): readonly Sighting[] {
  const [first] = rivals;
  if (rivals.every(({ key }) => key === first?.key)) return [];
  const present = rivals.filter(({ isLingering }) => !isLingering);
  const isAlone = present.every(({ key }) => key === present[0]?.key);
  const owner =
    rivals.find(({ key }) => before.subjects.get(key)?.outputs.includes(output) === true) ??
    rivals.find(({ key }) => filesBefore(key).includes(output)) ??
    (isAlone ? present[0] : undefined);
  return rivals.filter(({ key }) => key !== owner?.key);
}

function collision(output: string, rivals: readonly Sighting[]): RosterProblem {
  const paths = rivals.map(({ path }) => path);
  const message = `would be the staple of ${[...new Set(paths)].join(' and ')}`;
  return { path: output, error: new InputError('usage-invalid', message, output) };
}

function twoMinds({ paths }: Draft): RosterProblem {
  const [first = '', ...others] = paths;
  const where = others.length === 0 ? first : `${first} and ${others.join(' and ')}`;
  const message = `the same certificate in ${where} under several settings: the first count`;
  return { path: first, error: new InputError('usage-invalid', message, first) };
}

function isSame(a: CertificateSubject, b: CertificateSubject): boolean {
  return (
    a.settings === b.settings &&
    a.foundIn === b.foundIn &&
    isEqual(a.paths, b.paths) &&
    isEqual(a.outputs, b.outputs) &&
    isEqual(a.servers, b.servers) &&
    a.paths.every((path) => isEqual(a.serversOf?.get(path) ?? a.servers, b.serversOf?.get(path) ?? b.servers))
  );
}

const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
