/** The real clock with a hand on it: sockets take their time, and the relay's own time passes when the test says so. */
import type { Clock } from '../../src/keeper/clock.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

export class TestClock implements Clock {
  /** By how much the wall clock is ahead. */
  error = 0;
  #ahead = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return Date.now() + this.#ahead + this.error;
  }

  monotonic(): number {
    return performance.now() + this.#ahead;
  }

  setTimer(ms: number, fire: () => void): () => void {
    const timer: Timer = { at: this.monotonic() + ms, fire };
    this.#timers.add(timer);
    const real = setTimeout(() => this.#run(timer), ms);
    return () => {
      clearTimeout(real);
      this.#timers.delete(timer);
    };
  }

  /** So much passes at once; what was due by then happens now. */
  pass(ms: number): void {
    this.#ahead += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.monotonic());
    for (const timer of due.toSorted((a, b) => a.at - b.at)) this.#run(timer);
  }

  #run(timer: Timer): void {
    if (this.#timers.delete(timer)) timer.fire();
  }
}
