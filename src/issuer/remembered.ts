/**
 * One request in flight serves everybody who asks the same thing, and what came of it serves those who ask soon after.
 * Not for ever: a daemon lives for months, a CA's server recovers in minutes, and a CA puts a new file under its URL.
 */
import { BoundedCache } from '../bounded-cache.ts';

export interface RememberedOptions {
  /** Results at a time; the one that was asked for least recently goes first. */
  readonly limit: number;
  /** For how long a result counts, in milliseconds. */
  readonly successMs: number;
  readonly failureMs: number;
  /** A clock that only goes on, in milliseconds. */
  readonly now: () => number;
}

interface Settled<T> {
  readonly result: Promise<T>;
  readonly until: number;
}

export class Remembered<T> {
  readonly #options: RememberedOptions;
  readonly #settled: BoundedCache<string, Settled<T>>;
  readonly #underWay = new Map<string, Promise<T>>();

  constructor(options: RememberedOptions) {
    this.#options = options;
    this.#settled = new BoundedCache(options.limit);
  }

  /** What `make` made for `key`, now or a while ago, its failure included. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const settled = this.#settled.get(key);
    if (settled !== undefined && this.#options.now() < settled.until) return settled.result;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const result = make();
    this.#underWay.set(key, result);
    const settle = (ms: number): void => {
      this.#underWay.delete(key);
      this.#settled.set(key, { result, until: this.#options.now() + ms });
    };
    result.then(
      () => settle(this.#options.successMs),
      () => settle(this.#options.failureMs),
    );
    return result;
  }
}
