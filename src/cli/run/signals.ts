/** Signals as something to wait for, in the order in which they come. */

export type Signal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

const SIGNALS: readonly Signal[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];

export interface Signals {
  /** Several of one kind that nobody has waited for yet are one. */
  next(): Promise<Signal>;
  /** Gives them back to the system: the next one ends the process. */
  release(): void;
}

export function listenForSignals(): Signals {
  const waiting = new Set<Signal>();
  let wake: (() => void) | undefined;
  const handle = (signal: Signal): void => {
    waiting.add(signal);
    wake?.();
    // Whoever asks a second time is in a hurry.
    if (signal !== 'SIGHUP') process.off(signal, handle);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    async next() {
      while (waiting.size === 0) await new Promise<void>((resolve) => (wake = resolve));
      const [first = 'SIGTERM'] = [...waiting].toSorted((a, b) => SIGNALS.indexOf(b) - SIGNALS.indexOf(a));
      waiting.delete(first);
      return first;
    },
    release() {
      for (const signal of SIGNALS) process.off(signal, handle);
    },
  };
}
