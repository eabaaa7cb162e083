/** Being asked to stop: Ctrl-C, `kill`, a terminal that closes. */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From its making until `release`, these signals no longer end the process: what must be cleaned up can be. Repeated
 * ones change nothing.
 */
export class Interruption {
  /** The first signal that came. */
  #signal: NodeJS.Signals | undefined;
  #wake: (() => void) | undefined;
  readonly #came = (signal: NodeJS.Signals): void => {
    this.#signal ??= signal;
    this.#wake?.();
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#came);
  }

  /** What a process that this signal ended is said to have exited with; `undefined` while none has come. */
  get exitCode(): number | undefined {
    return this.#signal && 128 + constants.signals[this.#signal];
  }

  /** Resolves when the first signal has come. */
  async wait(): Promise<void> {
    if (this.#signal) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#came);
  }
}
