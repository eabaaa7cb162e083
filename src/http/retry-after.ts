/** Retry-After (RFC 9110 section 10.2.3): when a server wants to be asked again. */
import type { IncomingHttpHeaders } from 'node:http';
import { httpDate } from './http-date.ts';

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
