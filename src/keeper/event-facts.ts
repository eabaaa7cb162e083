/** The facts of an event under the names that they have everywhere: in the log, on a hook's input, in its environment. */
import { formatInstant } from '../der/time.ts';
import type { KeeperEvent } from './events.ts';

export type Fact = string | number | readonly string[];
export type Facts = Readonly<Record<string, Fact>>;

const MOMENTS: ReadonlySet<string> = new Set(['thisUpdate', 'validUntil', 'nextAt', 'now', 'notBefore']);

/** All of it but its type, with moments as in RFC 3339. A moment that never comes is left out. */
export function factsOf(event: KeeperEvent): Facts {
  const { type: _, ...rest } = event;
  const facts: Record<string, Fact> = {};
  for (const [name, value] of Object.entries<Fact | undefined>(rest)) {
    if (typeof value === 'number' && MOMENTS.has(name)) {
      if (isMoment(value)) facts[name] = formatMoment(value);
    } else if (value !== undefined) facts[name] = value;
  }
  return facts;
}

/** `2026-02-25T16:05:11Z`; `never` for what is no moment of the calendar, such as `Infinity`. */
export function formatMoment(ms: number): string {
  return isMoment(ms) ? formatInstant(new Date(ms)) : 'never';
}

/** ECMA-262, "Time Values and Time Range": beyond it `Date` throws. */
export const isMoment = (ms: number): boolean => Math.abs(ms) <= 8.64e15;
