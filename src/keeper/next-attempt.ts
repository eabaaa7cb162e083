/** When a certificate that was just opened is to be asked about. Pure. */
import { retryLimitMs } from '../staple/backoff.ts';
import type { Policy } from '../staple/policy.ts';
import { refreshAt, unchangedLimitMs } from '../staple/refresh-policy.ts';
import { isPassing } from './trouble.ts';
import type { Memory, Opened } from './work.ts';

/** A certificate on hold may be released (RFC 5280 section 5.3.1); nobody waits for the minute. */
export const ON_HOLD_MS = 3_600_000;

export interface Resumed {
  readonly attemptAt: number;
  /** The failures in a row that still count. */
  readonly failures: number;
}

/**
 * A staple in the first half of its life is due when any process would say so. After that, what was written down
 * counts, so that a restart in the middle of an outage does not ask at once; but not when the same answer now could not
 * have it wait so long: then a clock was wrong, or the staple was there that is lost since.
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
  // The clock here was wrong, and nobody else: whoever is looked at anew has not failed.
  if (memory.error?.code === 'this-update-in-future') return { attemptAt: now, failures: 0 };
  const { failures } = memory;
  const limit = limitOf(memory, staple === undefined ? 0 : staple.validUntil - now, policy);
  const isCredible = memory.attemptAt <= now + limit;
  return { attemptAt: isCredible ? Math.max(memory.attemptAt, now) : now, failures };
}

function limitOf({ failures, error, revoked }: Memory, remainingMs: number, policy: Policy): number {
  if (revoked) return ON_HOLD_MS;
  if (failures > 0) {
    const temporary = error === undefined || isPassing(error.code);
    return retryLimitMs({ temporary, remainingMs }, policy);
  }
  // An answer brought a staple, and it is not there.
  return remainingMs > 0 ? unchangedLimitMs(remainingMs) : 0;
}
