/** A long loop that lets the rest of the process go on. */
import { monotonicMs } from './monotonic.ts';

/** Short beside a time-out of seconds, long beside the cost of a turn of the loop. */
const TURN_MS = 5;

/**
 * @example
 * const pace = new Pace();
 * for (const item of many) {
 *   work(item);
 *   if (pace.isOver()) await pace.rest();
 * }
 */
export class Pace {
  #since = monotonicMs();

  /** True when others have waited long enough. */
  isOver(): boolean {
    return monotonicMs() - this.#since >= TURN_MS;
  }

  /** Resolves when everybody else had a turn. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = monotonicMs();
  }
}
