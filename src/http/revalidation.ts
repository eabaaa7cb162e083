/** A question for something newer only (RFC 9110 section 13.1), and the answer that there is nothing. */
import { type Freshness, freshnessOf } from './freshness.ts';
import type { HeaderList } from './headers.ts';
import type { HttpAnswer } from './message.ts';

/** A response that was accepted before. */
export interface Kept {
  readonly body: Buffer;
  /**
   * The Last-Modified that came with it, where somebody remembers that; else its thisUpdate, of which a responder makes
   * its Last-Modified (RFC 9919 section 6).
   */
  readonly modified: Date;
  /** The `etag` of its Freshness, where somebody remembers it. */
  readonly etag?: string | undefined;
}

/** Both, where both are known: who understands ETags passes over the time (RFC 9110 section 13.1.3). */
export function condition({ modified, etag }: Kept): HeaderList {
  const since = ['If-Modified-Since', modified.toUTCString()] as const;
  return etag === undefined ? [since] : [['If-None-Match', etag], since];
}

/**
 * True for a 304 about the very response at hand. One that has another ETag speaks of another response (RFC 9111 section
 * 4.3.4): who believed it would be told for ever that nothing is newer than what it never had.
 */
export function confirms({ status, headers }: HttpAnswer, kept: Kept): boolean {
  if (status !== 304) return false;
  return kept.etag === undefined || headers.etag === undefined || opaque(headers.etag) === opaque(kept.etag);
}

/** What 304 says counts from now on; what it leaves out stays as it was (RFC 9111 section 3.2). */
export function refreshed({ modified, etag }: Kept, { headers }: HttpAnswer): Freshness {
  return { etag, lastModified: modified, ...freshnessOf(headers) };
}

/** For the weak comparison (RFC 9110 section 8.8.3.2), which is that of If-None-Match. */
const opaque = (etag: string): string => etag.replace(/^W\//, '');
