import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/http/limiter.ts';

/** Tasks that run until they are told to end, in a record of what started. */
function workbench(): {
  started: string[];
  task: (name: string) => () => Promise<string>;
  end: (name: string) => void;
} {
  const ends = new Map<string, () => void>();
  const started: string[] = [];
  return {
    started,
    task: (name) => () => {
      started.push(name);
      return new Promise((resolve) => {
        ends.set(name, () => resolve(name));
      });
    },
    end: (name) => ends.get(name)?.(),
  };
}

/** Lets everything that is ready run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the limiter', () => {
  it('starts as many as there is room for, and the next when one ends', async () => {
    const { started, task, end } = workbench();
    const limiter = createLimiter({ total: 2, perHost: 2 });
    const done = ['a', 'b', 'c'].map((name) => limiter.run('host', task(name)));
    await settle();
    expect(started).toEqual(['a', 'b']);
    end('b');
    await settle();
    expect(started).toEqual(['a', 'b', 'c']);
    end('a');
    end('c');
    expect(await Promise.all(done)).toEqual(['a', 'b', 'c']);
  });

  it('lets no queue of one host block another host', async () => {
    const { started, task } = workbench();
    const limiter = createLimiter({ total: 64, perHost: 2 });
    for (let i = 0; i < 1000; i++) void limiter.run('slow', task(`slow${i}`));
    void limiter.run('other', task('other'));
    await settle();
    expect(started).toEqual(['slow0', 'slow1', 'other']);
  });

  it('lets a host in turn when the total is full', async () => {
    const { started, task, end } = workbench();
    const limiter = createLimiter({ total: 1, perHost: 1 });
    void limiter.run('a', task('a1'));
    void limiter.run('a', task('a2'));
    void limiter.run('b', task('b1'));
    await settle();
    end('a1');
    await settle();
    end('b1');
    await settle();
    expect(started).toEqual(['a1', 'b1', 'a2']);
  });

  it('goes on after a task that failed, whether it rejected or threw', async () => {
    const limiter = createLimiter({ total: 1, perHost: 1 });
    const rejected = limiter.run('host', () => Promise.reject(new Error('rejected')));
    const thrown = limiter.run('host', () => {
      throw new Error('thrown');
    });
    const good = limiter.run('host', () => Promise.resolve('good'));
    await expect(rejected).rejects.toThrow('rejected');
    await expect(thrown).rejects.toThrow('thrown');
    await expect(good).resolves.toBe('good');
  });

  it('keeps both bounds, runs everything, and in order for each host', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ host: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(3) }), { maxLength: 60 }),
        async (total, perHost, tasks) => {
          const limiter = createLimiter({ total, perHost });
          const running: string[] = [];
          const order: Record<string, number[]> = { a: [], b: [], c: [] };
          await Promise.all(
            tasks.map(({ host, turns }, index) =>
              limiter.run(host, async () => {
                running.push(host);
                order[host]?.push(index);
                expect(running.length).toBeLessThanOrEqual(total);
                expect(running.filter((other) => other === host).length).toBeLessThanOrEqual(perHost);
                for (let i = 0; i < turns; i++) await Promise.resolve();
                running.splice(running.indexOf(host), 1);
              }),
            ),
          );
          for (const indexes of Object.values(order))
            expect(indexes).toEqual(indexes.toSorted((x, y) => x - y));
          expect(Object.values(order).flat()).toHaveLength(tasks.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes ten thousand tasks of one host', async () => {
    const limiter = createLimiter();
    const tasks = Array.from({ length: 10_000 }, (_, i) => limiter.run('host', () => Promise.resolve(i)));
    expect((await Promise.all(tasks)).at(-1)).toBe(9_999);
  });
});
