/** Which failure is worth another try within the same call, and when. */
import { type ErrorCode, ResponseError, type RestapleError, TransportError } from '../errors.ts';

/** How those that failed for a while are asked again. */
export interface Retry {
  /** How often. */
  readonly retries: number;
  /** From 0 to less than 1. */
  readonly random: () => number;
  /** A clock that only goes on, in milliseconds. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

/** The first wait, at most; doubled with every round. A responder that restarts is back in a second or two. */
const FIRST_WAIT_MS = 500;
/** Somebody waits for the command: above this, the next run is the better try. */
const LONGEST_WAIT_MS = 8_000;

/** What a responder says when it means "later", whatever was asked. */
const LATER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'http-timeout',
  'responder-try-later',
  'responder-internal-error',
]);

/** What the network says when it may be another matter in a second; a certificate or a name that is wrong stays wrong. */
const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
]);

/** A request was too slow, too early or one too many (RFC 9110, 8470, 6585). */
const CLIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);
/** Not implemented, and no such version of HTTP: the server means it. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([501, 505]);

/** False for everything that would be the same a second later: a refusal, a broken rule, a page, a wrong name. */
export function isTemporary(error: RestapleError): boolean {
  if (LATER.has(error.code)) return true;
  if (!(error instanceof TransportError)) return false;
  if (error.code !== 'http-status' && error.code !== 'proxy-failed' && error.code !== 'http-unreachable')
    return false;
  return error.status === undefined || error.code === 'http-unreachable'
    ? hasNetworkCause(error)
    : isTemporaryStatus(error.status);
}

function isTemporaryStatus(status: number): boolean {
  return CLIENT_STATUSES.has(status) || (status >= 500 && !FINAL_STATUSES.has(status));
}

/** Of several addresses, one is enough: a machine without IPv6 fails at the others for ever. */
function hasNetworkCause({ cause }: Error): boolean {
  const all: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return all.some((one) => one instanceof Error && 'code' in one && NETWORK_CODES.has(one.code));
}

/** When the server itself wants to be asked again, in milliseconds from its answer. */
export function retryAfterOf(error: unknown): number | undefined {
  const said = error instanceof TransportError || error instanceof ResponseError;
  return said ? error.retryAfterMs : undefined;
}

/**
 * How long to wait before the next round, in milliseconds: by full jitter, so that thousands of certificates that
 * failed together do not come back together, and not before the server wants it.
 *
 * @param round 0 before the first repetition.
 * @param random from 0 to less than 1.
 */
export function retryDelayMs(round: number, random: number, retryAfterMs = 0): number {
  const most = Math.min(FIRST_WAIT_MS * 2 ** round, LONGEST_WAIT_MS);
  return Math.max(Math.round(most * random), retryAfterMs);
}
