/** How long to wait after a failure, for a process that stays. Pure: chance is an argument. */
import type { Policy } from './policy.ts';

/** However little is left of a staple, a responder in trouble is not asked more often. */
export const SHORTEST_LIMIT_MS = 30_000;
/** With nothing left to serve, the end of an outage should be seen soon; one responder is asked by one certificate only. */
const LIMIT_WITHOUT_STAPLE_MS = 300_000;
/** No wait is shorter: a jitter of nothing would ask twice in one breath. */
const SHORTEST_WAIT_MS = 1_000;

export interface Failure {
  /** In a row, this one among them: 1 or more. */
  readonly failures: number;
  /** It may be otherwise the next time; false for what a responder or a file says for good. */
  readonly temporary: boolean;
  /** What is left of the staple that is kept; 0 or less when there is none. */
  readonly remainingMs: number;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;
}

/** The longest wait that the state of the staple allows. */
export function retryLimitMs(
  { temporary, remainingMs }: Pick<Failure, 'temporary' | 'remainingMs'>,
  policy: Policy,
): number {
  if (remainingMs > 0) return clamp(remainingMs / 4, SHORTEST_LIMIT_MS, policy.retryMaxMs);
  return temporary ? Math.min(LIMIT_WITHOUT_STAPLE_MS, policy.retryMaxMs) : policy.retryMaxMs;
}

/**
 * Full jitter up to a bound that doubles, so that thousands that failed together do not come back together; the
 * server's own wish wins within the limit.
 *
 * @param random from 0 to less than 1.
 */
export function retryWaitMs(failure: Failure, random: number, policy: Policy): number {
  const limit = retryLimitMs(failure, policy);
  // 2^20 first waits are a year: beyond that the doubling would only reach numbers that are none.
  const bound = Math.min(policy.retryFirstMs * 2 ** Math.min(failure.failures - 1, 20), limit);
  const wait = Math.max(SHORTEST_WAIT_MS, random * bound);
  return Math.min(Math.max(wait, failure.retryAfterMs ?? 0), Math.max(limit, SHORTEST_WAIT_MS));
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
