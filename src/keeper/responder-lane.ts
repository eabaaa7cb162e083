/**
 * Those that wait before a door for the same reason, in the order in which they are let in. A certificate that lost one
 * packet does not stand behind five hundred that nobody has answered for days: who has failed least goes first, and among
 * these who has nothing to serve. The others of the same rank take turns.
 */
import { Queue } from '../queue.ts';
import type { Caller } from './caller.ts';

/** One failure, two or three, four to seven, more. */
const RANKS = 4;
/** Of so many one goes to those who have failed most. */
const LAST_FIRST = 3;
const FIRST_RANK_FIRST = Array.from({ length: 2 * RANKS }, (_, place) => place);
const LAST_RANK_FIRST = FIRST_RANK_FIRST.map((place) => 2 * (RANKS - 1 - (place >> 1)) + (place & 1));
/** Of a rank those with nothing to serve, and every second time those whose staple still has to be renewed. */
const LAST_PLACE_FIRST = FIRST_RANK_FIRST.toReversed();

export class Lane<E extends Caller> {
  /** While nobody is answered: who comes next, and when. */
  at = 0;
  next: E | undefined;
  /** Made when somebody waits: most doors are never waited at. */
  readonly #queues: (Queue<E> | undefined)[] = [];
  #waiting = 0;
  #shifts = 0;

  get waiting(): number {
    return this.#waiting;
  }

  push(entry: E): void {
    const rank = Math.min(Math.floor(Math.log2(Math.max(entry.failures, 1))), RANKS - 1);
    const place = 2 * rank + (entry.staple === undefined ? 0 : 1);
    (this.#queues[place] ??= new Queue<E>()).push(entry);
    this.#waiting += 1;
  }

  shift(): E | undefined {
    if (this.#waiting === 0) return undefined;
    for (const place of this.#order()) {
      const entry = this.#queues[place]?.shift();
      if (entry === undefined) continue;
      this.#waiting -= 1;
      return entry;
    }
    return undefined;
  }

  /** Who has failed often waits longer, and not for ever. */
  #order(): readonly number[] {
    const turn = ++this.#shifts / LAST_FIRST;
    if (!Number.isInteger(turn)) return FIRST_RANK_FIRST;
    return turn % 2 === 1 ? LAST_RANK_FIRST : LAST_PLACE_FIRST;
  }
}
