import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { type Resumed, resume } from '../../src/keeper/next-attempt.ts';
import type { Memory } from '../../src/keeper/work.ts';
import { DEFAULT_POLICY, type Life } from '../../src/staple/policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BIRTH = Date.UTC(2026, 1, 20);
/** An hour is one percent of its life. */
const STAPLE: Life = { thisUpdate: BIRTH, validUntil: BIRTH + 100 * HOUR };
const HALF = BIRTH + 50 * HOUR;

const after = (start: number, ms: number): number => start + ms;
const remembered = (attemptAt: number, changes: Partial<Memory> = {}): Memory => ({
  attemptAt,
  failures: 0,
  ...changes,
});
const failed = (attemptAt: number, code?: ErrorCode): Memory =>
  remembered(attemptAt, {
    failures: 3,
    error: code === undefined ? undefined : { code, message: '', at: BIRTH },
  });
const revoked = (attemptAt: number): Memory =>
  remembered(attemptAt, { revoked: { since: BIRTH, onHold: true, message: '' } });

interface Case {
  readonly sentence: string;
  readonly staple: Life | undefined;
  readonly memory: Memory | undefined;
  readonly now: number;
  readonly share?: number;
  readonly expected: Resumed;
}

function check({ staple, memory, now, share, expected }: Case): void {
  expect(resume({ staple, memory }, now, share ?? 0, DEFAULT_POLICY)).toEqual(expected);
}

describe('a certificate is asked about', () => {
  const young = BIRTH + 10 * HOUR;
  it.each<Case>([
    {
      sentence: 'at once when nothing is known of it',
      staple: undefined,
      memory: undefined,
      now: BIRTH,
      expected: { attemptAt: BIRTH, failures: 0 },
    },
    {
      sentence: 'at once when it failed by a clock that was wrong, as if it had not',
      staple: undefined,
      memory: failed(after(BIRTH, HOUR), 'this-update-in-future'),
      now: BIRTH,
      expected: { attemptAt: BIRTH, failures: 0 },
    },
    {
      sentence: 'at half of the life of its staple',
      staple: STAPLE,
      memory: undefined,
      now: young,
      expected: { attemptAt: HALF, failures: 0 },
    },
    {
      sentence: 'a little later when that is its share',
      staple: STAPLE,
      memory: undefined,
      now: young,
      share: 0.8,
      expected: { attemptAt: BIRTH + 54 * HOUR, failures: 0 },
    },
    {
      sentence: 'at half of it although an earlier moment was written down',
      staple: STAPLE,
      memory: remembered(BIRTH + 20 * HOUR),
      now: young,
      expected: { attemptAt: HALF, failures: 0 },
    },
    {
      sentence: 'at half of it although a later one was, and failures that another process has ended',
      staple: STAPLE,
      memory: failed(BIRTH + 60 * HOUR, 'http-timeout'),
      now: young,
      expected: { attemptAt: HALF, failures: 0 },
    },
    {
      sentence: 'at once from half of it on, when nothing was written down',
      staple: STAPLE,
      memory: undefined,
      now: HALF,
      expected: { attemptAt: HALF, failures: 0 },
    },
  ])('$sentence', check);
});

describe('a restart keeps the moment that was written down', () => {
  const now = BIRTH + 60 * HOUR;
  const late = STAPLE.validUntil - 4 * MINUTE;
  const ended = STAPLE.validUntil + HOUR;
  /** The longest wait that the same answer would bring now: up to there it is kept, a millisecond later it is not. */
  const limits: readonly (readonly [
    string,
    { readonly staple: Life | undefined; readonly now: number },
    (attemptAt: number) => Memory,
    number,
  ])[] = [
    ['an hour, after a failure', { staple: STAPLE, now }, (at) => failed(at, 'http-timeout'), HOUR],
    ['an hour, after what will not pass', { staple: STAPLE, now }, (at) => failed(at, 'key-unusable'), HOUR],
    [
      'a quarter of what is left, after a failure',
      { staple: STAPLE, now: late },
      (at) => failed(at, 'http-timeout'),
      MINUTE,
    ],
    ['a quarter of what is left, after the same staple', { staple: STAPLE, now }, remembered, 10 * HOUR],
    ['a quarter of the last minutes, after the same', { staple: STAPLE, now: late }, remembered, MINUTE],
    [
      'five minutes without a staple',
      { staple: undefined, now },
      (at) => failed(at, 'http-timeout'),
      5 * MINUTE,
    ],
    [
      'five minutes, when what failed was not written',
      { staple: undefined, now },
      (at) => failed(at),
      5 * MINUTE,
    ],
    [
      'five minutes, when the staple has ended',
      { staple: STAPLE, now: ended },
      (at) => failed(at, 'http-timeout'),
      5 * MINUTE,
    ],
    [
      'an hour without a staple, after what will not pass',
      { staple: undefined, now },
      (at) => failed(at, 'responder-unauthorized'),
      HOUR,
    ],
    ['an hour, when it is on hold', { staple: undefined, now }, revoked, HOUR],
    ['an hour, when it is on hold and a staple is left', { staple: STAPLE, now }, revoked, HOUR],
    ['not at all, when the staple that was kept is lost', { staple: undefined, now }, remembered, 0],
    ['not at all, when the staple that was kept has ended', { staple: STAPLE, now: ended }, remembered, 0],
  ];

  it.each(limits)('up to %s', (_, { staple, now: at }, memoryOf, limit) => {
    const memory = memoryOf(after(at, limit));
    expect(resume({ staple, memory }, at, 0, DEFAULT_POLICY)).toEqual({
      attemptAt: after(at, limit),
      failures: memory.failures,
    });
  });

  it.each(limits)(
    'and not beyond, where a clock was wrong: %s',
    (_, { staple, now: at }, memoryOf, limit) => {
      const memory = memoryOf(after(at, limit + 1));
      expect(resume({ staple, memory }, at, 0, DEFAULT_POLICY)).toEqual({
        attemptAt: at,
        failures: memory.failures,
      });
    },
  );

  it.each<Case>([
    {
      sentence: 'between now and the limit as it is',
      staple: STAPLE,
      memory: failed(after(now, 20 * MINUTE), 'http-timeout'),
      now,
      expected: { attemptAt: after(now, 20 * MINUTE), failures: 3 },
    },
    {
      sentence: 'as now when it has passed, and the failures with it',
      staple: STAPLE,
      memory: failed(after(now, -HOUR), 'http-timeout'),
      now,
      expected: { attemptAt: now, failures: 3 },
    },
    {
      sentence: 'not from a clock that was years ahead',
      staple: STAPLE,
      memory: remembered(Date.UTC(2099, 0, 1)),
      now,
      expected: { attemptAt: now, failures: 0 },
    },
  ])('$sentence', check);

  it('never before now, and never so late that the staple could not wait', () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 1, max: 1000 * HOUR }), { nil: undefined }),
        fc.integer({ min: -1000 * HOUR, max: 1000 * HOUR }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.oneof(
          fc.double(),
          fc.integer({ min: -1000 * HOUR, max: 1000 * HOUR }).map((ms) => BIRTH + ms),
        ),
        fc.nat(50),
        fc.boolean(),
        (length, age, share, attemptAt, failures, onHold) => {
          const moment = after(BIRTH, age);
          const staple =
            length === undefined ? undefined : { thisUpdate: BIRTH, validUntil: after(BIRTH, length) };
          const memory = { ...(onHold ? revoked(attemptAt) : remembered(attemptAt)), failures };
          const resumed = resume({ staple, memory }, moment, share, DEFAULT_POLICY);
          const quarter = staple === undefined ? 0 : (staple.validUntil - moment) / 4;
          const latestDue = staple === undefined ? 0 : BIRTH + (length ?? 0) * 0.55;
          expect(resumed.attemptAt).toBeGreaterThanOrEqual(moment);
          expect(resumed.attemptAt).toBeLessThanOrEqual(
            Math.max(latestDue + 1, moment + Math.max(HOUR, quarter)),
          );
        },
      ),
    );
  });
});
