/**
 * The door of one issuer at its responder. After some failures in a row, one certificate at a time goes on asking. How
 * many may be inside before that is the host's to say.
 *
 * Who has failed waits for another's try to succeed, and the tries become rare. Who has not been refused yet may have
 * better luck, for an edge has the answers for some and lacks others: he is let in between, and pauses grow only while
 * all of these fail, too. Whoever waits looks again by himself after as long as his staple allows, so that nobody depends
 * on being called.
 */
import { Queue } from '../queue.ts';
import type { Caller } from './caller.ts';
import type { Issuer } from './work.ts';

/** DESIGN.md section 7. */
const FAILURES_IN_A_ROW = 5;
const FIRST_PAUSE_MS = 1_000;
/** Some hundred tries a day at a responder that is gone. */
const LONGEST_PAUSE_MS = 300_000;
/** So many in a row fail of those that had not failed before when a responder is gone, and seldom when a part of it is. */
const GONE_AFTER = 5;
/** While it answers to some, one of the others asks so often whether it is his turn. */
const AGAIN_MS = 60_000;

/** While the responder is down: who comes next of those that wait for the same reason, and when. */
class Lane<E extends Caller> {
  at = 0;
  next: E | undefined;
  readonly queue: Queue<E> = new Queue<E>();
  /** Those with nothing to serve: they go before the others, who can wait. */
  readonly bare: Queue<E> = new Queue<E>();

  get waiting(): number {
    return this.bare.length + this.queue.length;
  }
}

/** What the doors of one host share. */
export interface Places<E extends Caller> {
  /** Whether it may come in: there is a free one, or one that is held for it. */
  hasPlace(entry: E, gate: ResponderGate<E>): boolean;
  enter(entry: E, gate: ResponderGate<E>): void;
  leave(entry: E): void;
  /** The place that is held for it, if there is one, is for others. */
  free(entry: E): void;
  /** Somebody waits there for a place. A door that waits already keeps its turn. */
  wait(gate: ResponderGate<E>): void;
  /** @returns those who may come in now, for whom places are held. */
  call(): readonly E[];
  /** A verified response came for its issuer. */
  prove(gate: ResponderGate<E>): void;
}

export class ResponderGate<E extends Caller> {
  readonly issuer: Issuer;
  /** When it got into trouble; 0 when it is not. */
  downSince = 0;
  /** When it failed last. */
  triedAt = 0;
  /** In a row. */
  failures = 0;
  /** While it is down: it was seen to answer to some. */
  isPart = false;
  readonly #host: Places<E>;
  #inside = 0;
  /** Failures in a row of those that had not failed before. */
  #streak = 0;
  /** When one of those that had failed before failed again. */
  #triedAgainAt = 0;
  readonly #fresh = new Lane<E>();
  readonly #again = new Lane<E>();
  /** Those that got an old answer, each once, since one was answered. */
  readonly #old = new Set<E>();
  /** Those that failed here and have not been let in since. */
  readonly #failed = new Set<E>();

  constructor(issuer: Issuer, host: Places<E>) {
    this.issuer = issuer;
    this.#host = host;
  }

  get isDown(): boolean {
    return this.downSince !== 0;
  }

  /** True when nobody has anything to do with it any more, and it can be forgotten. */
  get isIdle(): boolean {
    return !this.isDown && this.#inside === 0 && this.waiting === 0;
  }

  /** About how many wait for it. */
  get waiting(): number {
    return this.#fresh.waiting + this.#again.waiting + this.#failed.size;
  }

  /** True when some wait who may come in as soon as the host has a place. */
  get isCrowded(): boolean {
    return !this.isDown && this.#fresh.waiting + this.#again.waiting > 0;
  }

  isOpen(entry: E, now: number): boolean {
    const isItsTurn = !this.isDown || (this.#inside === 0 && now >= this.#laneOf(entry).at);
    return isItsTurn && this.#host.hasPlace(entry, this);
  }

  enter(entry: E): void {
    this.#host.enter(entry, this);
    this.#inside += 1;
    this.#release(entry);
    this.#failed.delete(entry);
  }

  /** When it comes to the door again, if it is among those called by name. */
  calledAt(entry: E): number | undefined {
    const lane = this.#laneOf(entry);
    return lane.next === entry ? lane.at : undefined;
  }

  /**
   * Lets it wait.
   *
   * @param latest when the responder has to be asked for its sake.
   * @returns true when it is called by name: then it is to come back at `calledAt`.
   */
  park(entry: E, latest: number, now: number): boolean {
    this.#host.free(entry);
    if (this.isDown && this.#inside === 0) {
      const lane = this.#laneOf(entry);
      const isUrgent = latest < lane.at;
      const before = lane.next;
      if (before === undefined || before === entry || isUrgent) {
        lane.next = entry;
        if (isUrgent) lane.at = latest;
        if (before !== entry && before?.phase === 'parked') this.#queue(before);
        if (now < lane.at || this.#host.hasPlace(entry, this)) return true;
        entry.phase = 'parked';
        this.#host.wait(this);
        return false;
      }
    }
    entry.phase = 'parked';
    this.#queue(entry);
    if (!this.isDown) this.#host.wait(this);
    return false;
  }

  /** It has come out. @returns who may come now, or at `calledAt`; those of other doors among them. */
  leave(entry: E): readonly E[] {
    this.#inside -= 1;
    this.#host.leave(entry);
    if (this.isCrowded) this.#host.wait(this);
    const own = this.isDown ? this.#call() : [];
    return [...own, ...this.#host.call()];
  }

  /** The host has a place. @returns who is to have it. */
  next(): E | undefined {
    if (!this.isDown) return this.#shift(this.#fresh) ?? this.#shift(this.#again);
    if (this.#inside > 0) return undefined;
    return [this.#fresh.next, this.#again.next].find((entry) => entry?.phase === 'parked');
  }

  /** A verified response came for it. */
  prove(): void {
    this.#host.prove(this);
  }

  /**
   * It has answered.
   *
   * @returns those who failed here and wait for that, if it is back. While it answers to some and not to others, each
   *   keeps to its own back-off.
   */
  succeeded(entry: E, now: number): readonly E[] {
    const isPart = !entry.hasFailed && this.#streak < GONE_AFTER && this.#othersHaveFailed;
    entry.hasFailed = false;
    this.#old.clear();
    this.#streak = 0;
    this.isPart = this.isDown && isPart;
    if (this.isPart) {
      this.#fresh.at = now;
      this.#again.at = Math.min(this.#again.at, Math.max(now, this.#triedAgainAt + AGAIN_MS));
      return [];
    }
    if (!this.isDown) {
      this.failures = 0;
      return [];
    }
    const called = [this.#again.next, this.#fresh.next].filter((one) => one !== undefined);
    const all = [...new Set([...this.#failed, ...called])];
    this.failures = 0;
    this.downSince = 0;
    this.#again.next = undefined;
    this.#fresh.next = undefined;
    for (const one of called) if (one.phase === 'parked') this.#queue(one);
    this.#failed.clear();
    return all;
  }

  /**
   * @param nextAt when its staple wants the responder to be asked again.
   * @param isOld it was an old answer that failed: an edge may have such for one, so that as many different ones close
   *   the door as else failures in a row.
   * @returns true when this failure closed the door.
   */
  failed(entry: E, now: number, nextAt: number, isOld = false): boolean {
    const wasDown = this.isDown;
    if (isOld && !wasDown) {
      this.#old.add(entry);
      if (this.#old.size < FAILURES_IN_A_ROW) return false;
      this.failures = Math.max(this.failures, FAILURES_IN_A_ROW - 1);
    }
    this.failures += 1;
    this.triedAt = now;
    const { hasFailed } = entry;
    entry.hasFailed = true;
    if (entry.isKept) this.#failed.add(entry);
    if (this.failures < FAILURES_IN_A_ROW && !wasDown) return false;
    const { at } = this.#again;
    this.#again.at = wasDown && at > now ? Math.min(at, nextAt) : nextAt;
    if (hasFailed) this.#triedAgainAt = now;
    else this.#fresh.at = now + Math.min(FIRST_PAUSE_MS * 2 ** this.#streak++, LONGEST_PAUSE_MS);
    if (!wasDown) this.downSince = now;
    this.#old.clear();
    if (this.#streak >= GONE_AFTER) this.isPart = false;
    this.#again.next ??= this.#shift(this.#again) ?? (entry.isKept ? entry : undefined);
    return !wasDown;
  }

  /** The wall clock was set by so much, some time ago: it cannot be said of a moment whether it was before or after. */
  clockSet(byMs: number, now: number): void {
    this.triedAt = now;
    this.#triedAgainAt = now;
    this.#fresh.at = now;
    this.#again.at = now;
    if (this.isDown) this.downSince = Math.min(now, this.downSince + byMs);
  }

  /** It is let go, or has other things to do. @returns who is called in its place, for `calledAt`. */
  forget(entry: E): readonly E[] {
    this.#failed.delete(entry);
    this.#old.delete(entry);
    this.#release(entry);
    this.#host.free(entry);
    const own = this.isDown && this.#inside === 0 ? this.#call() : [];
    return [...own, ...this.#host.call()];
  }

  #laneOf(entry: E): Lane<E> {
    return entry.hasFailed ? this.#again : this.#fresh;
  }

  get #othersHaveFailed(): boolean {
    return this.#failed.size + this.#again.waiting > 0;
  }

  #release(entry: E): void {
    if (this.#fresh.next === entry) this.#fresh.next = undefined;
    if (this.#again.next === entry) this.#again.next = undefined;
  }

  #queue(entry: E): void {
    if (entry.isQueued) return;
    entry.isQueued = true;
    const { bare, queue } = this.#laneOf(entry);
    (entry.staple === undefined ? bare : queue).push(entry);
  }

  #call(): readonly E[] {
    for (const lane of [this.#fresh, this.#again]) lane.next ??= this.#shift(lane);
    return [this.#fresh.next, this.#again.next].filter((entry) => entry !== undefined);
  }

  /** Takes out who has waited longest, of those with nothing to serve if there are such. */
  #shift(lane: Lane<E>): E | undefined {
    const shift = (): E | undefined => lane.bare.shift() ?? lane.queue.shift();
    for (let entry = shift(); entry !== undefined; entry = shift()) {
      entry.isQueued = false;
      if (!entry.isKept || entry.phase !== 'parked') continue;
      if (this.#laneOf(entry) !== lane) this.#queue(entry);
      else return entry;
    }
    return undefined;
  }
}
