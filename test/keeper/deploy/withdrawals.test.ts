/** When a staple is taken out of the sight of a server, and what a restart of restaple costs it. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/servers/adapter.ts';
import { HOUR, MINUTE, SECOND, World, fileOf, staple } from './world.ts';

const short = staple(-HOUR, HOUR);
const long = staple(0, 12 * HOUR);

describe('a staple', () => {
  it('is withdrawn ten minutes before it ends, and the server reloaded before that', async () => {
    const world = new World();
    await world.keep('a', short);
    await world.clock.pass(50 * MINUTE - SECOND);
    expect(world.done()).toEqual(['publish a', 'check', 'reload']);
    await world.clock.pass(SECOND);
    expect(world.done()).toEqual(['withdraw a']);
    expect(world.told('withdrawn')).toMatchObject([
      { server: 'web', certificate: '/certs/a.pem', files: [fileOf('a')] },
    ]);
    await world.clock.pass(MINUTE);
    expect(world.done()).toEqual(['check', 'reload']);
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
  });

  it.each([
    ['its file is gone', {}],
    ['its file stays, as nginx wants it', { withdraw: (): Promise<Effect> => Promise.resolve('reload') }],
  ])('that was withdrawn is not put back when somebody looks: %s', async (_, adapterIs) => {
    const world = new World({ adapterIs });
    await world.keep('a', short);
    await world.clock.pass(55 * MINUTE);
    const before = world.files.get(fileOf('a'));
    world.done();
    await world.open('a');
    await world.clock.pass(4 * MINUTE);
    expect(world.done()).toEqual([]);
    expect(world.files.get(fileOf('a'))).toEqual(before);
    expect(world.told('withdrawn')).toHaveLength(1);
    await world.keep('a', long);
    await world.clock.pass(5 * MINUTE);
    expect(world.done()).toEqual(['publish a', 'check', 'reload']);
  });

  it('is none when its file is empty, which is no news', async () => {
    const world = new World({ effect: 'live' });
    world.put(fileOf('a'), Buffer.alloc(0));
    await world.open('a');
    await world.clock.pass(MINUTE);
    expect(world.told('withdrawn')).toEqual([]);
    await world.keep('a', long);
    await world.clock.pass(MINUTE);
    expect(world.files.get(fileOf('a'))).toEqual(long);
  });

  it('is not withdrawn when a newer one has taken its place', async () => {
    const world = new World();
    await world.keep('a', short);
    await world.clock.pass(45 * MINUTE);
    await world.keep('a', long);
    await world.clock.pass(HOUR);
    expect(world.told('withdrawn')).toEqual([]);
    expect(world.files.get(fileOf('a'))).toEqual(long);
  });

  it('is published again when there is a newer one after that', async () => {
    const world = new World();
    await world.keep('a', short);
    await world.clock.pass(2 * HOUR);
    world.done();
    await world.keep('a', long);
    await world.clock.pass(MINUTE);
    expect(world.done()).toEqual(['publish a', 'check', 'reload']);
  });

  it('stays where the server looks at its end by itself and bears it', async () => {
    const world = new World({ adapterIs: { withdrawBeforeMs: undefined, needsWithdrawal: false } });
    await world.keep('a', short);
    await world.clock.pass(2 * HOUR);
    world.deployment.gone('a');
    await world.clock.pass(2 * HOUR);
    expect(world.done()).toEqual(['publish a', 'check', 'reload']);
  });

  it('is out of the server before its end although reloads are rare', async () => {
    const world = new World({ reloadAtMostMs: 24 * HOUR });
    await world.keep('a', short);
    await world.clock.pass(59 * MINUTE);
    expect(world.done()).toEqual(['publish a', 'check', 'reload', 'withdraw a', 'check', 'reload']);
  });

  it('that comes while the old one is withdrawn waits for that, and stays', async () => {
    const finish: (() => void)[] = [];
    const world = new World({
      adapterIs: {
        withdraw: ({ file }) =>
          new Promise((resolve) => {
            finish.push(() => {
              world.files.delete(file);
              resolve('live');
            });
          }),
      },
    });
    await world.keep('a', short);
    await world.clock.pass(50 * MINUTE);
    const kept = world.keep('a', long);
    await world.clock.pass(MINUTE);
    expect(world.files.get(fileOf('a'))).toEqual(short);
    finish.forEach((one) => one());
    await kept;
    await world.clock.pass(HOUR);
    expect(world.files.get(fileOf('a'))).toEqual(long);
    expect(world.calls.at(-1)).toBe('reload');
  });

  it('is withdrawn once, however long it lies there', async () => {
    // As with nginx, which wants a file, whatever it holds.
    const world = new World({ adapterIs: { withdraw: () => Promise.resolve('live') } });
    await world.keep('a', short);
    for (let i = 0; i < 5; i++) {
      await world.clock.pass(HOUR);
      await world.open('a');
    }
    expect(world.told('withdrawn')).toHaveLength(1);
  });
});

describe('a certificate that is gone', () => {
  it('takes its staple along at once', async () => {
    const world = new World();
    await world.keep('a', long);
    await world.clock.pass(HOUR);
    world.done();
    world.deployment.gone('a');
    await world.clock.pass(MINUTE);
    expect(world.done()).toEqual(['withdraw a', 'check', 'reload']);
    expect(world.told('withdrawn')).toMatchObject([{ message: 'the certificate is gone' }]);
  });

  it('leaves its staple until that ends where the server bears it', async () => {
    const world = new World({ adapterIs: { needsWithdrawal: false } });
    await world.keep('a', short);
    world.deployment.gone('a');
    await world.clock.pass(49 * MINUTE);
    expect(world.told('withdrawn')).toEqual([]);
    await world.clock.pass(MINUTE);
    expect(world.told('withdrawn')).toHaveLength(1);
  });

  it('does not take along the staple of its successor', async () => {
    const world = new World();
    await world.keep('a', long, 'old');
    await world.keep('a', staple(MINUTE, 12 * HOUR), 'new');
    world.deployment.gone('old');
    await world.clock.pass(HOUR);
    expect(world.told('withdrawn')).toEqual([]);
  });

  it('has left a staple that the certificate in its place cannot use', async () => {
    const world = new World();
    await world.keep('a', long, 'old');
    await world.clock.pass(HOUR);
    await world.open('a', 'new');
    await world.clock.pass(MINUTE);
    expect(world.told('withdrawn')).toMatchObject([{ message: 'the certificate has no staple' }]);
  });
});

describe('the clock', () => {
  it('that is set ahead by mistake and back within a minute costs nothing', async () => {
    const world = new World();
    await world.keep('a', long);
    await world.clock.pass(HOUR);
    world.done();
    world.clock.ahead = 365 * 24 * HOUR;
    await world.clock.pass(59 * SECOND);
    world.clock.ahead = 0;
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
  });

  it('that stays ahead withdraws what has ended by it: the server goes by the same', async () => {
    const world = new World();
    await world.keep('a', long);
    await world.clock.pass(HOUR);
    world.clock.ahead = 365 * 24 * HOUR;
    await world.clock.pass(2 * MINUTE);
    expect(world.told('withdrawn')).toHaveLength(1);
    // When it is set right, the keeper reads all again, and what is good goes back to its place.
    world.clock.ahead = 0;
    await world.open('a');
    await world.clock.pass(10 * MINUTE);
    expect(world.files.get(fileOf('a'))).toEqual(long);
    expect(world.calls.slice(-3)).toEqual(['publish a', 'check', 'reload']);
  });
});

describe('after a restart of restaple', () => {
  it('a staple is still withdrawn before it ends', async () => {
    const world = new World();
    await world.keep('a', short);
    await world.clock.pass(10 * MINUTE);
    await world.restart();
    await world.open('a');
    await world.clock.pass(40 * MINUTE);
    expect(world.told('withdrawn')).toHaveLength(1);
  });

  it('one that has ended meanwhile is withdrawn at once', async () => {
    const world = new World();
    await world.keep('a', short);
    await world.clock.pass(10 * MINUTE);
    await world.restart();
    world.clock.time += 2 * HOUR;
    await world.open('a');
    await world.clock.pass(SECOND);
    expect(world.told('withdrawn')).toHaveLength(1);
  });

  it('the server is not reloaded for what it has read', async () => {
    const world = new World();
    await world.keep('a', long);
    await world.clock.pass(10 * MINUTE);
    await world.restart();
    await world.open('a');
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['publish a']);
  });

  it('the server is reloaded for what was written and not read any more', async () => {
    const world = new World();
    await world.keep('a', long);
    await world.clock.pass(10 * MINUTE);
    await world.keep('b', long);
    await world.clock.pass(SECOND);
    await world.restart();
    await world.open('a');
    await world.open('b');
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['publish a', 'publish b', 'check', 'reload']);
    expect(world.told('reloaded')).toMatchObject([{ staples: 1 }]);
  });

  it('the staple of a revoked certificate is not published, and withdrawn when it ends', async () => {
    const world = new World();
    await world.keep('a', short);
    await world.clock.pass(10 * MINUTE);
    world.revoked.add('a');
    await world.restart();
    await world.open('a');
    await world.clock.pass(39 * MINUTE);
    expect(world.done()).toEqual([]);
    await world.clock.pass(MINUTE);
    expect(world.done()).toEqual(['withdraw a']);
  });

  it('a file that holds something else is left alone', async () => {
    const world = new World();
    world.put(fileOf('a'), Buffer.from('-----BEGIN CERTIFICATE-----\n'));
    await world.open('a');
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual([]);
  });
});

describe('a new config', () => {
  it('leaves a server alone that is the same in it', async () => {
    const world = new World();
    await world.keep('a', short);
    await world.clock.pass(MINUTE);
    world.done();
    world.deployment.replace([{ ...world.server }]);
    await world.open('a');
    await world.clock.pass(HOUR);
    expect(world.done()).toEqual(['withdraw a', 'check', 'reload']);
  });

  it('does nothing more about a server that is not in it', async () => {
    const world = new World();
    await world.keep('a', short);
    world.deployment.replace([]);
    await world.open('a');
    await world.clock.pass(2 * HOUR);
    expect(world.told('reloaded')).toEqual([]);
    expect(world.told('withdrawn')).toEqual([]);
  });

  it('goes by what it says about a server that was there before', async () => {
    const world = new World();
    await world.keep('a', long);
    await world.clock.pass(MINUTE);
    world.done();
    world.deployment.replace([{ ...world.server, gatherMs: 10 * SECOND, reloadAtMostMs: 0 }]);
    await world.open('a');
    await world.clock.pass(SECOND);
    expect(world.done()).toEqual(['publish a']);
    await world.keep('a', staple(MINUTE, 24 * HOUR));
    await world.clock.pass(10 * SECOND);
    expect(world.done()).toEqual(['publish a', 'check', 'reload']);
  });
});
