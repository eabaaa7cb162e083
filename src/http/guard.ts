/** What may end a wait from outside: a time-out, or the caller's signal. */
import { type Ending, whenAborted } from './ending.ts';

export class Guard {
  /** Rejects when the guard's time-out runs off or its signal is aborted; never resolves. */
  readonly failed: Promise<never>;
  #fail: ((error: Error) => void) | undefined;
  readonly #unbind: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `aborted` makes the error from the signal's reason. Whoever makes a guard awaits `failed`, then releases it. */
  constructor(signal: Ending | undefined, aborted: (why: unknown) => Error) {
    this.failed = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#unbind = whenAborted(signal, (why) => this.#fail?.(aborted(why)));
  }

  /** Fails in `ms` milliseconds, in place of the time-out that was set before. */
  failIn(ms: number, timedOut: () => Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail?.(timedOut()), ms);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#unbind();
  }
}
