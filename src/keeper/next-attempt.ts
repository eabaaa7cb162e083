/** When a certificate that was just opened is to be asked about. Pure. */
import { retryLimitMs } from '../staple/backoff.ts';
import type { Policy } from '../staple/policy.ts';
import { refreshAt } from '../staple/refresh-policy.ts';
import type { Opened } from './work.ts';

export interface Resumed {
  readonly attemptAt: number;
  /** The failures in a row that still count. */
  readonly failures: number;
}

/**
 * A staple in the first half of its life is due when any process would say so. After that, what was written down
 * counts, so that a restart in the middle of an outage does not ask at once; but no longer than a failure now would
 * have it wait, for it may have been written by a clock that was wrong.
 */
export function resume(
  { staple, memory }: Pick<Opened, 'staple' | 'memory'>,
  now: number,
  share: number,
  policy: Policy,
): Resumed {
  const due = staple === undefined ? now : refreshAt(staple, share, policy);
  if (now < due) return { attemptAt: due, failures: 0 };
  if (memory === undefined) return { attemptAt: now, failures: 0 };
  const remainingMs = staple === undefined ? 0 : staple.validUntil - now;
  const limit = retryLimitMs({ failures: memory.failures, temporary: true, remainingMs }, policy);
  return { attemptAt: Math.min(Math.max(memory.attemptAt, now), now + limit), failures: memory.failures };
}
