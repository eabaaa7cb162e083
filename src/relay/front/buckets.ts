/** Requests a second of each client, as buckets that fill up by themselves: a burst is fine, a flood is not. */

export interface Rate {
  readonly requestsPerSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** In milliseconds of the monotonic clock. */
  filledAt: number;
}

export class Buckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #rate: Rate;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Takes one for `address`; false when there is none left. */
  take(address: string, now: number): boolean {
    let bucket = this.#buckets.get(address);
    if (bucket) this.#fill(bucket, now);
    else this.#buckets.set(address, (bucket = { tokens: this.#rate.burst, filledAt: now }));
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Forgets who has a full one: a new one would be no different. */
  sweep(now: number): void {
    for (const [address, bucket] of this.#buckets) {
      this.#fill(bucket, now);
      if (bucket.tokens >= this.#rate.burst) this.#buckets.delete(address);
    }
  }

  #fill(bucket: Bucket, now: number): void {
    const { burst, requestsPerSecond } = this.#rate;
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * requestsPerSecond);
    bucket.filledAt = now;
  }
}
