/** When a staple is due for its successor. Pure: the same staple has the same moment after a restart. */
import type { Verdict } from '../ocsp/verify-response.ts';
import { SHORTEST_LIMIT_MS } from './backoff.ts';
import { type Life, type Policy, momentOf } from './policy.ts';

/** The last moment for a refresh: a quarter of its life is what is left for failures. */
export const LATEST = 0.75;
/** A cache that gave out what is kept already is not asked again sooner. */
const UNCHANGED_MIN_MS = 300_000;

/**
 * The middle of a staple's life. CAs have a newer response at hand by then, and the other half is left for failures
 * (Microsoft Trusted Root Program, OCSP requirements; CertMagic and mod_md do about the same).
 */
export function halfLife({ thisUpdate, validUntil }: Verdict): Date {
  return new Date((thisUpdate.getTime() + validUntil.getTime()) / 2);
}

/**
 * The moment to ask for a newer one.
 *
 * @param share the certificate's own part of the spread, from -1 to 1 (`shareOf`).
 */
export function refreshAt(life: Life, share: number, policy: Policy): number {
  return momentOf(life, Math.min(policy.refreshAt + share * policy.spread, LATEST));
}

/**
 * When to ask again after an answer that was no newer than what is kept. A cache that says how long it goes on giving
 * out the same is not asked before, unless that is longer than the staple can wait.
 */
export function unchangedAt({ validUntil }: Life, now: number, freshForMs: number): number {
  const remaining = Math.max(0, validUntil - now);
  const wish = Math.max(UNCHANGED_MIN_MS, remaining / 8, Math.min(freshForMs, remaining / 4));
  return now + Math.min(wish, unchangedLimitMs(remaining));
}

/** The longest wait after an answer that was no newer: five minutes would let a staple end that has four left. */
export function unchangedLimitMs(remainingMs: number): number {
  return Math.max(SHORTEST_LIMIT_MS, remainingMs / 4);
}

/** A number from -1 to 1 that is the certificate's for ever, out of the digest that names it. */
export function shareOf(key: string): number {
  return (Number.parseInt(key.slice(0, 8), 16) / 0xffff_ffff) * 2 - 1;
}
