/** What `restaple refresh` asks of the keeper, in whatever state the certificate is. */
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../src/errors.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  START,
  ScriptedWorld,
  good,
  revoked,
  unreachable,
} from './scripted-work.ts';

const FRESH = { thisUpdate: START, validUntil: START + 7 * DAY };

describe('a refresh by hand', () => {
  it.each([
    ['before its file was looked at', 0],
    ['while its file is read', 0.5],
  ])('asks although nothing is due, when it comes %s', async (_name, afterMs) => {
    const world = new ScriptedWorld();
    const site = world.add(1, { stored: FRESH });
    if (afterMs > 0) await world.pass(afterMs);
    const refreshed = world.keeper.refresh(site.key);
    await world.pass(MINUTE);
    expect(site.asked).toBe(1);
    expect((await refreshed).state).toBe('good');
  });

  it('reads again at once what could not be read, and says so when it still cannot', async () => {
    const world = new ScriptedWorld();
    world.isReadable = false;
    const site = world.add();
    await world.pass(DAY);
    const first = failureOf(world.keeper.refresh(site.key));
    await world.pass(SECOND);
    expect(await first).toBe('no such file');
    world.isReadable = true;
    const second = world.keeper.refresh(site.key);
    await world.pass(SECOND);
    expect((await second).state).toBe('good');
  });

  it('asks a responder that is down, and wakes the others when that answers', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    const site = world.add(20);
    await world.pass(6 * HOUR);
    const first = failureOf(world.keeper.refresh(site.key));
    await world.pass(SECOND);
    expect(await first).toBe('connection refused');
    world.answer = () => good(world.clock.time);
    const second = world.keeper.refresh(site.key);
    await world.pass(2 * SECOND);
    expect((await second).state).toBe('good');
    expect([...world.keeper.views()].filter(({ state }) => state === 'good')).toHaveLength(20);
  });

  it('of a revoked certificate is one request, and no more follow when it fails', async () => {
    const world = new ScriptedWorld();
    world.answer = () => revoked(START, 1);
    const site = world.add(1);
    await world.pass(DAY);
    world.answer = unreachable;
    const refreshed = failureOf(world.keeper.refresh(site.key));
    await world.pass(10 * DAY);
    expect(await refreshed).toBe('connection refused');
    expect([site.asked, world.view(site).state, world.view(site).nextAt]).toEqual([2, 'revoked', undefined]);
  });

  it('of a certificate that has ended is one request, too', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    const site = world.add(1, { notAfter: START - DAY });
    await world.pass(HOUR);
    const refreshed = failureOf(world.keeper.refresh(site.key));
    await world.pass(10 * DAY);
    expect(await refreshed).toBe('connection refused');
    expect([site.asked, world.view(site).state]).toEqual([1, 'expired']);
  });

  it('is the one way back for a revoked certificate, by a newer good answer', async () => {
    const world = new ScriptedWorld();
    world.answer = () => revoked(START, 1);
    const site = world.add(1);
    await world.pass(DAY);
    world.answer = () => good(START - 1);
    const older = failureOf(world.keeper.refresh(site.key));
    await world.pass(SECOND);
    expect(await older).toContain('still calls it good');
    world.answer = () => good(world.clock.time);
    const newer = world.keeper.refresh(site.key);
    await world.pass(SECOND);
    expect((await newer).state).toBe('good');
  });

  it('ends with the keeper, or with the certificate, and leaves nobody waiting', async () => {
    const world = new ScriptedWorld();
    world.latencyMs = HOUR;
    const site = world.add();
    const other = world.add();
    const gone = failureOf(world.keeper.refresh(other.key));
    const stopped = failureOf(world.keeper.refresh(site.key));
    await world.pass(SECOND);
    world.keeper.remove(other.key);
    expect(await gone).toBe('the certificate is gone');
    const ends = Promise.all([world.keeper.stop(), world.keeper.stop()]);
    await world.pass(SECOND);
    await ends;
    expect(await stopped).toBe('given up');
  });
});

/** What it ends with; listened to from now on, however late it is asked for. */
const failureOf = (refreshed: Promise<unknown>): Promise<string> =>
  refreshed.then(
    () => 'none',
    (error: unknown) => reasonOf(error),
  );
