/** From what was typed to the road that all certificates of a call take. */
import { randomBytes } from 'node:crypto';
import { type HttpClient, createHttpClient } from '../../http/client.ts';
import { HostHealth } from '../../http/host-health.ts';
import { type LimiterOptions, createLimiter } from '../../http/limiter.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import { NONCE_BYTES } from '../../ocsp/extensions/nonce.ts';
import { DEFAULT_TIMEOUT_MS } from '../../staple/deadline.ts';
import { IssuerDirectory, issuerDirectoryPath } from '../../store/issuer-directory.ts';
import { directoryIssuers } from '../../subject/subject.ts';
import { printable } from '../../text.ts';
import type { Io } from '../io.ts';
import { loadJudgement, loadNamed } from '../judge-options.ts';
import { retryOptions } from '../retry-options.ts';
import type { FetchFlags } from '../verbs/fetch.ts';
import { VERSION } from '../version.ts';
import type { Road } from './road.ts';

/** @throws InputError for files named by options that cannot be read, and for a proxy that is none. */
export async function openClient(flags: FetchFlags, env: Io['env']): Promise<HttpClient> {
  const ca = flags.cacert && (await loadNamed(flags.cacert));
  return createHttpClient({
    ...(ca && { ca }),
    userAgent: `restaple/${VERSION}`,
    allowPrivate: flags.allowPrivate,
    proxyFor: proxyChoice(flags.proxy, env),
    allowHosts: flags.allowHost ?? [],
    connectTo: flags.connectTo ?? [],
    resolve: flags.resolve ?? [],
  });
}

/** @throws InputError for files named by options that cannot be read. */
export async function buildRoad(
  client: HttpClient,
  flags: FetchFlags,
  limits: LimiterOptions,
  io: Pick<Io, 'env' | 'err' | 'now'>,
): Promise<Road> {
  const cacheDirectory = issuerDirectoryPath(io.env);
  const timeoutMs = flags.timeout ?? DEFAULT_TIMEOUT_MS;
  const limiter = createLimiter(limits);
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
      : undefined,
  };
}
