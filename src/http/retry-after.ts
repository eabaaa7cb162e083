/** Retry-After (RFC 9110 section 10.2.3): when a server wants to be asked again. */
import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, ResponseError } from '../errors.ts';
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

/** With these a responder means "later"; its web server says beside them when. */
const LATER: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['responder-try-later', 'responder-internal-error']);

/** `error` with when to ask again, where the responder said so in OCSP and in HTTP. */
export function withRetryAfter(error: unknown, headers: IncomingHttpHeaders): unknown {
  if (!(error instanceof ResponseError) || !LATER.has(error.code)) return error;
  const ms = retryAfterMs(headers);
  if (ms === undefined) return error;
  return new ResponseError(error.code, error.message, { cause: error, retryAfterMs: ms });
}
