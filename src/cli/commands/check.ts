/** `restaple check HOST...`: what servers really staple. Exits by the convention of monitoring plugins. */
import { createHttpClient } from '../../http/client.ts';
import { systemLookup } from '../../http/connect-rules.ts';
import { createLimiter } from '../../http/limiter.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import { monotonicMs } from '../../monotonic.ts';
import { IssuerDirectory, issuerDirectoryPath } from '../../store/issuer-directory.ts';
import { nothingAsked } from '../check/asked.ts';
import { checkServer, severityOfServer } from '../check/check-server.ts';
import { failedLine, pluginLine } from '../check/plugin-line.ts';
import type { ServerReport } from '../check/presentation.ts';
import { checkJson, failedJson } from '../check/report-json.ts';
import { TextReport } from '../check/report-text.ts';
import { EXIT_CODES, gravest } from '../check/states.ts';
import type { CheckTarget } from '../check/target.ts';
import type { CheckTools } from '../check/tools.ts';
import { watch } from '../check/watch.ts';
import { printError } from '../error-output.ts';
import { inOrder } from '../fetch/in-order.ts';
import type { Io } from '../io.ts';
import { loadJudgement, loadNamed } from '../judge-options.ts';
import { printJson } from '../json-output.ts';
import { Progress } from '../progress.ts';
import type { CheckFlags } from '../verbs/check.ts';
import { VERSION } from '../version.ts';

/** Servers that are looked at side by side. */
const JOBS = 16;
/** Each CRL may bring 64 MiB, and servers and certificates may be hostile. */
const CRLS = 4;
/** Monitoring systems give a plugin ten seconds, and most of them a minute at the utmost. */
const TIMEOUT_MS = 10_000;

/** The edge of the verb, as `guarded` is of the others: whatever keeps it from a result is UNKNOWN. */
export async function checkCommand(
  targets: readonly CheckTarget[],
  flags: CheckFlags,
  io: Io,
): Promise<number> {
  try {
    return await check(targets, flags, io);
  } catch (error) {
    if (flags.output === 'json') printJson(io, failedJson(error));
    else printError(io, error);
    if (flags.output === 'plugin') io.out(failedLine(error));
    return EXIT_CODES.UNKNOWN;
  }
}

async function check(targets: readonly CheckTarget[], flags: CheckFlags, io: Io): Promise<number> {
  if (targets.length > 4) widenThreadPool();
  const tools = await buildTools(flags, io);
  try {
    if (flags.output === 'watch') return await watch(targets, tools, io, flags.interval);
    return await checkOnce(targets, tools, flags.output, io);
  } finally {
    tools.client.close();
  }
}

/**
 * Node looks names up in two of the four threads of its pool, and a name server that does not answer holds each for
 * seconds: a few dead names would make living servers look dead. Read once, when the pool is first used.
 */
function widenThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(2 * JOBS);
}

async function buildTools(flags: CheckFlags, io: Io): Promise<CheckTools> {
  const judgement = await loadJudgement(flags);
  const givenIssuers = flags.issuer && (await loadNamed(flags.issuer));
  const ca = flags.cacert && (await loadNamed(flags.cacert));
  const detours = { connectTo: flags.connectTo ?? [], resolve: flags.resolve ?? [] };
  const timeoutMs = flags.timeout ?? TIMEOUT_MS;
  const client = createHttpClient({
    ...detours,
    ...(ca && { ca }),
    userAgent: `restaple/${VERSION}`,
    allowPrivate: flags.allowPrivate,
    allowHosts: flags.allowHost ?? [],
    proxyFor: proxyChoice(flags.proxy, io.env),
  });
  const limiter = createLimiter();
  const cacheDirectory = issuerDirectoryPath(io.env);
  const cache = cacheDirectory === undefined ? undefined : new IssuerDirectory(cacheDirectory);
  return {
    now: () => io.now(),
    clock: monotonicMs,
    lookup: systemLookup,
    client,
    limiter,
    issuers: new IssuerFetcher(client, cache, { limiter, timeoutMs }),
    places: createLimiter({ total: JOBS, perHost: JOBS }),
    crls: createLimiter({ total: CRLS, perHost: CRLS }),
    asked: nothingAsked(),
    givenIssuers,
    ca,
    judgement,
    headers: flags.header ?? [],
    detours,
    beginning: flags.starttls,
    servername: flags.servername,
    proxyProtocol: flags.proxyProtocol,
    version: flags.tls && `TLSv${flags.tls}`,
    keyTypes: flags.keyTypes,
    allAddresses: flags.allAddresses,
    repeat: flags.repeat,
    timeoutMs,
    compare: flags.compare,
    urls: flags.url,
    crl: flags.crl,
    thresholds: flags.thresholds,
    signal: undefined,
  };
}

async function checkOnce(
  targets: readonly CheckTarget[],
  tools: CheckTools,
  output: 'text' | 'json' | 'plugin',
  io: Io,
): Promise<number> {
  const reports: ServerReport[] = [];
  const text = new TextReport(io);
  const progress = new Progress(io, () => `${reports.length} of ${targets.length} servers`);
  const deliver = (report: ServerReport): void => {
    reports.push(report);
    if (output !== 'text') return;
    progress.clear();
    text.print(report);
  };
  try {
    await inOrder(targets, JOBS, (target) => checkServer(target, tools), deliver);
  } finally {
    progress.end();
  }
  const severity = gravest(reports.map(severityOfServer));
  if (output === 'json') printJson(io, checkJson(reports, severity, io.now()));
  if (output === 'plugin') io.out(pluginLine(reports, severity, tools.thresholds));
  if (output === 'text') text.end(reports);
  return EXIT_CODES[severity];
}
