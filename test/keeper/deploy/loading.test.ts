/** A server that cannot be told just now, because it is starting or being reloaded, is told once more. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, World, staple } from './world.ts';

const first = staple(0, 12 * HOUR);
const second = staple(0, 24 * HOUR);
const addresses = [{ host: '127.0.0.1', port: '443' }];

describe('a server that seems to be stopped', () => {
  it('may have been starting: it is reloaded when it runs a minute later', async () => {
    const world = new World({ effect: 'idle' });
    await world.keep('a', first);
    await world.clock.pass(MINUTE - SECOND);
    expect(world.done()).toEqual(['publish a']);
    world.effect = 'reload';
    await world.clock.pass(10 * MINUTE);
    expect(world.done()).toEqual(['publish a', 'check', 'reload']);
  });

  it('may have been starting with what is withdrawn', async () => {
    const world = new World({ effect: 'idle' });
    await world.keep('a', staple(-HOUR, HOUR));
    await world.clock.pass(50 * MINUTE);
    expect(world.done().at(-1)).toBe('withdraw a');
    world.effect = 'reload';
    await world.clock.pass(5 * MINUTE);
    expect(world.done()).toEqual(['withdraw a', 'check', 'reload']);
    expect(world.told('withdrawn')).toHaveLength(1);
  });

  it('may be starting again when a reload fails', async () => {
    const world = new World();
    world.reload = () => 'no such process';
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    world.effect = 'idle';
    await world.clock.pass(30 * SECOND);
    world.effect = 'reload';
    world.reload = () => undefined;
    await world.clock.pass(3 * MINUTE);
    expect(world.told('reloaded')).toHaveLength(1);
  });

  it('is let be after that', async () => {
    const world = new World({ effect: 'idle' });
    await world.keep('a', first);
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['publish a', 'publish a']);
  });

  it('is not asked sooner because somebody looks at the certificate', async () => {
    const world = new World({ effect: 'idle' });
    await world.keep('a', first);
    await world.clock.pass(10 * SECOND);
    world.done();
    await world.open('a');
    await world.clock.pass(10 * SECOND);
    expect(world.done()).toEqual([]);
    await world.clock.pass(MINUTE);
    expect(world.done()).toEqual(['publish a']);
  });

  it('is warned of when somebody answers there, and only then', async () => {
    const world = new World({ effect: 'idle', addresses });
    await world.keep('a', first);
    await world.clock.pass(5 * MINUTE);
    expect(world.told('mismatch')).toEqual([]);
    world.look = () => Promise.resolve({ chain: [], staple: undefined });
    await world.keep('a', second);
    await world.clock.pass(5 * MINUTE);
    expect(world.told('mismatch')).toMatchObject([
      { message: expect.stringMatching(/^it serves no staple; it was taken for stopped/) },
    ]);
  });
});

describe('a server that forgets', () => {
  it('is given the staple once more, in case it was just being reloaded', async () => {
    const world = new World({ effect: 'live', adapterIs: { mayForget: true } });
    await world.keep('a', first);
    await world.clock.pass(29 * SECOND);
    expect(world.done()).toEqual(['publish a']);
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['publish a']);
  });

  it('is given it after a reload, and not reloaded for that again', async () => {
    const world = new World({ adapterIs: { mayForget: true } });
    await world.keep('a', first);
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['publish a', 'check', 'reload', 'publish a']);
  });

  it('is given the newer one alone', async () => {
    const world = new World({ effect: 'live', adapterIs: { mayForget: true } });
    await world.keep('a', first);
    await world.clock.pass(10 * SECOND);
    await world.keep('a', second);
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['publish a', 'publish a', 'publish a']);
  });
});
