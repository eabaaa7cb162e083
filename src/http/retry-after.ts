/** Retry-After (RFC 9110 section 10.2.3): when a server wants to be asked again. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * In milliseconds from the answer; `undefined` where nothing is said. A date counts from the Date of the same answer: the
 * server's clock is the one that it was read from. Without that it says nothing.
 */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const ms = httpDate(text) - httpDate(headers.date ?? '');
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** RFC 9110 section 5.6.7, in the one form that is sent today; NaN for anything else. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
