import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { freshnessOf } from '../../src/http/freshness.ts';

const DATE = 'Wed, 25 Feb 2026 09:32:45 GMT';
const HOUR_LATER = 'Wed, 25 Feb 2026 10:32:45 GMT';
const MOST = 2 ** 31;

const control = (value: string): IncomingHttpHeaders => ({ 'cache-control': value });

describe('an answer is fresh for', () => {
  it.each<[sentence: string, headers: IncomingHttpHeaders, seconds: number]>([
    ['as long as max-age says', control('max-age=600'), 600],
    ['less what caches have used of it', { ...control('max-age=600'), age: '590' }, 10],
    [
      'as long as RFC 9919 has it said',
      { ...control('max-age=86000,public,no-transform,must-revalidate'), expires: DATE },
      86_000,
    ],
    ['max-age in any case, with white space', control(' public ,\tMAX-AGE=600 '), 600],
    ['max-age in quotes', control('max-age="600"'), 600],
    ['what is left until Expires', { expires: HOUR_LATER, date: DATE }, 3600],
    ['that, too, less its Age', { expires: HOUR_LATER, date: DATE, age: '3000' }, 600],
    ['max-age rather than Expires', { ...control('max-age=60'), expires: HOUR_LATER, date: DATE }, 60],
    ['the shortest of several', control('max-age=600, max-age=30, max-age=60'), 30],
    ['no more than 2^31 seconds', control('max-age=99999999999999999999999999'), MOST],
    ['no more by Expires', { expires: 'Fri, 01 Jan 9999 00:00:00 GMT', date: DATE }, MOST],
    ['what is for shared caches alone does not count', control('s-maxage=60, max-age=600'), 600],
    ['nor does it alone', control('s-maxage=60'), 0],
    ['private is kept here all the same', control('private, max-age=600'), 600],
    ['what only sounds like it does not count', control('no-cache-foo, max-age-bar=1, max-age=600'), 600],
  ])('%s', (_sentence, headers, seconds) => {
    expect(freshnessOf(headers).freshForMs).toBe(seconds * 1000);
  });

  it.each<[sentence: string, headers: IncomingHttpHeaders]>([
    ['nothing is said', {}],
    ['no-cache', control('max-age=600, no-cache')],
    ['no-cache for some headers', control('no-cache="set-cookie, via", max-age=600')],
    ['no-store', control('NO-STORE, max-age=600')],
    ['its Age is max-age', { ...control('max-age=600'), age: '600' }],
    ['its Age is above max-age', { ...control('max-age=600'), age: '601' }],
    ['its Age is beyond all numbers', { ...control('max-age=2147483648'), age: '9'.repeat(1000) }],
    ['its Age is none', { ...control('max-age=600'), age: 'long' }],
    ['its Age is negative', { ...control('max-age=600'), age: '-9' }],
    ['its Age is two', { ...control('max-age=600'), age: '1, 2' }],
    ['its Age is empty', { ...control('max-age=600'), age: '' }],
    ['max-age is empty', control('max-age=')],
    ['max-age has no value', control('max-age')],
    ['max-age is negative', control('max-age=-1')],
    ['max-age is a fraction', control('max-age=1.5')],
    ['max-age is in hex', control('max-age=0x10')],
    ['max-age is not a number', control('max-age=NaN')],
    ['max-age is half quoted', control('max-age="600')],
    ['one max-age of two is nonsense', control('max-age=600, max-age=soon')],
    ['max-age is nonsense, and Expires is not', { ...control('max-age=x'), expires: HOUR_LATER, date: DATE }],
    ['it has expired', { expires: DATE, date: HOUR_LATER }],
    ['Expires is 0', { expires: '0', date: DATE }],
    ['Expires has no Date to count from', { expires: HOUR_LATER }],
    ['Expires is on a day that is none', { expires: 'Sat, 31 Feb 2026 10:32:45 GMT', date: DATE }],
    ['Expires is in another form', { expires: '2026-02-25T10:32:45Z', date: DATE }],
    ['Date is nonsense', { expires: HOUR_LATER, date: 'Invalid Date' }],
    ['thousands of commas', control(','.repeat(16_000))],
  ])('no time at all when %s', (_sentence, headers) => {
    expect(freshnessOf(headers).freshForMs).toBe(0);
  });
});

describe('by what something newer can be told', () => {
  it.each(['"abc"', 'W/"abc"', '""', `"${'x'.repeat(250)}"`, '"!#$%,\\~"'])('the ETag %s', (etag) => {
    expect(freshnessOf({ etag })).toEqual({ etag, freshForMs: 0 });
  });

  it.each([
    'abc',
    '"abc',
    'w/"abc"',
    'W/abc',
    '"a"b"',
    '"a b"',
    '"a\u007f"',
    '"\u00e9"',
    `"${'x'.repeat(251)}"`,
    '*',
    '',
  ])('not the ETag %j', (etag) => {
    expect(freshnessOf({ etag })).toEqual({ freshForMs: 0 });
  });

  it('Last-Modified', () => {
    const lastModified = new Date('2026-02-25T09:32:45Z');
    expect(freshnessOf({ 'last-modified': DATE })).toEqual({ lastModified, freshForMs: 0 });
  });

  it.each(['yesterday', 'Wed, 30 Feb 2026 09:32:45 GMT', 'Mon, 25 Feb 2026 09:32:45 GMT', '0'])(
    'not the Last-Modified %s',
    (text) => {
      expect(freshnessOf({ 'last-modified': text })).toEqual({ freshForMs: 0 });
    },
  );
});
