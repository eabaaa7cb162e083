/** UTCTime and GeneralizedTime in the only form DER and RFC 5280 section 4.1.2.5 allow: in seconds, ending in `Z`. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `YYYYMMDDHHMMSSZ` to a Date; `undefined` when the text is of another form or names no real moment. */
export function parseGeneralizedTime(text: string): Date | undefined {
  return /^\d{14}Z$/.test(text) ? moment(Number(text.slice(0, 4)), text, 4) : undefined;
}

/** `YYMMDDHHMMSSZ` to a Date; years 50 to 99 are of the 20th century (RFC 5280 section 4.1.2.5.1). */
export function parseUTCTime(text: string): Date | undefined {
  if (!/^\d{12}Z$/.test(text)) return undefined;
  const year = Number(text.slice(0, 2));
  return moment(year >= 50 ? 1900 + year : 2000 + year, text, 2);
}

/** Two digits each for month, day, hour, minute and second, from `at`. Three of these stand in every response. */
function moment(year: number, text: string, at: number): Date | undefined {
  const part = (index: number): number =>
    (text.charCodeAt(at + 2 * index) - 48) * 10 + text.charCodeAt(at + 2 * index + 1) - 48;
  const [month, day, hour, minute, second] = [part(0), part(1), part(2), part(3), part(4)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes a year below 100 for one of the 20th century.
  if (year < 100) date.setUTCFullYear(year, month - 1, day);
  return date;
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
