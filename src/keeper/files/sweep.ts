/**
 * Throws away what a store has of certificates that are gone. The time of this machine alone does not count here: a clock
 * that is years ahead at boot, beside a disk that is not mounted yet, would throw away everything. The time that counts is
 * the newest thisUpdate in the store, which a responder has signed; a store that nobody renews is not swept at all.
 */
import type { StapleStore } from '../../store/staple-store.ts';
import { parseNote } from './note.ts';

/** A certificate that comes back within a month finds its staple's history. */
const KEPT_MS = 30 * 86_400_000;

/**
 * Removes each staple that has ended, and was written a month or more before the newest of all, and whose certificate is
 * not one of those that are kept.
 *
 * @returns how many were removed.
 */
export async function sweepStore(
  store: StapleStore,
  isKept: (key: string) => boolean,
  now: number,
): Promise<number> {
  let newest = -Infinity;
  const ends = new Map<string, number>();
  for await (const key of store.keys()) {
    const text = store.loadNote(key);
    const note = text === undefined ? undefined : parseNote(text);
    newest = Math.max(newest, note?.thisUpdate ?? -Infinity);
    // Without a note nobody knows when it ended; ten days is the longest life of any, and a month is more.
    if (!isKept(key)) ends.set(key, note?.validUntil ?? -Infinity);
  }
  // A note may be damaged.
  newest = Math.min(newest, now);
  let removed = 0;
  for (const [key, end] of ends) {
    const writtenAt = store.writtenAt(key);
    if (end >= newest || writtenAt === undefined || writtenAt > newest - KEPT_MS || isKept(key)) continue;
    store.forget(key);
    removed += 1;
  }
  return removed;
}
