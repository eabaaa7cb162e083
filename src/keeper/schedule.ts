/**
 * One timer for everything that waits. It also sees when the wall clock does not go on as it should: somebody set it,
 * or the machine slept.
 */
import type { Clock } from './clock.ts';
import { type Due, DueHeap } from './due-heap.ts';

/** The timer counts by a clock that is never set: only by looking now and then is a jump of the other one seen. */
const LOOK_MS = 30_000;
/** An hour's drift of a bad clock is corrected in smaller steps. */
const JUMP_MS = 10_000;

export interface ScheduleOptions {
  readonly clock: Clock;
  /** Something is due; it stays in the heap until it is moved. */
  readonly due: () => void;
  /** The wall clock is that much later than it should be, in milliseconds, or earlier. */
  readonly jumped: (byMs: number) => void;
}

export class Schedule<T extends Due> {
  readonly heap: DueHeap<T> = new DueHeap<T>();
  readonly #options: ScheduleOptions;
  readonly #fire: () => void;
  #cancel: (() => void) | undefined;
  #firesAt = Infinity;
  #wall: number;
  #monotonic: number;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#wall = options.clock.now();
    this.#monotonic = options.clock.monotonic();
    this.#fire = () => {
      this.#cancel = undefined;
      this.#firesAt = Infinity;
      this.#look();
      this.#options.due();
    };
  }

  /** Sets the timer for the next that is due, but not before `notBeforeMs` from now. */
  arm(notBeforeMs = 0): void {
    const { clock } = this.#options;
    const now = clock.now();
    const wait = Math.min(Math.max(this.heap.nextAt - now, notBeforeMs), LOOK_MS);
    const at = clock.monotonic() + wait;
    if (this.#cancel && at >= this.#firesAt) return;
    this.#cancel?.();
    this.#firesAt = at;
    this.#cancel = clock.setTimer(Math.max(0, Math.ceil(wait)), this.#fire);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    const { clock, jumped } = this.#options;
    const wall = clock.now();
    const monotonic = clock.monotonic();
    const byMs = wall - this.#wall - (monotonic - this.#monotonic);
    this.#wall = wall;
    this.#monotonic = monotonic;
    if (Math.abs(byMs) >= JUMP_MS) jumped(Math.round(byMs));
  }
}
