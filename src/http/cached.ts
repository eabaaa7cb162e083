/**
 * A response that was good once, out of a cache that holds on to it: the times that refuse it are the responder's, the
 * fault is the cache's, and its headers give it away (RFC 9111 section 5.1).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, ResponseError } from '../errors.ts';
import { printable } from '../text.ts';

const OUTLIVED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'response-expired',
  'response-too-old',
  'response-outlives-signer',
]);

/** `error` with who kept the response, where its age refused it and the answer came out of a cache. */
export function nameCache(error: unknown, headers: IncomingHttpHeaders): unknown {
  if (!(error instanceof ResponseError) || !OUTLIVED.has(error.code)) return error;
  const signs = cacheSigns(headers);
  if (signs.length === 0) return error;
  const message = `${error.message}; a cache holds it (${signs.join(', ')})`;
  return new ResponseError(error.code, message, { cause: error, isCached: true });
}

function cacheSigns(headers: IncomingHttpHeaders): string[] {
  const signs: string[] = [];
  const age = headers.age?.trim() ?? '';
  if (/^\d{1,10}$/.test(age) && Number(age) > 0) signs.push(`Age: ${age}`);
  for (const name of ['X-Cache', 'CF-Cache-Status', 'Cache-Status']) {
    const value = headers[name.toLowerCase()];
    if (typeof value === 'string' && /\bhit\b/i.test(value))
      signs.push(`${name}: ${printable(value.slice(0, 60))}`);
  }
  return signs;
}
