/** Those who wait until certificates have their staples, or until it has taken too long. They are never refused. */
interface Waiter {
  readonly keys: ReadonlySet<string>;
  readonly settle: () => void;
}

export interface Wait {
  readonly over: Promise<void>;
  /** From now on the process does not end before it is over: somebody awaits it. */
  hold(): void;
}

export class Waiters {
  readonly #waiting = new Set<Waiter>();
  readonly #isSettled: (key: string) => boolean;

  constructor(isSettled: (key: string) => boolean) {
    this.#isSettled = isSettled;
  }

  wait(keys: Iterable<string>, ms: number): Wait {
    const { promise, resolve } = withResolvers();
    const timer = setTimeout(() => waiter.settle(), ms).unref();
    const waiter: Waiter = {
      keys: new Set(keys),
      settle: () => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        resolve();
      },
    };
    this.#waiting.add(waiter);
    this.look();
    return { over: promise, hold: () => void timer.ref() };
  }

  /** Something has changed. */
  look(): void {
    for (const waiter of this.#waiting)
      if ([...waiter.keys].every((key) => this.#isSettled(key))) waiter.settle();
  }

  end(): void {
    for (const { settle } of this.#waiting) settle();
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = nothing;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

const nothing = (): void => undefined;
