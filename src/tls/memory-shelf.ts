/**
 * Staples and notes in memory, for a server that wants nothing on its disk, or cannot write there. They are gone with the
 * process.
 */
import { RestapleError } from '../errors.ts';
import type { Room, Shelf } from '../keeper/files/shelf.ts';
import { type Staple, isWorse } from '../staple/staple.ts';
import type { Judge } from '../store/staple-file.ts';

export class MemoryShelf implements Shelf {
  readonly #notes = new Map<string, string>();
  readonly #staples = new Map<string, Buffer>();
  readonly #below: Shelf | undefined;

  /** @param below where something may lie already, which is read, and never written to. */
  constructor(below?: Shelf) {
    this.#below = below;
  }

  loadNote(key: string): string | undefined {
    return this.#notes.get(key) ?? this.#below?.loadNote(key);
  }

  saveNote(key: string, text: string): void {
    this.#notes.set(key, text);
  }

  forget(key: string): void {
    this.#notes.delete(key);
    this.#staples.delete(key);
  }

  roomOf(subject: Parameters<Shelf['roomOf']>[0]): Room {
    const { key } = subject;
    const stored = (judge: Judge): Staple | undefined => {
      const own = judged(this.#staples.get(key), judge);
      const other = this.#below?.roomOf(subject).stored(judge);
      return own && other && isWorse(own.verdict, other.verdict) ? other : (own ?? other);
    };
    return {
      stored,
      look: (judge) => ({ best: stored(judge), lacking: [], damaged: [] }),
      put: async (staple, judge) => {
        const present = stored(judge);
        const inPlace = present && isWorse(staple.verdict, present.verdict) ? present : staple;
        this.#staples.set(key, inPlace.der);
        return { inPlace, published: [], unwritten: undefined };
      },
    };
  }
}

function judged(der: Buffer | undefined, judge: Judge): Staple | undefined {
  if (!der) return undefined;
  try {
    return judge(der);
  } catch (error) {
    if (error instanceof RestapleError) return undefined;
    throw error;
  }
}
