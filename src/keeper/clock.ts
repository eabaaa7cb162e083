/** Time, as the keeper sees it: handed in, so that a year can pass in seconds. */

export interface Clock {
  /** Milliseconds since 1970 by the wall clock, which may be set and jump. */
  now(): number;
  /** Milliseconds that only go on, from any start. They stand still while a machine sleeps, or do not. */
  monotonic(): number;
  /** Calls `fire` once after `ms`. The function that it returns takes that back. */
  setTimer(ms: number, fire: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (ms, fire) => {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};
