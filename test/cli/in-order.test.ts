import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inOrder } from '../../src/cli/fetch/in-order.ts';

/** Tasks that end when they are told to. */
function tasks(count: number) {
  const items = Array.from({ length: count }, (_, i) => i);
  const under = new Map<number, { end: () => void; fail: (error: Error) => void }>();
  const delivered: number[] = [];
  const work = (item: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const done = (): void => void under.delete(item);
      under.set(item, {
        end: () => (done(), resolve(item)),
        fail: (error) => (done(), reject(error)),
      });
    });
  const run = (jobs: number, most?: number): Promise<void> =>
    inOrder(items, jobs, work, (item) => void delivered.push(item), most);
  return { under, delivered, run };
}

describe('many at a time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are delivered in their order, whichever ends first', async () => {
    const { under, delivered, run } = tasks(5);
    const all = run(3);
    for (const item of [2, 1, 3, 0, 4]) {
      under.get(item)?.end();
      await vi.advanceTimersByTimeAsync(0);
    }
    await all;
    expect(delivered).toEqual([0, 1, 2, 3, 4]);
  });

  it('are never more than allowed, however long they take', async () => {
    const { under, run } = tasks(100);
    void run(16);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(under.size).toBe(16);
  });

  it('are more where too few end, up to the most', async () => {
    const { under, run } = tasks(1000);
    void run(32, 100);
    expect(under.size).toBe(32);
    await vi.advanceTimersByTimeAsync(100);
    expect(under.size).toBe(64);
    await vi.advanceTimersByTimeAsync(1000);
    expect(under.size).toBe(100);
  });

  it('are no more where they end', async () => {
    const { under, run } = tasks(1000);
    void run(32, 100);
    for (let tenth = 0; tenth < 10; tenth++) {
      for (const { end } of [...under.values()].slice(0, 2)) end();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(under.size).toBe(32);
  });

  it.each([
    ['among the first', 0],
    ['among those that were taken up later', 40],
  ])('fail with the first that throws, %s', async (_sentence, item) => {
    const { under, run } = tasks(50);
    const failed = run(32, 50).then(
      () => 'resolved',
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(100);
    under.get(item)?.fail(new Error('broken'));
    for (const [other, { end }] of under) if (other !== item) end();
    await vi.advanceTimersByTimeAsync(0);
    for (const { end } of under.values()) end();
    expect(await failed).toEqual(new Error('broken'));
    expect(vi.getTimerCount()).toBe(0);
  });
});
