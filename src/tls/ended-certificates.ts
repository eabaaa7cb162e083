/**
 * Lets go of certificates that have ended: a server that lives for years renews each of them every few weeks. Not as soon
 * as the clock says so: one that was set wrong may be set right again, and nobody would name them a second time.
 */
import type { Clock } from '../keeper/clock.ts';

const DAY_MS = 86_400_000;
/** By the clock that only goes on. */
const PATIENCE_MS = 30 * DAY_MS;

interface EndedOptions {
  /** What is kept, and when it ends, in milliseconds since 1970. */
  readonly kept: () => Iterable<readonly [key: string, notAfter: number]>;
  readonly drop: (key: string) => void;
}

export class EndedCertificates {
  readonly #clock: Clock;
  readonly #options: EndedOptions;
  /** When each was first seen to have ended. */
  readonly #since = new Map<string, number>();
  #cancel: () => void;

  constructor(clock: Clock, options: EndedOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#cancel = this.#arm();
  }

  stop(): void {
    this.#cancel();
  }

  #arm(): () => void {
    return this.#clock.setTimer(DAY_MS, () => {
      this.#look();
      this.#cancel = this.#arm();
    });
  }

  #look(): void {
    const [now, monotonic] = [this.#clock.now(), this.#clock.monotonic()];
    const before = new Map(this.#since);
    this.#since.clear();
    for (const [key, notAfter] of this.#options.kept()) {
      if (now < notAfter) continue;
      const since = before.get(key) ?? monotonic;
      if (monotonic - since < PATIENCE_MS) this.#since.set(key, since);
      else this.#options.drop(key);
    }
  }
}
