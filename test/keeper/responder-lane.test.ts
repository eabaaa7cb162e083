/** In which order those are let in who wait before a door. */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/keeper/caller.ts';
import { Lane } from '../../src/keeper/responder-lane.ts';

interface Waiting extends Caller {
  readonly name: string;
}

const LIFE = { thisUpdate: 0, validUntil: 1 };

const waiting = (name: string, failures: number, isBare = false): Waiting => ({
  name,
  failures,
  staple: isBare ? undefined : LIFE,
  phase: 'parked',
  isKept: true,
  hasFailed: failures > 0,
  isQueued: true,
});

function order(...entries: readonly Waiting[]): readonly string[] {
  const lane = new Lane<Waiting>();
  for (const entry of entries) lane.push(entry);
  expect(lane.waiting).toBe(entries.length);
  const names = entries.map(() => lane.shift()?.name ?? '');
  expect([lane.shift(), lane.waiting]).toEqual([undefined, 0]);
  return names;
}

describe('before a door', () => {
  it('who has failed least goes first, and who has nothing to serve before others of the rank', () => {
    expect(order(waiting('twice', 2), waiting('once', 1), waiting('once, bare', 1, true))).toEqual([
      'once, bare',
      'once',
      'twice',
    ]);
  });

  it('one of three is of those who have failed most, so that nobody waits for ever', () => {
    const often = ['a', 'b'].map((name) => waiting(name, 99));
    const seldom = ['1', '2', '3', '4', '5', '6'].map((name) => waiting(name, 1));
    expect(order(...often, ...seldom)).toEqual(['1', '2', 'a', '3', '4', 'b', '5', '6']);
  });

  it('of these every second has a staple, which else would end while others without one are tried for days', () => {
    const bare = ['a', 'b', 'c', 'd'].map((name) => waiting(name, 99, true));
    const seldom = ['1', '2', '3', '4', '5'].map((name) => waiting(name, 1));
    expect(order(...bare, waiting('with a staple', 99), ...seldom)).toEqual([
      '1',
      '2',
      'a',
      '3',
      '4',
      'with a staple',
      '5',
      'b',
      'c',
      'd',
    ]);
  });
});
