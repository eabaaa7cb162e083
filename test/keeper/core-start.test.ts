/** A machine that was off overnight: every staple is old, and a second later new again. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, START, ScriptedWorld, unreachable } from './scripted-work.ts';

/** In the last twentieth of its life. */
const OLD = { thisUpdate: START - 19 * HOUR, validUntil: START + HOUR };

describe('a staple that is old at the start', () => {
  it('calls nobody before its responder was asked', async () => {
    const world = new ScriptedWorld();
    world.add(3, { stored: OLD });
    await world.pass(10 * SECOND);
    expect(world.told('fetched')).toHaveLength(3);
    expect(world.told('alarm')).toEqual([]);
  });

  it('calls somebody when that was in vain', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    world.add(1, { stored: OLD });
    await world.pass(2 * MINUTE);
    expect(world.told('alarm')).toMatchObject([{ level: 'critical' }]);
  });
});
