import { describe, expect, it } from 'vitest';
import { DAY, DUE, HOUR, MINUTE, SECOND, START, ScriptedWorld, good, unreachable } from './scripted-work.ts';

describe('a responder in trouble', () => {
  it('is asked by one at a time after five failures in a row, and by everybody when it is back', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    world.add(60);
    await world.pass(MINUTE);
    const before = world.asked;
    world.most = 0;
    await world.pass(HOUR);
    expect(world.most).toBe(1);
    expect(world.asked).toBeGreaterThan(before);
    expect(world.told('responder-down')).toHaveLength(1);

    world.answer = () => good(world.clock.time);
    await world.pass(5 * MINUTE + SECOND);
    expect(world.told('responder-back')).toHaveLength(1);
    expect([...world.keeper.views()].filter(({ state }) => state === 'good')).toHaveLength(60);
    expect(world.mostAtOne).toBe(8);
  });

  it('wakes those that wait for another hour as soon as it answers to one', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    world.add(12, { stored: DUE });
    await world.pass(6 * HOUR);
    world.answer = () => good(world.clock.time);
    while (world.told('responder-back').length === 0 && world.clock.time < START + 8 * HOUR)
      await world.pass(SECOND);
    await world.pass(5 * SECOND);
    expect(world.told('fetched')).toHaveLength(12);
  });

  it('is told of once, with the few that failed before that, and seldom asked, in a day of 500 certificates', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    world.add(500, { stored: DUE });
    await world.pass(DAY);
    const failed = world.told('failed').map(({ certificate }) => certificate);
    expect(failed.length).toBe(new Set(failed).size);
    expect(failed.length).toBeLessThanOrEqual(8);
    expect(world.told('responder-down')).toHaveLength(1);
    expect(world.events.length).toBe(failed.length + 1);
    expect(world.asked).toBeLessThan(500);
  });

  it('raises each alarm once at its time, and tells the recovery once', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    const site = world.add(1, { stored: DUE });
    await world.pass(2.5 * DAY);
    const alarms = world.events.filter(({ event }) => event.type === 'alarm');
    expect(world.told('alarm').map(({ level }) => level)).toEqual(['warning', 'critical']);
    const ages = alarms.map(({ at }) => (at - DUE.thisUpdate) / (7 * DAY));
    expect(ages[0]).toBeCloseTo(0.75, 5);
    expect(ages[1]).toBeCloseTo(0.9, 5);
    expect(world.told('failed').map(({ failures }) => failures)[0]).toBe(1);

    world.answer = () => good(world.clock.time);
    await world.pass(3 * DAY);
    expect(world.told('recovered')).toHaveLength(1);
    expect(world.told('alarm')).toHaveLength(2);
    expect(world.view(site)).toMatchObject({ state: 'good', failures: 0, alarm: undefined });

    const before = world.told('failed').length;
    world.answer = unreachable;
    await world.pass(DAY);
    expect(world.told('failed')).toHaveLength(before + 1);
  });

  it('is not asked at once by a restart in the middle of an outage', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    const site = world.add(1, { stored: DUE });
    await world.pass(6 * HOUR);
    const { asked, memory } = site;
    await world.restart();
    await world.pass(SECOND);
    const { nextAt, failures } = world.view(site);
    expect([site.asked, nextAt, failures]).toEqual([asked, memory?.attemptAt, memory?.failures]);
    expect(nextAt).toBeGreaterThan(world.clock.time);
    expect(failures).toBeGreaterThan(3);
  });
});

const old = (world: ScriptedWorld): ReturnType<typeof good> => good(world.clock.time - 9 * DAY, DAY);

describe('an edge that gives out old files', () => {
  it('for one certificate lets nobody else wait', async () => {
    const world = new ScriptedWorld();
    const unlucky = world.add(1, { stored: DUE });
    world.answer = (site) => (site === unlucky ? old(world) : good(world.clock.time));
    await world.pass(DAY);
    expect(unlucky.asked).toBeGreaterThan(5);
    world.add(50);
    await world.pass(SECOND);
    expect(world.told('fetched')).toHaveLength(50);
    expect(world.told('responder-down')).toEqual([]);
    expect(world.told('failed').map(({ code }) => code)).toEqual(['response-expired']);
  });

  it('for all is asked for each by its own back-off, and all are fresh when it is over', async () => {
    const world = new ScriptedWorld();
    world.answer = () => old(world);
    world.add(500);
    await world.pass(DAY);
    // With nothing to serve, a try follows after five minutes at most, and with full jitter after half of that.
    expect(world.asked).toBeLessThan((500 * DAY) / (2 * MINUTE));
    expect(world.told('responder-down')).toEqual([]);
    world.answer = () => good(world.clock.time);
    await world.pass(10 * MINUTE);
    expect(world.told('fetched')).toHaveLength(500);
  });
});

describe('a clock that is set', () => {
  it('is told, and loses nothing when it is set back', async () => {
    const world = new ScriptedWorld();
    const issued = good(START);
    world.answer = () => issued;
    const site = world.add();
    await world.pass(HOUR);
    const before = world.view(site);
    world.clock.error = 30 * DAY;
    await world.pass(10 * MINUTE);
    expect(world.view(site).state).toBe('missing');
    world.clock.error = 0;
    await world.pass(10 * MINUTE);
    expect(world.told('clock-jumped').map(({ byMs }) => byMs)).toEqual([30 * DAY, -30 * DAY]);
    const { nextAt, validUntil, state } = before;
    expect(state).toBe('good');
    expect(world.view(site)).toMatchObject({ nextAt, validUntil, state, failures: 0 });
    expect([world.kept, site.stored]).toEqual([1, issued.response]);
  });
});

describe('a clock before every certificate', () => {
  it('is told once at the start, with what it says and what it should, and again when it is set wrong anew', async () => {
    const world = new ScriptedWorld();
    world.clock.error = -40 * 365 * DAY;
    await world.restart();
    const [first] = [world.add(), world.add(200)];
    await world.pass(DAY);
    const wrong = { type: 'clock-wrong', certificate: first.label, notBefore: world.bornAt };
    expect(world.told('clock-wrong')).toMatchObject([{ ...wrong, now: START - 40 * 365 * DAY + 26 }]);
    world.clock.error = -39 * 365 * DAY;
    await world.pass(MINUTE);
    expect(world.told('clock-wrong')).toHaveLength(2);
    world.clock.error = 0;
    await world.pass(MINUTE);
    expect(world.told('clock-wrong')).toHaveLength(2);
  });

  it.each([
    ['is right when it is behind by minutes', 4, 0],
    ['is not', 6, 1],
  ])('of a CA %s', async (_, minutes, told) => {
    const world = new ScriptedWorld();
    world.bornAt = START + minutes * MINUTE;
    world.add();
    await world.pass(MINUTE);
    expect(world.told('clock-wrong')).toHaveLength(told);
  });
});

describe('a failure by a clock that was ahead', () => {
  it('is one of now when the clock is right again, and makes nobody wait until its moment', async () => {
    const world = new ScriptedWorld();
    world.answer = unreachable;
    const error = { code: 'response-expired', message: 'no more', at: START + 38 * HOUR } as const;
    const site = world.add(1, {
      stored: { thisUpdate: START - 15 * HOUR, validUntil: START + 9 * HOUR },
      memory: { attemptAt: START + 20 * MINUTE, failures: 3, error },
    });
    await world.pass(MINUTE);
    expect(world.view(site)).toMatchObject({
      failures: 3,
      error: { code: 'response-expired', at: START + 1 },
    });
  });
});

describe('a fault, a disk and an end', () => {
  it('goes on for the others and tries again after a fault of its own', async () => {
    const world = new ScriptedWorld();
    const faulty = world.add();
    const other = world.add();
    world.answer = (site) => {
      if (site === faulty && site.asked < 3) throw new TypeError('undefined is not a function');
      return good(world.clock.time);
    };
    await world.pass(DAY);
    expect(world.told('failed').map(({ code, certificate }) => [code, certificate])).toEqual([
      ['internal', faulty.label],
    ]);
    expect([faulty.asked, world.view(faulty).state, other.asked]).toEqual([3, 'good', 1]);
  });

  it('writes what could not be written without another request', async () => {
    const world = new ScriptedWorld();
    world.isWritable = false;
    const site = world.add();
    await world.pass(HOUR);
    expect([site.stored, site.asked, world.kept > 1]).toEqual([undefined, 1, true]);
    expect(world.told('failed').map(({ code }) => code)).toEqual(['output-unwritable']);
    expect(world.told('published')).toEqual([]);

    world.isWritable = true;
    await world.pass(HOUR);
    expect([site.asked, world.view(site).state]).toEqual([1, 'good']);
    expect(world.told('published').map(({ files }) => files)).toEqual([[`${site.label}.ocsp`]]);
  });

  it('tells of a kept file that is damaged, and fetches anew', async () => {
    const world = new ScriptedWorld();
    const path = '/var/lib/restaple/0.der';
    const site = world.add(1, { damaged: [{ path, message: 'no DER' }] });
    await world.pass(MINUTE);
    const told = { type: 'damaged', certificate: site.label, path, message: 'no DER' };
    expect(world.told('damaged')).toEqual([told]);
    expect(world.view(site).state).toBe('good');
  });

  it('stops only when what is being written is written', async () => {
    const world = new ScriptedWorld();
    world.writeMs = 5 * SECOND;
    const site = world.add();
    await world.pass(SECOND);
    let isStopped = false;
    const stopping = world.keeper.stop().then(() => (isStopped = true));
    await world.pass(SECOND);
    expect([world.kept, site.stored, isStopped]).toEqual([1, undefined, false]);
    await world.pass(10 * SECOND);
    await stopping;
    expect(site.stored?.validUntil).toBe(START + 7 * DAY + 101);
  });

  it('gives up a request when it stops, and asks no more', async () => {
    const world = new ScriptedWorld();
    world.latencyMs = HOUR;
    const site = world.add(20);
    await world.pass(SECOND);
    await world.keeper.stop();
    await world.pass(DAY);
    expect([world.asked, world.kept, world.events]).toEqual([4, 0, []]);
    await expect(world.keeper.refresh(site.key)).rejects.toThrow('not kept here');
  });
});
