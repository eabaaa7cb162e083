/** Certificates of strangers that name the responder of an honest CA, with paths of their own. */
import { describe, expect, it } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import { DUE, HOUR, MINUTE, ScriptedWorld, type Site, good, unreachable } from './scripted-work.ts';

const HOST = 'ocsp.ca.test';
const CA = { key: 'ca', name: 'CN=CA' };
const stranger = (number: number): Site['issuer'] => ({ key: `${number}`, name: `CN=stranger ${number}` });

const isHonest = ({ issuer }: Site): boolean => issuer === CA;
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
