import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlarmTimes, alarmAt, alarmTimes, missingTimes } from '../../src/staple/alarm.ts';
import { type Failure, retryLimitMs, retryWaitMs } from '../../src/staple/backoff.ts';
import { DEFAULT_POLICY, type Life, lifeUsed, momentOf } from '../../src/staple/policy.ts';
import { refreshAt, shareOf, unchangedAt } from '../../src/staple/refresh-policy.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BIRTH = Date.UTC(2026, 1, 20);

/** A staple that lives so long; of 100 hours, an hour is one percent. */
const lifeOf = (ms: number): Life => ({ thisUpdate: BIRTH, validUntil: BIRTH + ms });
const HUNDRED = lifeOf(100 * HOUR);
/** Fractions are binary: moments are compared to the millisecond. */
const hoursIn = (moment: number): number => Math.round(moment - BIRTH) / HOUR;

describe('how much of a life is used', () => {
  it.each<readonly [string, Life, number, number]>([
    ['nothing at thisUpdate', HUNDRED, BIRTH, 0],
    ['a quarter', HUNDRED, BIRTH + 25 * HOUR, 0.25],
    ['all at the end', HUNDRED, BIRTH + 100 * HOUR, 1],
    ['more than all after it', HUNDRED, BIRTH + 150 * HOUR, 1.5],
    ['less than nothing by a clock that is behind', HUNDRED, BIRTH - 10 * HOUR, -0.1],
    ['all of a life of no length', lifeOf(0), BIRTH, 1],
    ['all of a life that ends before it begins', lifeOf(-HOUR), BIRTH - 2 * HOUR, 1],
  ])('is %s', (_, life, now, used) => {
    expect(lifeUsed(life, now)).toBeCloseTo(used, 10);
  });

  it('is the fraction that the moment was asked for by', () => {
    expect(hoursIn(momentOf(HUNDRED, 0.3))).toBe(30);
    expect(lifeUsed(HUNDRED, momentOf(HUNDRED, 0.3))).toBeCloseTo(0.3, 10);
  });
});

describe('the refresh', () => {
  it.each<readonly [string, number, number]>([
    ['at half of a life', 0, 50],
    ['five percent earlier at most', -1, 45],
    ['five percent later at most', 1, 55],
    ['in between by the share', 0.2, 51],
  ])('is due %s', (_, share, hours) => {
    expect(hoursIn(refreshAt(HUNDRED, share, DEFAULT_POLICY))).toBe(hours);
  });

  it.each<readonly [string, number, number, number]>([
    ['the spread would pass three quarters', 0.72, 0.05, 75],
    ['it is set to the end', 1, 0, 75],
    ['the spread stays below', 0.6, 0.1, 70],
  ])('is never later than three quarters: %s', (_, at, spread, hours) => {
    const policy = { ...DEFAULT_POLICY, refreshAt: at, spread };
    expect(hoursIn(refreshAt(HUNDRED, 1, policy))).toBe(hours);
  });

  it('has a share from -1 to 1 that is in the digest of the certificate', () => {
    expect(shareOf('00000000aaaa')).toBe(-1);
    expect(shareOf('ffffffffaaaa')).toBe(1);
    expect(shareOf('80000000aaaa')).toBeCloseTo(0, 6);
    expect(shareOf('40000000ffff')).toBe(shareOf('400000000000'));
  });

  it('comes evenly over the spread for certificates of one day', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 2000; i++) {
      const share = shareOf(createHash('sha256').update(String(i)).digest('hex'));
      const tenth = Math.min(9, Math.floor((share + 1) * 5));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(150);
    expect(Math.max(...tenths)).toBeLessThan(250);
  });
});

describe('after an answer that was no newer', () => {
  it.each<readonly [string, number, number, number]>([
    ['an eighth of what is left', 80 * HOUR, 0, 10 * HOUR],
    ['five minutes, where an eighth is less', 32 * MINUTE, 0, 5 * MINUTE],
    ['until the cache has let go of it', 80 * HOUR, 15 * HOUR, 15 * HOUR],
    ['an eighth, where the cache lets go sooner', 80 * HOUR, HOUR, 10 * HOUR],
    ['a quarter, where the cache keeps it longer', 80 * HOUR, 90 * HOUR, 20 * HOUR],
    ['a quarter, where five minutes are more', 12 * MINUTE, 0, 3 * MINUTE],
    ['a quarter, where five minutes and the cache are more', 12 * MINUTE, HOUR, 3 * MINUTE],
    ['thirty seconds, where a quarter is less', MINUTE, 0, 30 * SECOND],
    ['thirty seconds at the end', 0, 0, 30 * SECOND],
    ['thirty seconds after the end, whatever the cache says', -HOUR, HOUR, 30 * SECOND],
  ])('the next is %s', (_, remaining, freshFor, wait) => {
    const now = BIRTH + HOUR;
    expect(unchangedAt({ thisUpdate: BIRTH, validUntil: now + remaining }, now, freshFor) - now).toBe(wait);
  });
});

const failure = (changes: Partial<Failure>): Failure => ({
  failures: 1,
  temporary: true,
  remainingMs: 100 * HOUR,
  retryAfterMs: undefined,
  ...changes,
});

describe('the longest wait after a failure', () => {
  it.each<readonly [string, boolean, number, number]>([
    ['an hour with much left', true, 100 * HOUR, HOUR],
    ['an hour with four left', true, 4 * HOUR, HOUR],
    ['a quarter of what is left', true, 2 * HOUR, 30 * MINUTE],
    ['a quarter after what will not pass, too', false, 2 * HOUR, 30 * MINUTE],
    ['thirty seconds with two minutes left', true, 2 * MINUTE, 30 * SECOND],
    ['thirty seconds with a moment left', true, 1, 30 * SECOND],
    ['five minutes without a staple', true, 0, 5 * MINUTE],
    ['five minutes when it ended long ago', true, -100 * HOUR, 5 * MINUTE],
    ['an hour without a staple after what will not pass', false, 0, HOUR],
  ])('is %s', (_, temporary, remainingMs, limit) => {
    expect(retryLimitMs({ temporary, remainingMs }, DEFAULT_POLICY)).toBe(limit);
  });

  it.each<readonly [string, number]>([
    ['with a staple', 100 * HOUR],
    ['with a staple that is about to end', MINUTE],
    ['without one', 0],
  ])('is the one that is set, where that is shorter: %s', (_, remainingMs) => {
    const policy = { ...DEFAULT_POLICY, retryMaxMs: 10 * SECOND };
    expect(retryLimitMs({ temporary: true, remainingMs }, policy)).toBe(10 * SECOND);
  });
});

describe('the wait after a failure', () => {
  const row = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1e6];

  it.each<readonly [string, Partial<Failure>, readonly number[]]>([
    ['to an hour', {}, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]],
    ['to a quarter of what is left', { remainingMs: HOUR }, [30, 60, 120, 240, 480, 900, 900, 900, 900, 900]],
    [
      'to five minutes without a staple',
      { remainingMs: 0 },
      [30, 60, 120, 240, 300, 300, 300, 300, 300, 300],
    ],
    ['not at all at the very end', { remainingMs: MINUTE }, [30, 30, 30, 30, 30, 30, 30, 30, 30, 30]],
  ])('is by chance below a bound that doubles from thirty seconds %s', (_, changes, bounds) => {
    const waits = (random: number): number[] =>
      row.map((failures) => retryWaitMs(failure({ ...changes, failures }), random, DEFAULT_POLICY) / SECOND);
    expect(waits(0.5)).toEqual(bounds.map((bound) => bound / 2));
    expect(waits(0.25)).toEqual(bounds.map((bound) => bound / 4));
    expect(waits(0)).toEqual(bounds.map(() => 1));
  });

  it.each<readonly [string, Partial<Failure>, number, number]>([
    ['longer than chance would have it', {}, 10 * MINUTE, 10 * MINUTE],
    ['up to an hour', {}, 24 * HOUR, HOUR],
    ['up to a quarter of what is left', { remainingMs: 2 * HOUR }, HOUR, 30 * MINUTE],
    ['up to thirty seconds at the very end', { remainingMs: MINUTE }, HOUR, 30 * SECOND],
    ['up to five minutes without a staple', { remainingMs: 0 }, 20 * MINUTE, 5 * MINUTE],
    [
      'up to an hour without one, when it will not pass',
      { remainingMs: 0, temporary: false },
      20 * MINUTE,
      20 * MINUTE,
    ],
    ['but not shorter than chance has it', { failures: 5 }, 10 * SECOND, 4 * MINUTE],
    ['but not at once', {}, 0, 15 * SECOND],
  ])('is what Retry-After says: %s', (_, changes, retryAfterMs, wait) => {
    expect(retryWaitMs(failure({ ...changes, retryAfterMs }), 0.5, DEFAULT_POLICY)).toBe(wait);
  });

  it('is at least a second and never above the limit, whatever happened', () => {
    fc.assert(
      fc.property(
        fc.record({
          failures: fc.integer({ min: 1, max: 1e9 }),
          temporary: fc.boolean(),
          remainingMs: fc.integer({ min: -1000 * HOUR, max: 1000 * HOUR }),
          retryAfterMs: fc.option(fc.oneof(fc.nat(), fc.constant(Infinity)), { nil: undefined }),
        }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (happened, random) => {
          const wait = retryWaitMs(happened, random, DEFAULT_POLICY);
          expect(wait).toBeGreaterThanOrEqual(SECOND);
          expect(wait).toBeLessThanOrEqual(retryLimitMs(happened, DEFAULT_POLICY));
        },
      ),
    );
  });
});

describe('the alarm for a staple', () => {
  it.each<readonly [string, number, number, number]>([
    ['ten days: three quarters, nine tenths', 240, 180, 216],
    ['a hundred hours: six hours left come after nine tenths', 100, 75, 90],
    ['sixty hours: both are the same', 60, 45, 54],
    ['forty hours: six hours left come first', 40, 30, 34],
    ['a day: critical without a warning before', 24, 18, 18],
    ['eight hours: six left are no reason as long as it is young', 8, 6, 6],
    ['four hours: not critical from birth', 4, 3, 3],
  ])('of %s', (_, hours, warning, critical) => {
    const times = alarmTimes(lifeOf(hours * HOUR), DEFAULT_POLICY);
    expect([hoursIn(times.warning), hoursIn(times.critical)]).toEqual([warning, critical]);
  });
});

describe('the alarm for a certificate without a staple', () => {
  it('warns after a quarter of an hour, and is critical after six', () => {
    expect(missingTimes(BIRTH, false)).toEqual({ warning: BIRTH + 15 * MINUTE, critical: BIRTH + 6 * HOUR });
  });

  it('is critical at once when it must staple', () => {
    expect(alarmAt(missingTimes(BIRTH, true), BIRTH)).toEqual({ level: 'critical', changesAt: Infinity });
  });
});

describe('the level of an alarm', () => {
  const times: AlarmTimes = { warning: 75, critical: 90 };
  it.each<readonly [string, AlarmTimes, number, ReturnType<typeof alarmAt>]>([
    ['none before the warning', times, 74, { level: undefined, changesAt: 75 }],
    ['a warning from its moment on', times, 75, { level: 'warning', changesAt: 90 }],
    ['a warning until it is critical', times, 89, { level: 'warning', changesAt: 90 }],
    ['critical from its moment on', times, 90, { level: 'critical', changesAt: Infinity }],
    ['critical for ever', times, 1e15, { level: 'critical', changesAt: Infinity }],
    [
      'critical where both are the same',
      { warning: 90, critical: 90 },
      90,
      { level: 'critical', changesAt: Infinity },
    ],
  ])('is %s', (_, at, now, expected) => {
    expect(alarmAt(at, now)).toEqual(expected);
  });
});
