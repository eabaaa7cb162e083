import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatGeneralizedTime,
  formatInstant,
  formatTime,
  parseGeneralizedTime,
  parseUTCTime,
} from '../../src/der/time.ts';

describe('GeneralizedTime', () => {
  it.each([
    ['an ordinary moment', '20260225093245Z', '2026-02-25T09:32:45.000Z'],
    ['the last second of a day', '20261231235959Z', '2026-12-31T23:59:59.000Z'],
    ['29 February of a leap year', '20240229000000Z', '2024-02-29T00:00:00.000Z'],
    ['29 February 2000, a leap year in spite of its zeros', '20000229000000Z', '2000-02-29T00:00:00.000Z'],
    ['the first year', '00000101000000Z', '0000-01-01T00:00:00.000Z'],
    ['a year below 100 is itself, not of the 20th century', '00990101000000Z', '0099-01-01T00:00:00.000Z'],
    [
      'no well-defined end of validity (RFC 5280 section 4.1.2.5)',
      '99991231235959Z',
      '9999-12-31T23:59:59.000Z',
    ],
  ])('%s', (_, text, iso) => {
    expect(parseGeneralizedTime(Buffer.from(text))?.toISOString()).toBe(iso);
  });

  it.each([
    ['30 February', '20260230000000Z'],
    ['29 February of a common year', '20260229000000Z'],
    ['29 February 1900, not a leap year', '19000229000000Z'],
    ['31 April', '20260431000000Z'],
    ['day 0', '20260100000000Z'],
    ['day 32', '20260132000000Z'],
    ['month 0', '20260001000000Z'],
    ['month 13', '20261301000000Z'],
    ['hour 24', '20260225240000Z'],
    ['minute 60', '20260225096000Z'],
    ['second 60, a leap second', '20261231235960Z'],
    ['no seconds', '202602250932Z'],
    ['fractions of a second', '20260225093245.5Z'],
    ['an offset in place of Z', '20260225093245+0100'],
    ['local time', '20260225093245'],
    ['a lower-case z', '20260225093245z'],
    ['the form of UTCTime', '260225093245Z'],
    ['a sign', '+2026022509324Z'],
    ['spaces in place of zeros', '2026 225093245Z'],
    ['a line feed behind it', '20260225093245Z\n'],
    ['digits of another script', '２０２６0225093245Z'],
    ['nothing', ''],
  ])('is not %s', (_, text) => {
    expect(parseGeneralizedTime(Buffer.from(text))).toBeUndefined();
  });
});

describe('UTCTime', () => {
  it.each([
    ['50 is 1950', '500101000000Z', '1950-01-01T00:00:00.000Z'],
    ['49 is 2049', '491231235959Z', '2049-12-31T23:59:59.000Z'],
    ['99 is 1999', '991231235959Z', '1999-12-31T23:59:59.000Z'],
    ['00 is 2000', '000229000000Z', '2000-02-29T00:00:00.000Z'],
  ])('year %s', (_, text, iso) => {
    expect(parseUTCTime(Buffer.from(text))?.toISOString()).toBe(iso);
  });

  it.each([
    ['30 February', '260230000000Z'],
    ['hour 24', '260225240000Z'],
    ['second 60', '260225093260Z'],
    ['no seconds', '2602250932Z'],
    ['an offset in place of Z', '260225093245+0000'],
    ['the form of GeneralizedTime', '20260225093245Z'],
    ['a line feed behind it', '260225093245Z\n'],
  ])('is not %s', (_, text) => {
    expect(parseUTCTime(Buffer.from(text))).toBeUndefined();
  });
});

describe('a moment as text', () => {
  const moment = new Date('2026-02-05T09:02:45.999Z');

  it('is in whole seconds in DER', () => {
    expect(formatGeneralizedTime(moment)).toBe('20260205090245Z');
  });

  it('is as openssl prints it, the day padded with a space', () => {
    expect(formatTime(moment)).toBe('Feb  5 09:02:45 2026 GMT');
    expect(formatTime(new Date('2026-12-25T21:32:45Z'))).toBe('Dec 25 21:32:45 2026 GMT');
  });

  it('is ISO 8601 in seconds in messages', () => {
    expect(formatInstant(moment)).toBe('2026-02-05T09:02:45Z');
  });
});

const second = (from: string, to: string): fc.Arbitrary<Date> =>
  fc
    .integer({ min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 })
    .map((seconds) => new Date(seconds * 1000));

describe('any second', () => {
  it('of the years 0 to 9999 comes back from GeneralizedTime', () => {
    fc.assert(
      fc.property(second('0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'), (date) => {
        expect(parseGeneralizedTime(Buffer.from(formatGeneralizedTime(date)))).toEqual(date);
      }),
    );
  });

  it('of the years 1950 to 2049 comes back from UTCTime', () => {
    fc.assert(
      fc.property(second('1950-01-01T00:00:00Z', '2049-12-31T23:59:59Z'), (date) => {
        expect(parseUTCTime(Buffer.from(formatGeneralizedTime(date).slice(2)))).toEqual(date);
      }),
    );
  });
});
