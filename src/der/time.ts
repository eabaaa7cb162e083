/** UTCTime and GeneralizedTime in the only form DER and RFC 5280 section 4.1.2.5 allow: in seconds, ending in `Z`. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const Z = 0x5a;

/** The octets of `YYYYMMDDHHMMSSZ` to a Date; `undefined` when they are of another form or name no real moment. */
export function parseGeneralizedTime(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Date | undefined {
  if (end - start !== 15 || bytes[end - 1] !== Z) return undefined;
  const century = two(bytes, start);
  const year = two(bytes, start + 2);
  return century < 0 || year < 0 ? undefined : moment(100 * century + year, bytes, start + 4);
}

/** The octets of `YYMMDDHHMMSSZ` to a Date; years 50 to 99 are of the 20th century (RFC 5280 section 4.1.2.5.1). */
export function parseUTCTime(bytes: Uint8Array, start = 0, end: number = bytes.length): Date | undefined {
  if (end - start !== 13 || bytes[end - 1] !== Z) return undefined;
  const year = two(bytes, start);
  return year < 0 ? undefined : moment(year >= 50 ? 1900 + year : 2000 + year, bytes, start + 2);
}

/** Two digits each for month, day, hour, minute and second, from `at`. Three of these stand in every response. */
function moment(year: number, bytes: Uint8Array, at: number): Date | undefined {
  const month = two(bytes, at);
  const day = two(bytes, at + 2);
  const hour = two(bytes, at + 4);
  const minute = two(bytes, at + 6);
  const second = two(bytes, at + 8);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes a year below 100 for one of the 20th century.
  if (year < 100) date.setUTCFullYear(year, month - 1, day);
  return date;
}

/** The number of two digits; -1 where they are none. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : -1;
}

/** Date rolls February 30th over into March; a day that does not exist is refused instead. */
function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** A Date as `YYYYMMDDHHMMSSZ`; fractions of a second are cut off. */
export function formatGeneralizedTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

/** A Date as openssl prints it: `Feb  5 09:32:45 2026 GMT`. */
export function formatTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 19)} ${date.getUTCFullYear()} GMT`;
}

/** A Date in seconds as errors and JSON show it: `2026-02-25T09:32:45Z`. */
export function formatInstant(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
