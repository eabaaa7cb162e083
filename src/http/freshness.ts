/**
 * What the headers of an answer say about asking again: for how long it is fresh (RFC 9111 section 4.2), and by what
 * something newer can be told from it (RFC 9110 section 8.8). RFC 9919 section 6 has responders send all of it.
 *
 * Nobody signed these headers, so they may only save a question, never lengthen the life of a response. Where they
 * contradict each other or mean nothing, the answer is taken for stale: one question too many is harmless.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { httpDate } from './http-date.ts';

/** What the headers of an answer say about asking again (RFC 9111 section 4.2). */
export interface Freshness {
  /** As it was sent, quotes and `W/` included. */
  readonly etag?: string | undefined;
  readonly lastModified?: Date | undefined;
  /**
   * For how much longer, from the moment of the answer, whoever asks may be given the same one by a cache on the way, in
   * milliseconds; at most 2^31 seconds. 0 where nothing is said.
   */
  readonly freshForMs: number;
}

/** Nothing is said. */
export const NOT_FRESH: Freshness = { freshForMs: 0 };

/** What is more is taken for this (RFC 9111 section 1.2.2). */
const MAX_SECONDS = 2 ** 31;

/** RFC 9110 section 8.8.3, in ASCII. It is remembered and sent back, so it has a bound: in the field it is a hash. */
const ETAG = /^(?:W\/)?"[!#-~]{0,250}"$/;

export function freshnessOf(headers: IncomingHttpHeaders): Freshness {
  const { etag } = headers;
  const modified = httpDate(headers['last-modified'] ?? '');
  const freshness: { etag?: string; lastModified?: Date; freshForMs: number } = {
    freshForMs: Math.max(0, lifetime(headers) - ageOf(headers)) * 1000,
  };
  if (etag !== undefined && ETAG.test(etag)) freshness.etag = etag;
  if (!Number.isNaN(modified)) freshness.lastModified = new Date(modified);
  return freshness;
}

/** How long the responder wants it kept, in seconds. Of several numbers the smallest counts, and nonsense is 0. */
function lifetime({ 'cache-control': control = '', expires = '', date = '' }: IncomingHttpHeaders): number {
  // A comma within quotes ends a directive here, too: what that makes of it is no number, or at worst a shorter time.
  const directives = control.split(',').map((one) => one.trim().toLowerCase());
  if (directives.some((one) => /^no-(?:cache|store)(?:=|$)/.test(one))) return 0;
  const ages = directives
    .filter((one) => /^max-age(?:=|$)/.test(one))
    .map((one) => one.slice('max-age='.length));
  if (ages.length > 0) return Math.min(...ages.map((age) => seconds(age.replace(/^"(\d*)"$/, '$1')) ?? 0));
  const ms = httpDate(expires) - httpDate(date);
  return Number.isNaN(ms) ? 0 : Math.min(ms / 1000, MAX_SECONDS);
}

/** How long caches have had it, in seconds; an Age that is none may be any. */
function ageOf({ age }: IncomingHttpHeaders): number {
  return age === undefined ? 0 : (seconds(age.trim()) ?? Infinity);
}

function seconds(text: string): number | undefined {
  return /^\d+$/.test(text) ? Math.min(Number(text), MAX_SECONDS) : undefined;
}
