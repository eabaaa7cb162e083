/** What a keeper would find, without one: nothing is written and nobody is asked. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { attempt } from '../../attempt.ts';
import type { CertificateConfig, Config } from '../../config/config.ts';
import { InputError, RestapleError } from '../../errors.ts';
import { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import { keyOf } from '../../keeper/files/certificates.ts';
import { NO_MEMBERS, type Sighting, membershipOf } from '../../keeper/files/membership.ts';
import type { RosterGroup } from '../../keeper/files/scan.ts';
import {
  type Subject,
  directoryIssuers,
  issuerOf,
  loadSubject,
  respondersOf,
} from '../../subject/subject.ts';
import { type Target, findTargets } from '../../subject/targets.ts';
import { caIssuersUrls } from '../../x509/authority-info-access.ts';
import { loadNamed } from '../judge-options.ts';
import { groupsOf } from './groups.ts';
import { type Problem, Problems } from './problems.ts';
import type { Clients } from './transport.ts';
import { missingPrograms } from './programs.ts';
import { storeProblem, unwritableOutputs } from './writable.ts';

export interface Examination {
  /** Certificates, each once however many files hold it, that would be kept. */
  readonly certificates: number;
  /** Of these: they name no responder, or their CA will never publish anything. */
  readonly nothingToAsk: number;
  readonly expired: number;
  readonly problems: readonly Problem[];
}

/** @param store where staples would rest. */
export async function examine(
  config: Config,
  store: string,
  clients: Clients,
  now: Date,
): Promise<Examination> {
  const problems = new Problems();
  const sightings: Sighting[] = [];
  const fates = new Map<string, Fate>();
  const beside = directoryIssuers();
  problems.add(storeProblem(store));
  for (const problem of missingPrograms(config.servers)) problems.add(problem);
  for (const one of config.certificates) {
    const group = await problems.of(undefined, () => groupOf(one, config, clients));
    for (const path of namedBy(one)) await problems.of(path, () => loadNamed([path]));
    // What is wrong with the rest of the entry is told all the same.
    const rest = group ?? (await problems.of(undefined, () => groupOf(bare(one), config, clients)));
    if (!rest) continue;
    for (const target of await findTargets(rest.args)) {
      const subject = await problems.of(target.path, () => subjectOf(target));
      if (!subject) continue;
      const key = keyOf(subject.certificate);
      sightings.push(sightingOf(key, target, rest));
      if (group && !fates.has(key)) {
        const fate = await problems.of(target.path, () => fateOf(subject, target, group, beside, now));
        fates.set(key, fate ?? 'kept');
      }
    }
  }
  const { subjects, problems: collisions } = await membershipOf(sightings, NO_MEMBERS);
  // That one certificate is under two entries is none: the first counts, and so one of many can have its own.
  const outputs = new Set(sightings.flatMap((sighting) => sighting.outputs));
  for (const problem of collisions)
    if (outputs.has(problem.path)) problems.add({ ...problem, hint: ASUNDER });
  for (const problem of unwritableOutputs(subjects.values())) problems.add(problem);
  const count = (wanted: Fate): number =>
    [...subjects.keys()].filter((key) => fates.get(key) === wanted).length;
  return {
    certificates: subjects.size,
    nothingToAsk: count('nothing to ask'),
    expired: count('expired'),
    problems: problems.all,
  };
}

const ASUNDER = 'in a config, give each certificate an output or an out-dir of its own';

/** @throws InputError for a file that it names. */
async function groupOf(one: CertificateConfig, config: Config, clients: Clients): Promise<RosterGroup> {
  const [group] = await groupsOf({ ...config, certificates: [one] }, clients);
  if (!group) throw new Error('a group is made for each entry');
  return group;
}

const namedBy = ({ cacert = [], issuer = [], trust }: CertificateConfig): readonly string[] => [
  ...issuer,
  ...trust,
  ...cacert,
];

/** Without all that could be wrong with it, but for the files of certificates and where staples go. */
const bare = (one: CertificateConfig): CertificateConfig => ({
  ...one,
  issuer: undefined,
  trust: [],
  cacert: undefined,
  allowNoNextUpdate: false,
});

/** @throws RestapleError for a file that was named, and for a damaged certificate. */
async function subjectOf(target: Target): Promise<Subject | undefined> {
  if (target.problem) throw target.problem;
  // A pipe would be waited for.
  const isFile = attempt(() => statSync(target.path))?.isFile();
  if (isFile === false) {
    if (target.foundIn !== undefined) return undefined;
    throw new InputError('file-unreadable', 'is no regular file', target.path);
  }
  return loadSubject(target);
}

function sightingOf(key: string, { path, foundIn }: Target, group: RosterGroup): Sighting {
  const { outputsOf, servers, settings } = group;
  const outputs = outputsOf(path).map((output) => resolve(output));
  return { key, path: resolve(path), foundIn, outputs, servers, settings, isLingering: false };
}

/** What becomes of it without any fault in the config: the keeper has these words for them, too. */
type Fate = 'kept' | 'nothing to ask' | 'expired';

/** @throws RestapleError where no staple could ever be had for it. */
async function fateOf(
  subject: Subject,
  target: Target,
  { settings }: RosterGroup,
  beside: (directory: string) => ReturnType<ReturnType<typeof directoryIssuers>>,
  now: Date,
): Promise<Fate> {
  const { givenIssuers: given, client, urls } = settings;
  try {
    if (respondersOf(subject, urls, now) === 'noRevAvail') return 'nothing to ask';
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    if (error.code === 'responder-url-missing') return 'nothing to ask';
    if (error.code === 'certificate-expired') return 'expired';
    throw error;
  }
  // Where the certificate says where its issuer can be had, the keeper asks there.
  if (given || caIssuersUrls(subject.certificate).length === 0)
    await issuerOf(subject, target, { given, fetcher: new IssuerFetcher(client), beside });
  return 'kept';
}
