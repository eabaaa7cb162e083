/** The keeper through weeks of outages, crashes, clock jumps and disk errors, a few seeds of them. */
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../src/simulation/report.ts';
import { simulate } from '../../src/simulation/simulation.ts';

const OPTIONS = { certificates: 120, days: 120 };

describe('the simulation', () => {
  it.each([1, 2, 3, 4, 5, 6])('finds nothing that must not be: seed %i', async (seed) => {
    const options = { ...OPTIONS, seed };
    const figures = await simulate(options);
    expect(problemsOf(figures, options)).toEqual([]);
    // It went through something.
    expect(figures.outages).toBeGreaterThan(0);
    expect(figures.crashes).toBeGreaterThan(0);
    expect(figures.newer).toBeGreaterThan(OPTIONS.certificates);
  });

  it('is the same for the same seed, and another for another', async () => {
    const options = { ...OPTIONS, days: 20 };
    const told = async (seed: number): Promise<readonly string[]> => {
      const events: string[] = [];
      await simulate({
        ...options,
        seed,
        onEvent: (event, time) => events.push(`${time} ${JSON.stringify(event)}`),
      });
      return events;
    };
    const first = await told(7);
    expect(first.length).toBeGreaterThan(100);
    expect(await told(7)).toEqual(first);
    expect(await told(8)).not.toEqual(first);
  });
});
