/**
 * An answer ready to be written, with what RFC 9919 section 7.2 has a responder tell caches. What counts down is written
 * anew once a second, all else once.
 *
 * The answer to a POST says the same: RFC 9919 section 7.2 wants no `no-store` on what a responder signed, and no cache may give it to
 * anybody else without a Content-Location (RFC 9110 section 9.3.3). What is for one client alone, and what nobody signed, is
 * not to be kept.
 */
import { createHash } from 'node:crypto';
import type { RelayAnswer } from '../slot.ts';

/** 128 bits of a hash: no two responses will ever share them, and the header stays small. */
const ETAG_CHARACTERS = 22;

const TYPE = ['Content-Type', 'application/ocsp-response'];

export class Prepared {
  /** As latin1: Node writes a string together with the headers, and a Buffer beside them. */
  readonly body: string;
  /** Until when it may be given out, in milliseconds since 1970; for ever what has no end. */
  readonly validUntil: number;
  readonly etag: string | undefined;
  /** In milliseconds since 1970. */
  readonly lastModified: number | undefined;
  readonly #headers: string[];
  /** Those that a 304 repeats (RFC 9110 section 15.4.5). */
  readonly #unchanged: string[];
  #second = Number.NaN;

  constructor({ der, life }: RelayAnswer) {
    this.body = der.toString('latin1');
    this.validUntil = life?.validUntil ?? Number.POSITIVE_INFINITY;
    this.lastModified = life && Math.floor(life.thisUpdate / 1000) * 1000;
    this.etag = life && `"${createHash('sha256').update(der).digest('base64url').slice(0, ETAG_CHARACTERS)}"`;
    this.#unchanged = ['Cache-Control', 'no-store'];
    if (life && this.etag !== undefined) {
      this.#unchanged.push('ETag', this.etag);
      this.#unchanged.push('Last-Modified', new Date(life.thisUpdate).toUTCString());
      this.#unchanged.push('Expires', new Date(life.validUntil).toUTCString());
    }
    this.#headers = [...this.#unchanged, ...TYPE, 'Content-Length', String(der.length)];
  }

  /** Names and values in turn. Good until the next call. */
  headersAt(now: number): string[] {
    this.#count(now);
    return this.#headers;
  }

  unchangedAt(now: number): string[] {
    this.#count(now);
    return this.#unchanged;
  }

  #count(now: number): void {
    const second = Math.floor(now / 1000);
    if (this.etag === undefined || second === this.#second) return;
    this.#second = second;
    // Whole seconds, rounded down: a cache never keeps it past its end.
    const age = Math.max(0, Math.floor(this.validUntil / 1000) - second - 1);
    this.#headers[1] = this.#unchanged[1] = `max-age=${age}, public, no-transform, must-revalidate`;
  }
}

const prepared = new WeakMap<RelayAnswer, Prepared>();

export function prepare(answer: RelayAnswer): Prepared {
  let known = prepared.get(answer);
  if (!known) prepared.set(answer, (known = new Prepared(answer)));
  return known;
}
