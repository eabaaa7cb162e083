/** Things that are told once in a while, however often they happen: strangers decide how often that is. */
import { BoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../keeper/clock.ts';

const AGAIN_MS = 600_000;
const MAX_KNOWN = 4_096;

export class Seldom {
  readonly #clock: Clock;
  readonly #toldAt = new BoundedCache<string, number>(MAX_KNOWN);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when `what` was not told for a while; it counts as told then. */
  isTime(what: string): boolean {
    const now = this.#clock.monotonic();
    const toldAt = this.#toldAt.get(what);
    if (toldAt !== undefined && now - toldAt < AGAIN_MS) return false;
    this.#toldAt.set(what, now);
    return true;
  }
}
