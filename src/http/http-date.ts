/**
 * RFC 9110 section 5.6.7, in milliseconds, in the one form that is sent today; NaN for anything else. A date that would
 * be written otherwise, such as the 31st of February, is none.
 */
export function httpDate(text: string): number {
  const ms = Date.parse(text);
  return new Date(ms).toUTCString() === text ? ms : Number.NaN;
}
