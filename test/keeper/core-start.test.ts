/** A machine that was off overnight: every staple is old, and a second later new again. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND, START, ScriptedWorld, good, unreachable } from './scripted-work.ts';

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

describe('a staple that a cache had held back', () => {
  const held = good(START - 6 * DAY);

  it('calls nobody when the next try brings a newer one', async () => {
    const world = new ScriptedWorld();
    world.answer = (site) => (site.asked === 1 ? held : good(world.clock.time));
    world.add();
    await world.pass(DAY);
    expect(world.told('fetched')).toHaveLength(2);
    expect([world.told('alarm'), world.told('recovered')]).toEqual([[], []]);
  });

  it('calls somebody when it does not', async () => {
    const world = new ScriptedWorld();
    world.answer = () => held;
    world.add();
    await world.pass(5 * HOUR);
    expect(world.told('alarm')).toMatchObject([{ level: 'warning' }]);
  });
});

describe('a certificate whose turn has not come', () => {
  it('is missed with the reason', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    const [, , last] = [world.add(20), await world.pass(MINUTE), world.add(400)];
    await world.pass(HOUR);
    const told = world.told('alarm').find(({ certificate }) => certificate === last.label);
    expect(last.asked).toBe(0);
    expect(told?.message).toBe(
      'no staple: others are before it at http://ocsp.test, which was not asked about it yet',
    );
  });
});
