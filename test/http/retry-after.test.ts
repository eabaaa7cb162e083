import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/http/retry-after.ts';

const DATE = 'Wed, 25 Feb 2026 12:00:00 GMT';

it.each<[sentence: string, retryAfter: string | undefined, date: string | undefined, ms: number | undefined]>(
  [
    ['nothing', undefined, DATE, undefined],
    ['seconds', '120', undefined, 120_000],
    ['no seconds', ' 0 ', undefined, 0],
    ['a date, from the Date of the answer', 'Wed, 25 Feb 2026 12:00:30 GMT', DATE, 30_000],
    ['a date that is over', 'Wed, 25 Feb 2026 11:00:00 GMT', DATE, 0],
    ['a date without a Date', DATE, undefined, undefined],
    ['less than nothing', '-5', DATE, undefined],
    ['a fraction', '1.5', DATE, undefined],
    ['more seconds than there are', '9'.repeat(40), DATE, undefined],
    ['a word', 'soon', DATE, undefined],
    ['a number as a date', '2027', 'x', 2_027_000],
  ],
)('Retry-After says %s', (_sentence, retryAfter, date, ms) => {
  const headers = {
    ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    ...(date !== undefined && { date }),
  };
  expect(retryAfterMs(headers)).toBe(ms);
});
