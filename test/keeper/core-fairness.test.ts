/** Certificates of strangers that name the responder of an honest CA, with paths of their own. */
import { describe, expect, it } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import {
  DAY,
  DUE,
  HOUR,
  MINUTE,
  SECOND,
  ScriptedWorld,
  type Site,
  good,
  unreachable,
} from './scripted-work.ts';

const HOST = 'ocsp.ca.test';
const CA = { key: 'ca', name: 'CN=CA' };
const stranger = (number: number): Site['issuer'] => ({ key: `${number}`, name: `CN=stranger ${number}` });

const isHonest = ({ issuer }: Site): boolean => issuer === CA;
const hung = (): never => {
  throw new TransportError('http-timeout', 'no answer', `http://${HOST}`);
};
const overloaded = (): never => {
  throw new TransportError('http-status', '503', `http://${HOST}/no`, 503);
};

/** Answers the CA's own, and everybody else in 45 s with a time-out, or at once with 503. */
function worldOfStrangers(): ScriptedWorld {
  const world = new ScriptedWorld();
  world.answer = (site) => {
    if (isHonest(site)) return good(world.clock.time);
    return site.mustHang === true ? unreachable() : overloaded();
  };
  return world;
}

const honestOnes = (world: ScriptedWorld): number =>
  world.sites.filter((site) => isHonest(site) && site.stored !== undefined).length;

describe('a responder whose host strangers name, too', () => {
  it('is asked for honest certificates though sixty of one stranger hang or are refused', async () => {
    const world = worldOfStrangers();
    world.add(30, { responder: HOST, issuer: stranger(1) });
    world.add(30, { responder: HOST, issuer: stranger(1), mustHang: true });
    await world.pass(10 * MINUTE);
    world.add(5, { responder: HOST, issuer: CA });
    await world.pass(MINUTE);
    expect(honestOnes(world)).toBe(5);
    expect(world.told('responder-down').map(({ issuer }) => issuer)).toEqual(['CN=stranger 1']);
    expect(world.mostAtOne).toBeLessThanOrEqual(8);
  });

  it('is asked when all come together, too', async () => {
    const world = worldOfStrangers();
    world.add(60, { responder: HOST, issuer: stranger(1), mustHang: true });
    world.add(100, { responder: HOST, issuer: CA });
    await world.pass(2 * MINUTE);
    expect(honestOnes(world)).toBe(100);
    expect(world.mostAtOne).toBeLessThanOrEqual(8);
  });

  it('is asked though a stranger makes two hundred CAs, for a new certificate and for a staple that is due', async () => {
    const world = worldOfStrangers();
    for (let number = 0; number < 200; number++)
      world.add(3, { responder: HOST, issuer: stranger(number), mustHang: true });
    await world.pass(3 * HOUR);
    world.add(50, { responder: HOST, issuer: CA });
    world.add(50, { responder: HOST, issuer: CA, stored: DUE });
    await world.pass(3 * MINUTE);
    expect(world.told('fetched')).toHaveLength(100);
    expect(world.mostAtOne).toBeLessThanOrEqual(8);
  });

  it('is tried again for honest certificates after an outage of its own', async () => {
    const world = worldOfStrangers();
    for (let number = 0; number < 40; number++)
      world.add(3, { responder: HOST, issuer: stranger(number), mustHang: true });
    const fault = world.answer;
    world.answer = unreachable;
    world.add(50, { responder: HOST, issuer: CA, stored: DUE });
    await world.pass(6 * HOUR);
    world.answer = fault;
    await world.pass(HOUR);
    expect(world.told('fetched')).toHaveLength(50);
  });
});

/** A quarter of 1,200 certificates is in it, and their staples have ended; new ones of the others come all the time. */
async function divided(): Promise<ScriptedWorld> {
  const world = new ScriptedWorld();
  world.hangingMs = 15 * SECOND;
  world.answer = (site) => (site.mustHang === true ? hung() : good(world.clock.time, 2 * DAY));
  world.add(1_200, { responder: HOST, issuer: CA });
  await world.pass(HOUR);
  for (const [index, site] of world.sites.entries()) if (index % 4 === 0) site.mustHang = true;
  for (let minutes = 60 * 60; minutes > 0; minutes -= 10) {
    world.add(1, { responder: HOST, issuer: CA });
    await world.pass(10 * MINUTE);
  }
  expect([...world.keeper.views()].filter(({ state }) => state !== 'good')).toHaveLength(300);
  return world;
}

describe('a region that gets no answers for days', () => {
  it('does not keep one waiting that has lost a packet', async () => {
    const world = await divided();
    const { answer } = world;
    const unlucky = world.add(1, { responder: HOST, issuer: CA, stored: DUE });
    world.answer = (site) => (site === unlucky ? unreachable() : answer(site));
    await world.pass(SECOND);
    expect(world.view(unlucky).failures).toBe(1);
    world.answer = answer;
    await world.pass(2 * MINUTE);
    expect(world.view(unlucky)).toMatchObject({ state: 'good', failures: 0 });
  });

  it('takes half of the places at most, and gets its staples as soon as it is over', async () => {
    const world = await divided();
    world.mostAtOne = 0;
    const { asked } = world;
    await world.pass(HOUR);
    expect(world.mostAtOne).toBeLessThanOrEqual(5);
    // Four of them at a time, with 15 s for each.
    expect(world.asked - asked).toBeLessThan(1_000);
    world.answer = () => good(world.clock.time);
    world.hangingMs = 100;
    await world.pass(2 * MINUTE);
    expect([...world.keeper.views()].filter(({ state }) => state !== 'good')).toEqual([]);
  });
});
