/** What may end a wait from outside: a time-out, or the caller's signal. */
import { type Ending, whenAborted } from './ending.ts';

export class Guard {
  #failure: Error | undefined;
  #reject: ((error: Error) => void) | undefined;
  readonly #unbind: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `aborted` makes the error from the signal's reason. Whoever makes a guard releases it. */
  constructor(signal: Ending | undefined, aborted: (why: unknown) => Error) {
    this.#unbind = whenAborted(signal, (why) => this.#fail(aborted(why)));
  }

  /** Fails in `ms` milliseconds, in place of the time-out that was set before. */
  failIn(ms: number, timedOut: () => Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(timedOut()), ms);
  }

  /** Settles as `work` does; rejects before it when the time-out runs off or the signal is, or was, aborted. */
  watch<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      this.#reject = reject;
      if (this.#failure) reject(this.#failure);
    });
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#unbind();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reject?.(error);
  }
}
