/** When a server is reloaded, and what becomes of what it does not bear. */
import { describe, expect, it } from 'vitest';
import { InputError, ServerError } from '../../../src/errors.ts';
import { NOW } from '../../support/pki.ts';
import { HOUR, MINUTE, SECOND, World, fileOf, staple } from './world.ts';

const first = staple(-HOUR, 6 * HOUR);
const second = staple(0, 12 * HOUR);
const third = staple(0, 24 * HOUR);

describe('reloads', () => {
  it('are one for all staples of a minute', async () => {
    const world = new World();
    await world.keep('a', second);
    await world.clock.pass(30 * SECOND);
    await world.keep('b', second);
    await world.keep('c', second);
    await world.clock.pass(29 * SECOND);
    expect(world.done()).toEqual(['publish a', 'publish b', 'publish c']);
    await world.clock.pass(SECOND);
    expect(world.done()).toEqual(['check', 'reload']);
    expect(world.told('reloaded')).toEqual([{ type: 'reloaded', server: 'web', staples: 3 }]);
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
  });

  it('are five minutes apart', async () => {
    const world = new World();
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    expect(world.done()).toEqual(['publish a', 'check', 'reload']);
    await world.keep('b', second);
    await world.clock.pass(5 * MINUTE - SECOND);
    expect(world.done()).toEqual(['publish b']);
    await world.clock.pass(SECOND);
    expect(world.done()).toEqual(['check', 'reload']);
  });

  it('do not wait for that when the server still serves what is about to end', async () => {
    const world = new World({ adapterIs: { withdrawBeforeMs: undefined } });
    await world.keep('a', staple(-HOUR, 4 * MINUTE));
    await world.clock.pass(MINUTE);
    world.done();
    await world.clock.pass(MINUTE);
    // It ends in two minutes, and the next reload would be in four.
    await world.keep('a', second);
    await world.clock.pass(MINUTE - SECOND);
    expect(world.done()).toEqual(['publish a']);
    await world.clock.pass(SECOND);
    expect(world.done()).toEqual(['check', 'reload']);
  });

  it.each(['live', 'later'] as const)('are none for a server that takes it by itself: %s', async (effect) => {
    const world = new World({ effect });
    await world.keep('a', second);
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['publish a']);
  });

  it('are none for the same staple once more', async () => {
    const world = new World();
    await world.keep('a', second);
    await world.clock.pass(HOUR);
    world.done();
    await world.open('a');
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
  });

  it('are tried again when they fail, and told of once', async () => {
    const world = new World();
    world.reload = () => 'no such process';
    await world.keep('a', second);
    await world.clock.pass(MINUTE);
    expect(world.told('server-failed')).toEqual([
      {
        type: 'server-failed',
        server: 'web',
        code: 'server-reload-failed',
        message: 'no such process',
        failures: 1,
        nextAt: world.clock.now() + 30 * SECOND,
      },
    ]);
    await world.clock.pass(10 * MINUTE);
    expect(world.told('server-failed')).toHaveLength(1);
    expect(world.told('reloaded')).toEqual([]);
    world.reload = () => undefined;
    await world.clock.pass(15 * MINUTE);
    expect(world.told('reloaded')).toHaveLength(1);
    expect(world.told('server-recovered')).toHaveLength(1);
    world.done();
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
  });
});

/** The server hates one staple. */
const hating = (hated: Buffer): World => {
  const world = new World();
  world.check = () =>
    [...world.files.values()].some((der) => der.equals(hated)) ? 'cannot be loaded' : undefined;
  return world;
};

describe('a server that was ended', () => {
  it('is neither started nor asked again and again', async () => {
    const world = new World();
    world.reload = () => 'no such process';
    await world.keep('a', second);
    await world.clock.pass(MINUTE);
    world.effect = 'idle';
    await world.clock.pass(2 * MINUTE);
    world.done();
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
    expect(world.told('server-recovered')).toHaveLength(1);
  });
});

describe('a check that fails', () => {
  it('because of one staple costs the others nothing, and puts back what was there before', async () => {
    const world = hating(third);
    for (const name of ['a', 'b', 'c']) await world.keep(name, first);
    await world.clock.pass(10 * MINUTE);
    expect(world.told('reloaded')).toMatchObject([{ staples: 3 }]);
    await world.keep('a', second);
    await world.keep('b', third);
    await world.keep('c', second);
    await world.clock.pass(MINUTE);
    expect(world.told('reloaded')).toMatchObject([{ staples: 3 }, { staples: 2 }]);
    expect(world.told('server-failed')).toMatchObject([
      { certificate: '/certs/b.pem', code: 'server-check-failed', message: 'cannot be loaded', failures: 1 },
    ]);
    expect(world.files.get(fileOf('a'))).toEqual(second);
    expect(world.files.get(fileOf('b'))).toEqual(first);
    expect(world.files.get(fileOf('c'))).toEqual(second);
  });

  it('is tried again with the staple, told once, and all is well when the server bears it', async () => {
    const world = hating(second);
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    await world.keep('a', second);
    await world.clock.pass(2 * HOUR);
    expect(world.files.get(fileOf('a'))).toEqual(first);
    expect(world.told('server-failed')).toHaveLength(1);
    world.check = () => undefined;
    await world.clock.pass(30 * MINUTE);
    expect(world.files.get(fileOf('a'))).toEqual(second);
    expect(world.told('reloaded')).toHaveLength(2);
    expect(world.told('server-recovered')).toHaveLength(1);
  });

  it('leaves the old one in its place between the tries', async () => {
    const world = hating(second);
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    await world.keep('a', second);
    await world.clock.pass(10 * MINUTE);
    for (let i = 0; i < 120; i++) {
      await world.clock.pass(10 * SECOND);
      expect(world.files.get(fileOf('a'))).toEqual(first);
    }
  });

  it('leaves the old one in its place when somebody looks', async () => {
    const world = hating(second);
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    await world.keep('a', second);
    await world.clock.pass(10 * MINUTE);
    await world.open('a');
    expect(world.files.get(fileOf('a'))).toEqual(first);
    world.check = () => undefined;
    await world.clock.pass(30 * MINUTE);
    expect(world.files.get(fileOf('a'))).toEqual(second);
  });

  it('once does not have the staple withdrawn when the one before it would have ended', async () => {
    const world = hating(second);
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    await world.keep('a', second);
    await world.clock.pass(HOUR);
    world.check = () => undefined;
    await world.clock.pass(9 * HOUR);
    expect(world.told('withdrawn')).toEqual([]);
    await world.clock.pass(2 * HOUR);
    expect(world.told('withdrawn')).toHaveLength(1);
  });

  it('withdraws a staple where there was none before', async () => {
    const world = hating(second);
    await world.keep('a', second);
    await world.clock.pass(MINUTE);
    expect(world.files.has(fileOf('a'))).toBe(false);
    expect(world.told('reloaded')).toEqual([]);
  });

  it('withdraws what was put back when that ends', async () => {
    const world = hating(second);
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    await world.keep('a', second);
    await world.clock.pass(6 * HOUR);
    expect(world.told('withdrawn')).toHaveLength(1);
    expect(world.files.has(fileOf('a'))).toBe(false);
  });

  it('without the new staple, too, leaves it where it is and reloads nothing', async () => {
    const world = new World();
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    world.check = () => 'unknown directive';
    await world.keep('a', second);
    await world.clock.pass(HOUR);
    expect(world.files.get(fileOf('a'))).toEqual(second);
    expect(world.told('reloaded')).toHaveLength(1);
    expect(world.told('server-failed')).toMatchObject([
      { code: 'server-check-failed', message: 'unknown directive', failures: 1 },
    ]);
    expect(world.told('server-failed')[0]).not.toHaveProperty('certificate');
    world.check = () => undefined;
    await world.clock.pass(15 * MINUTE);
    expect(world.told('reloaded')).toHaveLength(2);
    expect(world.told('server-recovered')).toHaveLength(1);
  });

  it('leaves no old staple in its place when the disk is full just then', async () => {
    const world = new World();
    for (const name of ['a', 'b']) await world.keep(name, first);
    await world.clock.pass(MINUTE);
    for (const name of ['a', 'b']) await world.keep(name, second);
    world.check = () => 'unknown directive';
    world.write = (file) => {
      if (file === fileOf('b')) throw new InputError('output-unwritable', 'no space is left', file);
    };
    await world.clock.pass(10 * MINUTE);
    expect(world.told('server-failed')).toMatchObject([{ code: 'output-unwritable' }]);
    expect(world.told('reloaded')).toHaveLength(1);
    world.write = () => {};
    world.check = () => undefined;
    await world.clock.pass(15 * MINUTE);
    expect(world.told('reloaded')).toHaveLength(2);
    expect(world.files.get(fileOf('a'))).toEqual(second);
    expect(world.files.get(fileOf('b'))).toEqual(second);
  });

  it('puts back a file that the running server does not take any more', async () => {
    const world = hating(second);
    world.publish = (file) => {
      const isOld = world.files.get(file)?.equals(first) === true && world.clock.time > NOW.getTime();
      if (isOld) throw new ServerError('server-refused', 'it ends in 4 minutes');
    };
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    await world.keep('a', second);
    await world.clock.pass(10 * MINUTE);
    expect(world.files.get(fileOf('a'))).toEqual(first);
    expect(world.told('server-failed')).toMatchObject([{ code: 'server-check-failed' }]);
  });

  it('puts back what the server has read, and not what came between', async () => {
    const world = new World();
    world.check = () =>
      world.files.get(fileOf('a'))?.equals(first) === true ? undefined : 'cannot be loaded';
    await world.keep('a', first);
    await world.clock.pass(10 * MINUTE);
    await world.keep('a', second);
    await world.clock.pass(30 * SECOND);
    await world.keep('a', third);
    await world.clock.pass(MINUTE);
    expect(world.files.get(fileOf('a'))).toEqual(first);
    expect(world.told('server-failed')).toMatchObject([{ certificate: '/certs/a.pem' }]);
  });

  it('does not put an old staple over one that has come meanwhile', async () => {
    const world = hating(second);
    await world.keep('a', first);
    await world.clock.pass(MINUTE);
    await world.keep('a', second);
    await world.clock.pass(MINUTE);
    await world.keep('a', third);
    await world.clock.pass(HOUR);
    expect(world.files.get(fileOf('a'))).toEqual(third);
    expect(world.told('reloaded')).toHaveLength(2);
  });
});

describe('a staple that the server refuses', () => {
  it('is offered again, and told of once', async () => {
    const world = new World({ effect: 'live' });
    world.publish = () => {
      throw new ServerError('server-refused', 'haproxy: certificate ID does not match');
    };
    await world.keep('a', second);
    await world.clock.pass(HOUR);
    expect(world.done().length).toBeGreaterThan(3);
    expect(world.told('server-failed')).toMatchObject([
      { certificate: '/certs/a.pem', code: 'server-refused', failures: 1 },
    ]);
    world.publish = () => {};
    await world.clock.pass(15 * MINUTE);
    expect(world.told('server-recovered')).toHaveLength(1);
    world.done();
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
  });
});
