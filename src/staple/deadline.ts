/** For the whole attempt on a certificate, where the user names no other, over all its URLs. */
export const DEFAULT_TIMEOUT_MS = 45_000;

/** The end of a whole attempt over all responders: it counts from the first request, not from the wait for a free place. */
import { formatDuration } from '../duration.ts';
import { TransportError } from '../errors.ts';
import { type Ending, whenAborted } from '../http/ending.ts';
import { printableUrlText } from '../http/place.ts';

export class Deadline implements Ending {
  /** Aborted when the time is over, with a TransportError for a reason, or for the reason of `outer`. */
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<() => void>();
  readonly #timeoutMs: number;
  readonly #now: () => number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #unbind: () => void;

  /**
   * @param now a clock that only goes on, in milliseconds, for `remainingMs`.
   * @param outer ends it earlier.
   */
  constructor(timeoutMs: number, now: () => number = () => 0, outer?: Ending) {
    this.#timeoutMs = timeoutMs;
    this.#now = now;
    // By hand: `AbortSignal.any` of Node 20 keeps what it made for as long as a signal that is never aborted lives.
    this.#unbind = whenAborted(outer, (reason) => this.#abort(reason));
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** @throws `reason` */
  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** Begins to count, with the first call alone. */
  start(responder: string): void {
    if (this.#timer !== undefined) return;
    this.#startedAt = this.#now();
    this.#timer = setTimeout(() => this.#abort(this.#failure(responder)), this.#timeoutMs);
  }

  remainingMs(): number {
    return this.#startedAt + this.#timeoutMs - this.#now();
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#unbind();
  }

  #abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
  }

  #failure(responder: string): TransportError {
    const url = printableUrlText(responder);
    const message = `no answer from ${url} within ${formatDuration(this.#timeoutMs)} in all`;
    return new TransportError('http-timeout', message, url);
  }
}
