/** When a staple that is still good is worth a warning: by how much of its life is used, or by how much time is left. */
import { duration, formatDuration } from '../../duration.ts';
import { DEFAULT_POLICY } from '../../staple/policy.ts';

export type Threshold =
  { readonly kind: 'used'; readonly percent: number } | { readonly kind: 'left'; readonly ms: number };

export interface Thresholds {
  readonly warning: Threshold;
  readonly critical: Threshold;
}

/** Those by which the keeper raises its alarm. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  warning: { kind: 'used', percent: DEFAULT_POLICY.alarmWarning * 100 },
  critical: { kind: 'used', percent: DEFAULT_POLICY.alarmCritical * 100 },
};

export const THRESHOLD_FORM = 'life used such as 75%, or time left such as 12h';

/** `undefined` for a bare number: nobody can say which of the two is meant. */
export function parseThreshold(text: string): Threshold | undefined {
  const [, digits] = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(text) ?? [];
  if (digits !== undefined)
    return Number(digits) <= 100 ? { kind: 'used', percent: Number(digits) } : undefined;
  const ms = /\d$/.test(text) ? undefined : duration(text);
  return ms === undefined ? undefined : { kind: 'left', ms };
}

export const formatThreshold = (threshold: Threshold): string =>
  threshold.kind === 'used' ? `${threshold.percent}%` : formatDuration(threshold.ms);

/** True when `warning` would come after `critical`, so that it never came. */
export function isTooLate({ warning, critical }: Thresholds): boolean {
  if (warning.kind === 'used' && critical.kind === 'used') return warning.percent > critical.percent;
  return warning.kind === 'left' && critical.kind === 'left' && warning.ms < critical.ms;
}

/** Of a staple, at one moment. */
export interface Age {
  /** From 0 to 1. */
  readonly used: number;
  readonly leftMs: number;
}

export const isReached = (threshold: Threshold, { used, leftMs }: Age): boolean =>
  threshold.kind === 'used' ? used * 100 >= threshold.percent : leftMs <= threshold.ms;
