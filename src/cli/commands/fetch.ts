/** `restaple fetch`: from certificates to staples on disk. */
import { InputError } from '../../errors.ts';
import { removeTemporaries } from '../../store/atomic-file.ts';
import { cleaningUp } from '../cleaning-up.ts';
import { doctorCommand } from '../doctor-command.ts';
import { type ExitCode, exitCodeOf, gravest } from '../exit-codes.ts';
import { buildRoad, openClient } from '../fetch/build-road.ts';
import { inOrder } from '../fetch/in-order.ts';
import { fetchCertificate } from '../fetch/one-certificate.ts';
import type { Result } from '../fetch/outcome.ts';
import { type Job, planJobs } from '../fetch/plan.ts';
import { type Report, type ReportOptions, reportOf } from '../fetch/report.ts';
import { guarded } from '../guarded.ts';
import type { HttpClient } from '../../http/client.ts';
import type { Io } from '../io.ts';
import { printJson } from '../json-output.ts';
import { Progress } from '../progress.ts';
import type { FetchFlags } from '../verbs/fetch.ts';

/**
 * Certificates taken up at a time: more than requests under way, which the limiter bounds. Those of one responder that is
 * slow fill the line before it, and must not keep the others waiting: then it is many more.
 */
const [AHEAD, FAR_AHEAD] = [256, 4096];
/** A thread takes 50 ms to get going: for fewer certificates it saves nothing. */
const BULK = 400;

export function fetchCommand(args: readonly string[], flags: FetchFlags, io: Io): Promise<number> {
  return guarded(io, () => fetchAll(args, flags, io), flags.json && !flags.stdout ? 'fetch' : undefined);
}

/** @throws InputError for wrong usage and for files named by options that cannot be read. */
async function fetchAll(args: readonly string[], flags: FetchFlags, io: Io): Promise<ExitCode> {
  const jobs = await planJobs(args, flags);
  if (jobs.length > 4) widenThreadPool();
  if (!flags.verify) warnUnverified(io);
  const client = await openClient(flags, io.env);
  try {
    return await run(jobs, client, flags, io);
  } finally {
    client.close();
  }
}

/**
 * Node looks names up in two of the four threads of its pool, and a name server that does not answer holds each for
 * seconds: a handful of dead names would keep the living ones from being found. Read once, when the pool is first used.
 */
function widenThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= '128';
}

async function run(jobs: readonly Job[], client: HttpClient, flags: FetchFlags, io: Io): Promise<ExitCode> {
  const doctor = doctorCommand(flags);
  const { colorOut, colorErr } = io;
  const options: ReportOptions = { ...flags, colorOut, colorErr, doctor };
  const reports: Reported[] = [];
  const progress = new Progress(io, () => `${reports.length} of ${jobs.length} certificates`);
  const deliver = ({ exitCode, isCertificate, said, json }: Report): void => {
    reports.push({ exitCode, isCertificate, json });
    if (said.length > 0) progress.clear();
    for (const [to, text] of said) {
      if (to === 'out') io.out(text);
      else io.err(text.toString());
    }
  };
  const { startCrew } = jobs.length < BULK ? {} : await import('../fetch/crew.ts');
  const crew = startCrew?.(flags, io);
  const release = cleaningUp(() => {
    progress.end();
    crew?.stopNow();
    removeTemporaries();
  });
  try {
    const limits = crew?.limits ?? (flags.jobs === undefined ? {} : { total: flags.jobs });
    const road = await buildRoad(client, flags, limits, io);
    const here = async ({ target, output }: Job): Promise<Report> =>
      reportOf(await fetchCertificate(target, output, road), options);
    const perform = async (job: Job): Promise<Report> => {
      const { target, output, refusal } = job;
      if (refusal) return reportOf(failed(target.path, output, refusal), options);
      return crew ? crew.perform(job, here) : here(job);
    };
    await inOrder(jobs, AHEAD, perform, deliver, FAR_AHEAD);
  } finally {
    progress.end();
    release();
    crew?.close();
  }
  for (const empty of emptyDirectories(reports, jobs)) deliver(reportOf(empty, options));
  const exitCode = gravest(reports.map((report) => report.exitCode));
  if (flags.json) {
    const certificates = reports.flatMap(({ json }) => json ?? []);
    printJson(io, { verb: 'fetch', exitCode, certificates });
  }
  return exitCode;
}

/** What of a report is needed at the end. */
type Reported = Omit<Report, 'said'>;

const failed = (path: string, output: string | undefined, error: InputError): Result => ({
  path,
  output,
  mustStaple: false,
  outcome: { kind: 'failed', error },
  exitCode: exitCodeOf(error),
});

/** Directories and patterns in which not one server certificate was found. */
function* emptyDirectories(reports: readonly Reported[], jobs: readonly Job[]): Generator<Result> {
  const found = new Map<string, boolean>();
  jobs.forEach(({ target: { foundIn } }, i) => {
    if (foundIn === undefined) return;
    found.set(foundIn, found.get(foundIn) === true || reports[i]?.isCertificate === true);
  });
  for (const [place, any] of found) {
    if (!any)
      yield failed(
        place,
        undefined,
        new InputError('certificate-not-found', 'no server certificate in it', place),
      );
  }
}

function warnUnverified(io: Io): void {
  io.err(
    'restaple: WARNING: --no-verify: neither the signature nor the times of the response are checked.\n' +
      'restaple: WARNING: anybody on the way to the responder can choose what your server staples.\n',
  );
}
