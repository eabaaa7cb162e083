/** A staple that is not in all of its places, and what is said of it to a responder. */
import { describe, expect, it } from 'vitest';
import { ResponseError } from '../../src/errors.ts';
import { DAY, DUE, HOUR, MINUTE, SECOND, START, ScriptedWorld, good, revoked } from './scripted-work.ts';

const FRESH = { thisUpdate: START, validUntil: START + 7 * DAY };

describe('what is lacking in one place', () => {
  it('is written as soon as that can be, though the staple is fresh in another', async () => {
    const world = new ScriptedWorld();
    world.isWritable = false;
    world.isLacking = true;
    const site = world.add(1, { stored: FRESH });
    await world.pass(HOUR);
    expect([site.asked, world.told('published')]).toEqual([0, []]);
    expect(world.told('failed').map(({ code }) => code)).toEqual(['output-unwritable']);
    world.isWritable = true;
    await world.pass(5 * MINUTE + SECOND);
    expect(world.told('published')).toHaveLength(1);
    expect([site.asked, world.view(site).failures]).toEqual([0, 0]);
  });

  it('is written also after an answer that was no newer, and ends no renewal', async () => {
    const world = new ScriptedWorld();
    world.isWritable = false;
    world.isLacking = true;
    world.answer = () => good(DUE.thisUpdate);
    const site = world.add(1, { stored: DUE });
    await world.pass(DAY);
    expect(site.asked).toBeGreaterThan(1);
    expect(site.asked).toBeLessThan(10);
    expect(world.told('recovered')).toEqual([]);
    world.isWritable = true;
    await world.pass(5 * MINUTE + SECOND);
    expect(world.told('published')).toHaveLength(1);
  });

  it('does not keep a successor from being asked for when it is due', async () => {
    const world = new ScriptedWorld();
    const site = world.add(1, { stored: DUE });
    world.isWritable = false;
    await world.pass(DAY);
    expect(site.asked).toBe(1);
    await world.pass(4 * DAY);
    expect(site.asked).toBe(2);
    world.isWritable = true;
    await world.pass(HOUR);
    expect(site.stored?.thisUpdate).toBeGreaterThan(START + 3 * DAY);
  });

  it('is not written over what is newer, though a cache gave out something older meanwhile', async () => {
    const world = new ScriptedWorld();
    const site = world.add(1, { stored: DUE });
    world.isWritable = false;
    const newest = good(START);
    world.answer = () => newest;
    await world.pass(4 * DAY);
    world.answer = () => good(START - DAY);
    await world.pass(DAY);
    world.isWritable = true;
    await world.pass(DAY);
    expect(site.stored).toEqual(newest.response);
  });
});

describe('what a responder gave before', () => {
  it('is named while it is there, and not when its staple is lost', async () => {
    const world = new ScriptedWorld();
    world.answer = () => ({ ...good(START), etag: '"a"' });
    const site = world.add();
    await world.pass(MINUTE);
    expect(world.known).toEqual({});
    const refreshed = world.keeper.refresh(site.key);
    await world.pass(MINUTE);
    await refreshed;
    expect(world.known).toEqual({ etag: '"a"', lastModified: undefined });

    site.stored = undefined;
    await world.restart();
    await world.pass(MINUTE);
    expect(site.memory?.etag).toBe('"a"');
    expect([site.asked, world.known]).toEqual([3, {}]);
  });

  it('is not believed to be the latest for ever', async () => {
    const world = new ScriptedWorld();
    world.answer = () => ({ ...good(START), etag: '"a"' });
    const site = world.add();
    await world.pass(MINUTE);
    // An edge that calls everything unmodified.
    world.answer = () => {
      if (world.known.etag === '"a"') return { ...good(START), etag: '"a"', notModified: true };
      return good(world.clock.time);
    };
    await world.pass(6 * DAY);
    expect(site.stored?.thisUpdate).toBeGreaterThan(START);
  });

  it('is not called newer by a response that could not be written', async () => {
    const world = new ScriptedWorld();
    const site = world.add(1, { stored: DUE });
    world.isWritable = false;
    world.answer = () => ({ ...good(START), etag: '"b"' });
    await world.pass(SECOND / 2);
    expect(site.memory).toMatchObject({ failures: 1, etag: undefined });
  });
});

describe('a hold that was lifted', () => {
  it('does not come back with an older answer', async () => {
    const world = new ScriptedWorld();
    world.answer = () => revoked(START - 6 * DAY, 6, 9 * DAY);
    const site = world.add(1, { stored: DUE });
    await world.pass(HOUR);
    expect([world.told('revoked'), world.view(site).state]).toEqual([[], 'good']);
  });
});

describe('an alarm', () => {
  it('is not raised again as milder when the staple has ended', async () => {
    const world = new ScriptedWorld();
    world.answer = () => {
      throw new ResponseError('responder-unauthorized', 'no');
    };
    const site = world.add(1, { stored: DUE });
    await world.pass(6 * DAY);
    const told = world.told('alarm').map(({ level, message }) => `${level}: ${message.split(' at ')[0]}`);
    expect(told).toEqual([
      'warning: the staple ends in 1d18h, and no newer one is to be had: no',
      'critical: the staple ends in 16h48m, and no newer one is to be had: no',
      'critical: the staple ended',
    ]);
    expect(world.view(site).alarm).toBe('critical');
  });
});
