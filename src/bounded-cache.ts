/**
 * Caches that forget: when one is full, what was asked for least recently goes. Input from strangers chooses the keys,
 * so without a bound they would grow for as long as the process lives.
 */
export class BoundedCache<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #limit: number;
  /** The key that was set or asked for last, which is the last of the entries if it is there. */
  #newest: K | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined && key !== this.#newest) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
      this.#newest = key;
    }
    return value;
  }

  /** @returns what had to go for it. */
  set(key: K, value: V): V | undefined {
    const present = this.#entries.get(key);
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#newest = key;
    if (this.#entries.size <= this.#limit) return present;
    for (const [oldest, gone] of this.#entries) {
      this.#entries.delete(oldest);
      return gone;
    }
    return undefined;
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }
}

/** Keys and certificates end in bytes that nobody chooses freely: a modulus, a point, a signature. */
const TAIL_BYTES = 32;

/**
 * Values by the content of some bytes. Looking one up costs a short string and one comparison, not a hash of it all;
 * bytes that only end alike displace each other and are never taken for one another.
 */
export class ContentCache<V> {
  readonly #entries: BoundedCache<string, { readonly bytes: Buffer; readonly value: V }>;

  constructor(limit: number) {
    this.#entries = new BoundedCache(limit);
  }

  get(bytes: Buffer): V | undefined {
    const entry = this.#entries.get(tail(bytes));
    return entry?.bytes.equals(bytes) === true ? entry.value : undefined;
  }

  /**
   * @param bytes must not be a view into something larger that should be freed.
   * @returns what had to go for it.
   */
  set(bytes: Buffer, value: V): V | undefined {
    return this.#entries.set(tail(bytes), { bytes, value })?.value;
  }

  delete(bytes: Buffer): void {
    if (this.get(bytes) !== undefined) this.#entries.delete(tail(bytes));
  }
}

const tail = (bytes: Buffer): string => bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES));
