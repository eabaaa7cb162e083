/** What a program may say about keeping staples, and what holds where it is silent. */
import { InputError } from '../errors.ts';
import { type HttpClient, type HttpClientOptions, createHttpClient } from '../http/client.ts';
import type { HeaderList } from '../http/headers.ts';
import { createLimiter } from '../http/limiter.ts';
import { proxyChoice } from '../http/proxy-choice.ts';
import type { Clock } from '../keeper/clock.ts';
import type { SubjectSettings } from '../keeper/files/certificate-subject.ts';
import type { VerifyOptions } from '../ocsp/verify-response.ts';
import { DEFAULT_TIMEOUT_MS } from '../staple/deadline.ts';
import { DEFAULT_POLICY, type Policy } from '../staple/policy.ts';
import { type CertificateInput, certificatesOf } from '../subject/given.ts';

/** What is kept, and how. Durations are milliseconds. */
export interface StapleKeeperOptions {
  /** Each with its chain, where it is at hand: an issuer that is not there is fetched from where the certificate says. */
  readonly certificates?: readonly CertificateInput[];
  /** CA certificates; one of them must be the issuer of each certificate. */
  readonly issuers?: readonly CertificateInput[];
  /**
   * A directory in which staples outlive the process, shared by all processes that name it: one of them asks, all serve.
   * It may be that of a running `restaple run`. Without it staples are in memory alone.
   */
  readonly store?: string;
  /** OCSP URLs in place of those in the certificates. They may lead anywhere, as the caller named them. */
  readonly urls?: readonly string[];
  /** Headers of each request to a responder. */
  readonly headers?: HeaderList;
  /** `auto`: GET where it fits, then POST. Default `auto`. */
  readonly method?: 'auto' | 'get' | 'post';
  /** Of the CertID. Default `sha1`, which every CA answers. */
  readonly hash?: 'sha1' | 'sha256';
  /** How responders are reached; the proxy is that of the environment (`http_proxy` ...) unless given. */
  readonly http?: HttpClientOptions;
  /** What is taken that is refused unless said here. */
  readonly verify?: JudgementOptions;
  /** When a staple is renewed, and when its state is worth an alarm. */
  readonly policy?: Partial<Policy>;
  /** For one attempt over all responders of a certificate. Default 45,000. */
  readonly timeoutMs?: number;
  /** For how long `ready` and `add` wait for the first staples. Default 10,000. */
  readonly readyTimeoutMs?: number;
  /** Requests at a time in all, and at one responder. Default 64 and 8. */
  readonly requests?: number;
  readonly requestsPerResponder?: number;
  /** Closes the keeper. */
  readonly signal?: AbortSignal;
  /** Time and chance, for tests. */
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** What is taken that is refused unless said here. */
export type JudgementOptions = Pick<
  VerifyOptions,
  'allowSha1' | 'trustedSigners' | 'skewMs' | 'maxAgeMs' | 'allowMissingNextUpdate'
>;

/**
 * Certificates that nobody named beforehand: whoever makes one for each name that a client sends would have as many as a
 * client cares to send names. A server with more sites names them.
 */
export const MAX_MET = 10_000;
export const READY_TIMEOUT_MS = 10_000;
export const REQUESTS = 64;
export const REQUESTS_PER_RESPONDER = 8;

/** Like the system's, but a timer alone keeps no process from ending. */
export const QUIET_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (ms, fire) => {
    const timer = setTimeout(fire, ms).unref();
    return () => clearTimeout(timer);
  },
};

export function clientOf(http: HttpClientOptions = {}): HttpClient {
  return createHttpClient({ proxyFor: proxyChoice(undefined, process.env), ...http });
}

/** @throws InputError, DerError for issuers that cannot be read; InputError `usage-invalid`. */
export function settingsOf(options: StapleKeeperOptions, client: HttpClient): SubjectSettings {
  const { issuers, verify = {}, requests: total = REQUESTS } = options;
  requireEnd(verify);
  return {
    urls: options.urls,
    givenIssuers: issuers?.flatMap((issuer) => certificatesOf(issuer)),
    headers: options.headers ?? [],
    method: options.method ?? 'auto',
    hash: options.hash ?? 'sha1',
    judgement: verify,
    client,
    limiter: createLimiter({ total, perHost: options.requestsPerResponder ?? REQUESTS_PER_RESPONDER }),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    policy: { ...DEFAULT_POLICY, ...options.policy },
    responders: [],
  };
}

function requireEnd({ allowMissingNextUpdate, maxAgeMs }: JudgementOptions): void {
  if (allowMissingNextUpdate !== true || maxAgeMs !== undefined) return;
  const message = 'allowMissingNextUpdate needs maxAgeMs, or such a response would be good for ever';
  throw new InputError('usage-invalid', message);
}
