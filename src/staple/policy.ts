/** The numbers by which staples are kept fresh: DESIGN.md section 7 says where each comes from. */

/** Fractions are of a staple's life, from 0 to 1; durations in milliseconds. */
export interface Policy {
  /** When its successor is asked for. */
  readonly refreshAt: number;
  /** How far to either side of that, so that certificates of one day do not come due in one second. */
  readonly spread: number;
  /** The longest wait after the first failure. */
  readonly retryFirstMs: number;
  /** The longest wait after any. */
  readonly retryMaxMs: number;
  readonly alarmWarning: number;
  readonly alarmCritical: number;
  /** Critical, too, when less than this is left. */
  readonly alarmCriticalLeftMs: number;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;

export const DEFAULT_POLICY: Policy = {
  refreshAt: 0.5,
  spread: 0.05,
  retryFirstMs: 30 * SECOND,
  retryMaxMs: HOUR,
  alarmWarning: 0.75,
  alarmCritical: 0.9,
  alarmCriticalLeftMs: 6 * HOUR,
};

/** From when to when a staple is of use, in milliseconds since 1970. */
export interface Life {
  readonly thisUpdate: number;
  readonly validUntil: number;
}

/** A part of a life as the moment when it is over. */
export function momentOf({ thisUpdate, validUntil }: Life, fraction: number): number {
  return thisUpdate + (validUntil - thisUpdate) * fraction;
}

/** How much of it is over: 0 at thisUpdate, 1 at its end. */
export function lifeUsed({ thisUpdate, validUntil }: Life, now: number): number {
  return validUntil > thisUpdate ? (now - thisUpdate) / (validUntil - thisUpdate) : 1;
}
