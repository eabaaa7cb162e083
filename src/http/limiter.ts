/**
 * Bounds how many requests run at once: in all, and at one host. DESIGN.md section 7 says 64 and 8: enough for a
 * hosting machine with thousands of certificates, few enough that no responder takes it for an attack.
 */
import { Queue } from '../queue.ts';

/** How much runs at once. */
export interface LimiterOptions {
  /** Tasks that run at once, of all hosts; 64 unless given, at least 1. */
  readonly total?: number;
  /** Tasks that run at once for one host; 8 unless given, at least 1. */
  readonly perHost?: number;
}

/** Lets so many tasks run at once; safe to share by all who ask. */
export interface Limiter {
  /**
   * Runs `task` when there is room and settles as it does. Tasks of one host start in the order in which they came;
   * a host that is full or slow holds nobody else up.
   */
  run<T>(host: string, task: () => Promise<T>): Promise<T>;
}

type Start = () => void;

interface Host {
  /** Tasks that run or stand in line for one of the total: never more than `perHost`. */
  admitted: number;
  readonly waiting: Queue<Start>;
}

/**
 * Bounds how many tasks run at once: `total` in all, 64 unless given, and `perHost`, 8 unless given. A host that is
 * full or slow holds nobody else up.
 * @example
 * ```ts
 * import { createLimiter } from 'restaple';
 *
 * const limiter = createLimiter({ total: 2, perHost: 1 });
 * const hosts = ['a.example', 'a.example', 'b.example'];
 * console.log(await Promise.all(hosts.map((host) => limiter.run(host, async () => `asked ${host}`))));
 * ```
 */
export function createLimiter({ total = 64, perHost = 8 }: LimiterOptions = {}): Limiter {
  // Two lines, so that each step costs the same however many wait: at a host's own door, then at the common one.
  const hosts = new Map<string, Host>();
  const line = new Queue<Start>();
  let running = 0;

  const startNext = (): void => {
    while (running < total) {
      const start = line.shift();
      if (start === undefined) return;
      running += 1;
      start();
    }
  };

  const enter = (name: string, start: Start): void => {
    let host = hosts.get(name);
    if (host === undefined) hosts.set(name, (host = { admitted: 0, waiting: new Queue<Start>() }));
    if (host.admitted === perHost) {
      host.waiting.push(start);
      return;
    }
    host.admitted += 1;
    line.push(start);
    startNext();
  };

  const leave = (name: string): void => {
    running -= 1;
    const host = hosts.get(name);
    const next = host?.waiting.shift();
    if (next !== undefined) line.push(next);
    else if (host !== undefined && --host.admitted === 0) hosts.delete(name);
    startNext();
  };

  return {
    async run(host, task) {
      await new Promise<void>((start) => enter(host, start));
      try {
        return await task();
      } finally {
        leave(host);
      }
    },
  };
}
