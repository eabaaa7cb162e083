import { describe, expect, it } from 'vitest';
import { DerError, ResponseError } from '../../src/errors.ts';
import type { Answer } from '../../src/keeper/work.ts';
import type { Life } from '../../src/staple/policy.ts';
import { DAY, DUE, HOUR, MINUTE, SECOND, START, ScriptedWorld, good, revoked } from './scripted-work.ts';

const KEY_COMPROMISE = 1;
const ON_HOLD = 6;

describe('when the keeper asks', () => {
  it('makes one request of however many calls of refresh', async () => {
    const world = new ScriptedWorld();
    const site = world.add(1, { stored: { thisUpdate: START, validUntil: START + 7 * DAY } });
    await world.pass(SECOND);
    const before = site.asked;
    const calls = Array.from({ length: 20 }, () => world.keeper.refresh(site.key));
    await world.pass(50);
    calls.push(world.keeper.refresh(site.key));
    await world.pass(MINUTE);
    const views = await Promise.all(calls);
    expect([before, site.asked, world.mostAtOne]).toEqual([0, 1, 1]);
    expect(new Set(views.map(({ validUntil }) => validUntil))).toEqual(new Set([site.stored?.validUntil]));
  });

  it('asks nobody after a restart, and has the same next time', async () => {
    const world = new ScriptedWorld();
    const site = world.add();
    await world.pass(MINUTE);
    const { nextAt } = world.view(site);
    await world.restart();
    await world.pass(HOUR);
    expect(site.asked).toBe(1);
    expect(nextAt).toBeGreaterThan(START + 3 * DAY);
    expect(world.view(site).nextAt).toBe(nextAt);
  });

  it('asks nobody about two thousand staples that are at hand at the start', async () => {
    const world = new ScriptedWorld();
    world.add(2_000, { stored: { thisUpdate: START - DAY, validUntil: START + 6 * DAY } });
    await world.pass(DAY);
    expect([...world.keeper.views()].filter(({ state }) => state === 'good')).toHaveLength(2_000);
    expect([world.asked, world.events]).toEqual([0, []]);
  });

  it('asks with at most 8 requests at one responder and 64 in all', async () => {
    const world = new ScriptedWorld();
    world.latencyMs = SECOND;
    for (let host = 0; host < 20; host++) world.add(15, { responder: `http://ocsp${host}.test` });
    await world.pass(5 * MINUTE);
    expect([world.mostAtOne, world.most]).toEqual([8, 64]);
    expect([world.told('fetched').length, world.asked]).toEqual([300, 300]);
  });
});

describe('what never takes the place of a staple', () => {
  const cases: readonly (readonly [string, () => Answer<Life>, readonly string[]])[] = [
    ['an older answer', () => good(DUE.thisUpdate - DAY), ['unchanged']],
    ['unknown', () => ({ ...good(START), certStatus: { type: 'unknown' } }), ['certificate-unknown']],
    [
      'tryLater',
      () => refuse(new ResponseError('responder-try-later', 'tryLater')),
      ['responder-try-later', 'responder-down'],
    ],
    [
      'garbage',
      () => refuse(new DerError('der-malformed', 'OCSPResponse', 'no DER')),
      ['der-malformed', 'responder-down'],
    ],
    ['an end of the past', () => good(START - 9 * DAY, DAY), ['response-expired']],
    ['a fault of its own', () => refuse(new Error('undefined is not a function')), ['internal']],
  ];

  it.each(cases)('%s', async (_name, answer, told) => {
    const world = new ScriptedWorld();
    world.answer = answer;
    const site = world.add(1, { stored: DUE });
    await world.pass(DAY);
    expect(site.asked).toBeGreaterThan(1);
    expect([world.kept, site.stored]).toEqual([0, DUE]);
    expect(world.view(site)).toMatchObject({ state: 'good', ...DUE });
    const words = world.events.map(({ event }) => (event.type === 'failed' ? event.code : event.type));
    expect(new Set(words)).toEqual(new Set(told));

    world.answer = () => good(world.clock.time);
    await world.pass(DAY);
    expect(site.stored?.thisUpdate).toBeGreaterThan(START + DAY);
  });
});

describe('revocation', () => {
  it('is told once, and nobody is asked again', async () => {
    const world = new ScriptedWorld();
    world.answer = () => revoked(START, KEY_COMPROMISE);
    const site = world.add(1, { stored: DUE });
    await world.pass(2 * DAY);
    expect(world.events.map(({ event }) => event.type)).toEqual(['revoked', 'alarm']);
    expect(world.told('alarm')[0]?.level).toBe('critical');

    world.answer = () => good(world.clock.time);
    await world.pass(60 * DAY);
    await world.restart();
    await world.pass(60 * DAY);
    expect([site.asked, world.kept, world.told('revoked').length]).toEqual([1, 0, 1]);
    expect(world.view(site)).toMatchObject({ state: 'revoked', nextAt: undefined });
  });

  it('is lifted from a hold by a newer good answer, and by no older one', async () => {
    const world = new ScriptedWorld();
    const heldAt = START + 10;
    world.answer = () => revoked(heldAt, ON_HOLD, 4 * HOUR);
    const site = world.add(1, { stored: DUE });
    await world.pass(2.5 * HOUR);
    expect([site.asked > 1, world.view(site).state]).toEqual([true, 'revoked']);
    expect(world.told('revoked')).toHaveLength(1);
    const { asked } = site;

    world.answer = () => good(heldAt - 1);
    await world.pass(DAY);
    expect(site.asked).toBeGreaterThan(asked);
    expect([world.kept, world.view(site).state]).toEqual([0, 'revoked']);

    world.answer = () => good(world.clock.time);
    await world.pass(DAY);
    expect([world.view(site).state, world.view(site).alarm]).toEqual(['good', undefined]);
    expect([world.told('revoked').length, world.told('recovered').length]).toEqual([1, 1]);
  });
});

describe('what is let go', () => {
  it('is a certificate that has ended', async () => {
    const world = new ScriptedWorld();
    const site = world.add(1, { notAfter: START + 5 * DAY });
    await world.pass(5 * DAY + MINUTE);
    const { asked } = site;
    world.clock.error = HOUR;
    await world.pass(30 * DAY);
    expect(world.told('let-go').map(({ reason }) => reason)).toEqual(['expired']);
    expect([site.asked, world.view(site).state]).toEqual([asked, 'expired']);
  });

  it('is a certificate that is gone, even in the middle of a request', async () => {
    const world = new ScriptedWorld();
    const site = world.add();
    await world.pass(50);
    world.keeper.remove(site.key);
    await world.pass(30 * DAY);
    expect(world.told('let-go').map(({ reason }) => reason)).toEqual(['gone']);
    expect([site.asked, world.kept, world.keeper.size]).toEqual([1, 0, 0]);
  });
});

const refuse = (error: Error): never => {
  throw error;
};
