/** What may end a wait from outside: a time-out, or the caller's signal. */
import { setMaxListeners } from 'node:events';
import type { Ending } from './message.ts';

export class Guard {
  /** Rejects when the guard's time-out runs off or its signal is aborted; never resolves. */
  readonly failed: Promise<never>;
  #fail: ((error: Error) => void) | undefined;
  readonly #signal: Ending | undefined;
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `aborted` makes the error from the signal's reason. Whoever makes a guard awaits `failed`, then releases it. */
  constructor(signal: Ending | undefined, aborted: (why: unknown) => Error) {
    this.failed = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#signal = signal;
    this.#onAbort = () => this.#fail?.(aborted(signal?.reason));
    if (signal === undefined) return;
    // One signal serves every request of a run, 64 at a time: no leak, though Node warns from the eleventh on.
    if (signal instanceof AbortSignal) setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  /** Fails in `ms` milliseconds, in place of the time-out that was set before. */
  failIn(ms: number, timedOut: () => Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail?.(timedOut()), ms);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
