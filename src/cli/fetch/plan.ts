/** Which staple goes into which file, decided before anything is fetched. */
import { attempt } from '../../attempt.ts';
import { InputError } from '../../errors.ts';
import type { FetchFlags } from '../verbs/fetch.ts';
import { outputPath } from '../../subject/output-path.ts';
import { fileResolver } from '../../subject/resolve-file.ts';
import { loadSubject } from '../../subject/subject.ts';
import { type Target, findTargets } from '../../subject/targets.ts';

export interface Job {
  readonly target: Target;
  /** `undefined` for standard output. */
  readonly output: string | undefined;
  /** Why this certificate cannot be served at all. */
  readonly refusal: InputError | undefined;
}

/** @throws InputError `usage-invalid` */
export async function planJobs(args: readonly string[], flags: FetchFlags): Promise<readonly Job[]> {
  checkFlags(flags);
  const targets = await findTargets(args);
  if (
    (flags.out !== undefined || flags.stdout) &&
    (targets.length > 1 || targets[0]?.foundIn !== undefined)
  ) {
    throw new InputError(
      'usage-invalid',
      `${flags.stdout ? '--stdout' : '--out'} takes one certificate file`,
    );
  }
  const jobs = targets.map((target) => ({
    target,
    output: flags.stdout ? undefined : (flags.out ?? outputPath(target.path, flags.outDir)),
    refusal: target.problem,
  }));
  return refuseCollisions(jobs);
}

function checkFlags(flags: FetchFlags): void {
  const places = [flags.out !== undefined, flags.outDir !== undefined, flags.stdout].filter(Boolean).length;
  if (places > 1) throw new InputError('usage-invalid', '--out, --out-dir and --stdout exclude each other');
  if (flags.stdout && flags.json)
    throw new InputError('usage-invalid', '--stdout and --json exclude each other');
  if (flags.nonce && !flags.verify)
    throw new InputError('usage-invalid', '--nonce means nothing with --no-verify');
  if (flags.stdout && flags.ifDue)
    throw new InputError('usage-invalid', '--if-due needs a file that it can look at');
}

/** Two different certificates for one file: whichever came last would win, and the other server would break. */
function refuseCollisions(jobs: readonly Job[]): readonly Job[] {
  const firsts = new Map<string, Job>();
  const byOutput = new Map<string, Job[]>();
  const resolveFile = fileResolver();
  for (const job of jobs) {
    if (job.output === undefined || job.refusal) continue;
    const output = resolveFile(job.output);
    const first = firsts.get(output);
    if (first === undefined) firsts.set(output, job);
    else byOutput.set(output, [...(byOutput.get(output) ?? [first]), job]);
  }
  const refusals = new Map<Job, InputError>();
  for (const rivals of byOutput.values()) {
    const different = differing(rivals);
    const paths = different.map(({ target }) => target.path).join(' and ');
    for (const job of different) {
      refusals.set(job, new InputError('usage-invalid', `${job.output} would be the staple of ${paths}`));
    }
  }
  if (refusals.size === 0) return jobs;
  return jobs.map((job) => (refusals.has(job) ? { ...job, refusal: refusals.get(job) } : job));
}

/** The jobs that hold a certificate, when these are not all the same one. */
function differing(rivals: readonly Job[]): readonly Job[] {
  const holders: Job[] = [];
  const certificates = new Set<string>();
  for (const job of rivals) {
    const subject = attempt(() => loadSubject(job.target));
    if (!subject) continue;
    holders.push(job);
    certificates.add(subject.certificate.raw.toString('latin1'));
  }
  return certificates.size > 1 ? holders : [];
}
