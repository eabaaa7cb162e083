/**
 * An answer ready to be written, with what RFC 9919 section 7.2 has a responder tell caches. What counts down is written
 * anew for each, all else once. There is one for each answer that is kept, so that it holds nothing twice.
 *
 * The answer to a POST says the same: RFC 9919 section 7.2 wants no `no-store` on what a responder signed, and no cache may give it to
 * anybody else without a Content-Location (RFC 9110 section 9.3.3). What is for one client alone, and what nobody signed, is
 * not to be kept.
 */
import { createHash } from 'node:crypto';
import type { RelayAnswer } from '../slot.ts';

/** 128 bits of a hash: no two responses will ever share them, and the header stays small. */
const ETAG_CHARACTERS = 22;

export class Prepared {
  /** In milliseconds since 1970. */
  readonly lastModified: number | undefined;
  readonly etag: string | undefined;
  readonly #answer: RelayAnswer;
  readonly #modified: string;
  readonly #expires: string;

  constructor(answer: RelayAnswer) {
    const { der, life } = answer;
    this.#answer = answer;
    this.lastModified = life && Math.floor(life.thisUpdate / 1000) * 1000;
    this.etag = life && `"${createHash('sha256').update(der).digest('base64url').slice(0, ETAG_CHARACTERS)}"`;
    this.#modified = life ? new Date(life.thisUpdate).toUTCString() : '';
    this.#expires = life ? new Date(life.validUntil).toUTCString() : '';
  }

  /** As latin1: Node writes a string together with the headers, and a Buffer beside them. */
  body(): string {
    return this.#answer.der.toString('latin1');
  }

  /** Names and values in turn. */
  headersAt(now: number): string[] {
    const headers = this.unchangedAt(now);
    headers.push('Content-Type', 'application/ocsp-response');
    headers.push('Content-Length', String(this.#answer.der.length));
    return headers;
  }

  /** Those that a 304 repeats (RFC 9110 section 15.4.5). */
  unchangedAt(now: number): string[] {
    const { etag } = this;
    const { life } = this.#answer;
    if (!life || etag === undefined) return ['Cache-Control', 'no-store'];
    // Whole seconds, rounded down: a cache never keeps it past its end.
    const age = Math.max(0, Math.floor(life.validUntil / 1000) - Math.floor(now / 1000) - 1);
    const caching = `max-age=${age}, public, no-transform, must-revalidate`;
    const modified = this.#modified;
    return ['Cache-Control', caching, 'ETag', etag, 'Last-Modified', modified, 'Expires', this.#expires];
  }
}

const prepared = new WeakMap<RelayAnswer, Prepared>();

export function prepare(answer: RelayAnswer): Prepared {
  let known = prepared.get(answer);
  if (!known) prepared.set(answer, (known = new Prepared(answer)));
  return known;
}
