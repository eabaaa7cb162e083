/**
 * One responder's door: how many certificates may be asking it at once. After some failures in a row only one goes on
 * asking, on behalf of all, and the others wait before the door without a request of their own.
 */
import { Queue } from '../queue.ts';

/** DESIGN.md section 7. */
const FAILURES_IN_A_ROW = 5;

export class ResponderGate<E> {
  readonly responder: string;
  /** When a responder in trouble is asked next. */
  probeAt = 0;
  /** When it got into trouble; 0 when it is not. */
  downSince = 0;
  readonly #most: number;
  #failures = 0;
  #inside = 0;
  readonly #waiting = new Queue<E>();
  /** Those that wait for their own next try after a failure here. */
  readonly #failed = new Set<E>();

  constructor(responder: string, most: number) {
    this.responder = responder;
    this.#most = most;
  }

  get isDown(): boolean {
    return this.downSince !== 0;
  }

  /** True when nobody has anything to do with it any more, and it can be forgotten. */
  get isIdle(): boolean {
    return this.#inside === 0 && this.#waiting.length === 0 && this.#failed.size === 0 && !this.isDown;
  }

  get waiting(): number {
    return this.#waiting.length + this.#failed.size;
  }

  /** Lets one in, or says that it has to wait. */
  enter(entry: E, now: number): boolean {
    if (this.isDown ? this.#inside > 0 || now < this.probeAt : this.#inside >= this.#most) return false;
    this.#failed.delete(entry);
    this.#inside += 1;
    return true;
  }

  park(entry: E): void {
    this.#waiting.push(entry);
  }

  /** One has come out. @returns who may try now. */
  leave(): readonly E[] {
    this.#inside -= 1;
    return this.isDown ? [] : this.#next(this.#most - this.#inside);
  }

  /** It has answered. @returns everybody who waited for that, when it was down. */
  succeeded(): readonly E[] {
    this.#failures = 0;
    this.downSince = 0;
    if (this.#failed.size === 0) return [];
    const all = [...this.#failed];
    this.#failed.clear();
    return all;
  }

  /** @returns true when this failure closed the door. */
  failed(entry: E, now: number, nextAt: number): boolean {
    this.#failures += 1;
    this.#failed.add(entry);
    if (this.#failures < FAILURES_IN_A_ROW) return false;
    // Several were inside when the door closed: the first of them that tries again is the one.
    this.probeAt = this.probeAt > now ? Math.min(this.probeAt, nextAt) : nextAt;
    if (this.isDown) return false;
    this.downSince = now;
    return true;
  }

  /** The wall clock was set by so much. */
  shift(byMs: number): void {
    this.probeAt += byMs;
    if (this.isDown) this.downSince += byMs;
  }

  /** It is let go. @returns who is to ask in its place, if it was the one. */
  forget(entry: E): E | undefined {
    this.#failed.delete(entry);
    return this.isDown ? this.#next(1)[0] : undefined;
  }

  #next(count: number): readonly E[] {
    const next: E[] = [];
    while (next.length < count) {
      const entry = this.#waiting.shift();
      if (entry === undefined) break;
      next.push(entry);
    }
    return next;
  }
}
