/** What is said of what clients really get. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, World, staple } from './world.ts';

const old = staple(-HOUR, 6 * HOUR);
const fresh = staple(0, 12 * HOUR);
const addresses = [{ host: '127.0.0.1', port: '443' }];

const serving = async (world: World, der: Buffer | undefined): Promise<void> => {
  world.look = () => Promise.resolve({ chain: [], staple: der });
  await world.keep('a', fresh);
  await world.clock.pass(2 * MINUTE);
};

describe('what a server serves', () => {
  it('is well when it is what was published', async () => {
    const world = new World({ effect: 'live', addresses });
    await serving(world, fresh);
    expect(world.told('observed')).toEqual([
      { type: 'observed', server: 'web', certificate: '/certs/a.pem', address: '127.0.0.1:443' },
    ]);
    expect(world.told('mismatch')).toEqual([]);
  });

  it.each([
    ['no staple', undefined, 'it serves no staple'],
    ['an older one', old, 'it serves an older staple, of 2026-02-25T11:00:00Z'],
    ['garbage', Buffer.from('x'), 'it serves what is no response'],
  ])('is warned of when it is %s', async (_, der, message) => {
    const world = new World({ effect: 'live', addresses });
    await serving(world, der);
    expect(world.told('mismatch')).toMatchObject([{ server: 'web', address: '127.0.0.1:443', message }]);
    await world.clock.pass(HOUR);
    expect(world.told('mismatch')).toHaveLength(1);
  });

  it('may take as long as the server is known to take', async () => {
    const world = new World({ effect: 'live', addresses, adapterIs: { takesMs: 4 * MINUTE } });
    await serving(world, undefined);
    await world.clock.pass(MINUTE);
    world.look = () => Promise.resolve({ chain: [], staple: fresh });
    await world.clock.pass(MINUTE);
    expect(world.told('mismatch')).toEqual([]);
    expect(world.told('observed')).toHaveLength(1);
  });

  it('is looked at after the reload, and not before', async () => {
    const world = new World({ addresses });
    let looks = 0;
    world.look = () => {
      looks += 1;
      return Promise.resolve({ chain: [], staple: fresh });
    };
    await world.keep('a', fresh);
    await world.clock.pass(59 * SECOND);
    expect(looks).toBe(0);
    await world.clock.pass(5 * SECOND);
    expect(looks).toBe(1);
  });

  it('is said with the reason when nobody is there', async () => {
    const world = new World({ effect: 'live', addresses: [{ host: '::1', port: '8443' }] });
    await world.keep('a', fresh);
    await world.clock.pass(2 * MINUTE);
    expect(world.told('mismatch')).toMatchObject([{ address: '[::1]:8443', message: 'nobody is there' }]);
  });

  it('is not looked at when it is not running', async () => {
    const world = new World({ effect: 'idle', addresses });
    await world.keep('a', fresh);
    await world.clock.pass(2 * MINUTE);
    expect(world.told('mismatch')).toEqual([]);
  });
});
