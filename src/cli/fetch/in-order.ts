/** Many tasks at a time, their results handed on in the order of the tasks. */

/**
 * Runs `work` on every item, at most `jobs` at once, and calls `deliver` for each result in the order of the items as
 * soon as all before it are there.
 */
export async function inOrder<T, R>(
  items: readonly T[],
  jobs: number,
  work: (item: T) => Promise<R>,
  deliver: (result: R) => void,
): Promise<void> {
  const waiting = new Map<number, R>();
  let next = 0;
  let delivered = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item === undefined) continue;
      waiting.set(index, await work(item));
      for (let ready = waiting.get(delivered); ready !== undefined; ready = waiting.get(delivered)) {
        waiting.delete(delivered++);
        deliver(ready);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
}
