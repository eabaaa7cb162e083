/** What an edge keeps of its origin's answers, by RFC 9111: no longer than Cache-Control allows. */
import { BoundedCache } from '../bounded-cache.ts';
import type { HttpAnswer } from '../http/message.ts';

const MAX_ANSWERS = 256;

export interface Kept {
  readonly answer: HttpAnswer;
  /** Whole seconds since it came from the origin. */
  readonly age: number;
}

interface Entry {
  readonly answer: HttpAnswer;
  readonly since: number;
  readonly maxAge: number;
}

export class EdgeCache {
  #entries = new BoundedCache<string, Entry>(MAX_ANSWERS);

  /** What was kept under `key`, while it is fresh. */
  get(key: string, now: Date): Kept | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const age = Math.floor((now.getTime() - entry.since) / 1000);
    return age < entry.maxAge ? { answer: entry.answer, age } : undefined;
  }

  /** Keeps an answer with status 200 that says for how long it may be kept. */
  put(key: string, answer: HttpAnswer, now: Date): void {
    const maxAge = maxAgeOf(answer);
    if (answer.status === 200 && maxAge > 0) {
      this.#entries.set(key, { answer, since: now.getTime(), maxAge });
    }
  }

  purge(): void {
    this.#entries = new BoundedCache(MAX_ANSWERS);
  }
}

function maxAgeOf({ headers }: HttpAnswer): number {
  const control = headers['cache-control'] ?? '';
  if (/\bno-store\b/i.test(control)) return 0;
  return Number(/(?:^|[\s,])max-age=(\d+)/i.exec(control)?.[1] ?? 0);
}

/** Whether `If-None-Match` names the entity tag that is at hand (RFC 9110 section 13.1.2). */
export function matchesETag(ifNoneMatch: string | undefined, etag: string | undefined): boolean {
  if (ifNoneMatch === undefined || etag === undefined) return false;
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}

/** Without the mark of a weak one: here both kinds compare alike. */
const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
