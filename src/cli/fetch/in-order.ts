/** Many tasks at a time, their results handed on in the order of the tasks. */

/** How often it is looked at whether tasks end. */
const LOOK_MS = 100;
/** What part of those that were taken up first would be many to end in that time. */
const FEW = 16;

/**
 * Runs `work` on every item, `jobs` at once, and calls `deliver` for each result in the order of the items as soon as all
 * before it are there.
 *
 * `most`: what was taken up is in memory, so there is no more of it than keeps busy those who do the work. Only where few
 * tasks end, because many of them wait for somebody who is slow, more and more are taken up, so that the others need not wait behind.
 */
export async function inOrder<T, R>(
  items: readonly T[],
  jobs: number,
  work: (item: T) => Promise<R>,
  deliver: (result: R) => void,
  most: number = jobs,
): Promise<void> {
  const waiting = new Map<number, R>();
  let next = 0;
  let delivered = 0;
  let ended = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item === undefined) continue;
      waiting.set(index, await work(item));
      ended += 1;
      for (let ready = waiting.get(delivered); ready !== undefined; ready = waiting.get(delivered)) {
        waiting.delete(delivered++);
        deliver(ready);
      }
    }
  };
  const workers: Promise<void>[] = [];
  const start = (): void => {
    const count = Math.min(jobs, most - workers.length, items.length - next);
    for (let i = 0; i < count; i++) {
      const started = worker();
      // Waited for below, maybe after it has failed.
      started.catch(() => {});
      workers.push(started);
    }
  };
  start();
  let before = 0;
  const looking = setInterval(() => {
    if (ended - before < jobs / FEW) start();
    before = ended;
  }, LOOK_MS);
  try {
    for (let awaited = 0; awaited < workers.length;) {
      const all = workers.slice(awaited);
      awaited = workers.length;
      await Promise.all(all);
    }
  } finally {
    clearInterval(looking);
  }
}
