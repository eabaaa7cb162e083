/** `restaple fetch`: from certificates to staples on disk. */
import { randomBytes } from 'node:crypto';
import { InputError } from '../../errors.ts';
import { createHttpClient } from '../../http/client.ts';
import { HostHealth } from '../../http/host-health.ts';
import { createLimiter } from '../../http/limiter.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import { NONCE_BYTES } from '../../ocsp/extensions/nonce.ts';
import { DEFAULT_TIMEOUT_MS } from '../../staple/deadline.ts';
import { removeTemporaries } from '../../store/atomic-file.ts';
import { IssuerDirectory, issuerDirectoryPath } from '../../store/issuer-directory.ts';
import { doctorCommand } from '../doctor-command.ts';
import { type ExitCode, exitCodeOf, gravest } from '../exit-codes.ts';
import { inOrder } from '../fetch/in-order.ts';
import { fetchCertificate } from '../fetch/one-certificate.ts';
import type { Road } from '../fetch/road.ts';
import type { Result } from '../fetch/outcome.ts';
import { type Job, planJobs } from '../fetch/plan.ts';
import { fetchJson } from '../fetch/report-json.ts';
import { TextReport } from '../fetch/report-text.ts';
import { directoryIssuers } from '../../subject/subject.ts';
import { cleaningUp } from '../cleaning-up.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { loadJudgement, loadNamed } from '../judge-options.ts';
import { printJson } from '../json-output.ts';
import { Progress } from '../progress.ts';
import { retryOptions } from '../retry-options.ts';
import type { FetchFlags } from '../verbs/fetch.ts';
import { printable } from '../../text.ts';
import { VERSION } from '../version.ts';

/**
 * Certificates taken up at a time: many more than requests under way, which the limiter bounds. Those of one responder
 * that does not answer fill the line before it, and must not keep the others waiting.
 */
const AHEAD = 4096;

export function fetchCommand(args: readonly string[], flags: FetchFlags, io: Io): Promise<number> {
  return guarded(io, () => fetchAll(args, flags, io), flags.json && !flags.stdout ? 'fetch' : undefined);
}

/** @throws InputError for wrong usage and for files named by options that cannot be read. */
async function fetchAll(args: readonly string[], flags: FetchFlags, io: Io): Promise<ExitCode> {
  const jobs = await planJobs(args, flags);
  if (jobs.length > 4) widenThreadPool();
  if (!flags.verify) warnUnverified(io);
  const ca = flags.cacert && (await loadNamed(flags.cacert));
  const client = createHttpClient({
    ...(ca && { ca }),
    userAgent: `restaple/${VERSION}`,
    allowPrivate: flags.allowPrivate,
    proxyFor: proxyChoice(flags.proxy, io.env),
    allowHosts: flags.allowHost ?? [],
    connectTo: flags.connectTo ?? [],
    resolve: flags.resolve ?? [],
  });
  try {
    const road = await buildRoad(client, flags, io);
    return await run(jobs, road, flags, io);
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

async function buildRoad(client: Road['client'], flags: FetchFlags, io: Io): Promise<Road> {
  const cacheDirectory = issuerDirectoryPath(io.env);
  const timeoutMs = flags.timeout ?? DEFAULT_TIMEOUT_MS;
  const limiter = createLimiter(flags.jobs === undefined ? {} : { total: flags.jobs });
  const retry = retryOptions(flags.retries);
  const fetcher = new IssuerFetcher(
    client,
    cacheDirectory === undefined ? undefined : new IssuerDirectory(cacheDirectory),
    { limiter, timeoutMs, retry },
  );
  const given = flags.issuer && (await loadNamed(flags.issuer));
  return {
    client,
    limiter,
    health: new HostHealth(),
    issuers: { given, fetcher, beside: directoryIssuers() },
    judgement: await loadJudgement(flags),
    verify: flags.verify,
    urls: flags.url,
    headers: flags.header ?? [],
    method: flags.method,
    hash: flags.hash,
    nonce: flags.nonce ? () => randomBytes(NONCE_BYTES) : undefined,
    timeoutMs,
    retry,
    ifDue: flags.ifDue,
    now: () => io.now(),
    say: flags.verbose
      ? (path, step) => io.err(`restaple: ${printable(path)}: ${printable(step)}\n`)
      : () => {},
  };
}

async function run(jobs: readonly Job[], road: Road, flags: FetchFlags, io: Io): Promise<ExitCode> {
  const results: Result[] = [];
  const doctor = doctorCommand(flags);
  const text = new TextReport(io, {
    doctor,
    quiet: flags.quiet,
    verbose: flags.verbose,
    toOut: !flags.stdout,
  });
  const progress = new Progress(io, () => `${results.length} of ${jobs.length} certificates`);
  const deliver = (result: Result): void => {
    results.push(result);
    if (flags.json) return;
    progress.clear();
    text.print(result);
    if (flags.stdout) writeDer(result, io);
  };
  const release = cleaningUp(() => {
    progress.end();
    removeTemporaries();
  });
  try {
    await inOrder(jobs, AHEAD, (job) => perform(job, road), deliver);
  } finally {
    progress.end();
    release();
  }
  for (const empty of emptyDirectories(results, jobs)) deliver(empty);
  const exitCode = gravest(results.map((result) => result.exitCode));
  if (flags.json) printJson(io, fetchJson(results, exitCode, doctor));
  return exitCode;
}

async function perform({ target, output, refusal }: Job, road: Road): Promise<Result> {
  return refusal ? failed(target.path, output, refusal) : fetchCertificate(target, output, road);
}

const failed = (path: string, output: string | undefined, error: InputError): Result => ({
  path,
  output,
  mustStaple: false,
  outcome: { kind: 'failed', error },
  exitCode: exitCodeOf(error),
});

/** Only what was verified, or what the user insisted on, and only `good`. */
function writeDer({ outcome }: Result, io: Io): void {
  if (outcome.kind === 'answered' && outcome.answer.certStatus.type === 'good') io.out(outcome.der);
}

/** Directories and patterns in which not one server certificate was found. */
function* emptyDirectories(results: readonly Result[], jobs: readonly Job[]): Generator<Result> {
  const found = new Map<string, boolean>();
  jobs.forEach(({ target: { foundIn } }, i) => {
    if (foundIn === undefined) return;
    found.set(foundIn, found.get(foundIn) === true || results[i]?.outcome.kind !== 'passed over');
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
