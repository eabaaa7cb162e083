/** When the state of a certificate is worth a person's attention. Pure. */
import { type Life, type Policy, momentOf } from './policy.ts';

export type AlarmLevel = 'warning' | 'critical';

/** A certificate that never had a staple may be newer than its CA's responder knows. */
const MISSING_WARNING_MS = 900_000;
const MISSING_CRITICAL_MS = 6 * 3_600_000;

/** What is wrong from when on; the later ones include the earlier. */
export interface AlarmTimes {
  readonly warning: number;
  readonly critical: number;
}

/**
 * For a staple that is kept. A staple that lives for hours is not critical from the day it was made: that little is
 * left counts only when it is old, too.
 */
export function alarmTimes(life: Life, policy: Policy): AlarmTimes {
  const warning = momentOf(life, policy.alarmWarning);
  const late = Math.min(momentOf(life, policy.alarmCritical), life.validUntil - policy.alarmCriticalLeftMs);
  return { warning, critical: Math.max(warning, late) };
}

/** For a certificate without one, since `since`. Clients refuse a server that must staple and does not. */
export function missingTimes(since: number, mustStaple: boolean): AlarmTimes {
  return mustStaple
    ? { warning: since, critical: since }
    : { warning: since + MISSING_WARNING_MS, critical: since + MISSING_CRITICAL_MS };
}

/** The level at a moment, and the next moment when it changes. */
export function alarmAt(
  { warning, critical }: AlarmTimes,
  now: number,
): { readonly level: AlarmLevel | undefined; readonly changesAt: number } {
  if (now >= critical) return { level: 'critical', changesAt: Infinity };
  return now >= warning
    ? { level: 'warning', changesAt: critical }
    : { level: undefined, changesAt: warning };
}
