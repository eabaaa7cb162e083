/** A time from a start to an end, as it stands at the moment of looking. */
import { formatDuration } from '../../duration.ts';

export interface LifeDescription {
  readonly state: 'future' | 'current' | 'past';
  readonly totalSeconds: number;
  /** Whole percent, from 0 to 100. */
  readonly usedPercent: number;
  /** Until the end; negative behind it. */
  readonly remainingSeconds: number;
  /** Until the start; negative behind it. */
  readonly startsInSeconds: number;
}

export function describeLife(start: Date, end: Date, now: Date): LifeDescription {
  const total = seconds(start, end);
  const startsIn = seconds(now, start);
  const remaining = seconds(now, end);
  const used = total > 0 ? Math.floor((-startsIn * 100) / total) : 100;
  return {
    state: now < start ? 'future' : now < end ? 'current' : 'past',
    totalSeconds: total,
    usedPercent: Math.min(100, Math.max(0, used)),
    remainingSeconds: remaining,
    startsInSeconds: startsIn,
  };
}

const seconds = (from: Date, to: Date): number => Math.floor((to.getTime() - from.getTime()) / 1000);

/** `ends in 12d`, `expired 3h ago`, `starts in 5m`. */
export function lifeWords({ state, remainingSeconds, startsInSeconds }: LifeDescription): string {
  switch (state) {
    case 'future':
      return `starts in ${formatDuration(startsInSeconds * 1000)}`;
    case 'current':
      return `ends in ${formatDuration(remainingSeconds * 1000)}`;
    case 'past':
      return `expired ${formatDuration(-remainingSeconds * 1000)} ago`;
  }
}
