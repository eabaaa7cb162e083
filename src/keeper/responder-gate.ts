/**
 * The door of one issuer at its responder. After some failures in a row it closes. How many may be inside before that is
 * the host's to say.
 *
 * Where nobody is answered, one certificate at a time goes on asking. Who has failed waits for another's try to succeed,
 * and the tries become rare. Who has not been refused yet may have better luck, and is let in between; pauses grow only
 * while all of these fail, too. Whoever waits looks again by himself after as long as his staple allows, so that nobody
 * depends on being called.
 *
 * Where some are answered and others are not (an edge has the answers of some, a region is cut off), another's try says
 * nothing of one's own: each keeps to its own back-off. Those that had failed before take half of the places at most, and
 * when one of them is answered, two more try.
 */
import type { Caller } from './caller.ts';
import { Lane } from './responder-lane.ts';
import type { Issuer } from './work.ts';

/** DESIGN.md section 7. */
const FAILURES_IN_A_ROW = 5;
const FIRST_PAUSE_MS = 1_000;
/** Some hundred tries a day at a responder that is gone. */
const LONGEST_PAUSE_MS = 300_000;
/** So many in a row fail of those that had not failed before when a responder is gone, and seldom when a part of it is. */
const GONE_AFTER = 5;
/** One answer is reason enough for so many tries, or one of each that has failed: without another one it is gone. */
const TRIES_FOR_ANSWER = 100;
/** So many of those that had failed are answered in a row when all is over, and seldom when edges get answers one by one. */
const OVER_AFTER = 5;
/** Whether it is over is known soon when it is, and costs little when it is not. */
const CALLED_BY_ANSWER = 2;

const NOBODY: readonly never[] = [];

/** What the doors of one host share. */
export interface Places<E extends Caller> {
  /** Half of them. */
  readonly half: number;
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
  readonly #host: Places<E>;
  #inside = 0;
  /** While it is down: it answers to some. */
  #isPart = false;
  #hasAnswered = false;
  /** Since somebody was answered: failures, failures of those that had not failed before, pauses. */
  #tries = 0;
  #streak = 0;
  #pauses = 0;
  /** Answers in a row to those that had failed before. */
  #regained = 0;
  readonly #fresh = new Lane<E>();
  readonly #again = new Lane<E>();
  /** Those inside, and called while it answers to some, that had failed before. */
  readonly #retrying = new Set<E>();
  /** Those that failed here and have not been let in since. */
  readonly #failed = new Set<E>();

  constructor(issuer: Issuer, host: Places<E>) {
    this.issuer = issuer;
    this.#host = host;
  }

  get isDown(): boolean {
    return this.downSince !== 0;
  }

  /** Nobody is answered: one at a time asks for all. */
  get isGone(): boolean {
    return this.isDown && !this.#isPart;
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
    if (this.isGone) return false;
    return this.#fresh.waiting > 0 || (this.#again.waiting > 0 && this.#hasRoomForRetries);
  }

  isOpen(entry: E, now: number): boolean {
    return this.#isItsTurn(entry, now) && this.#host.hasPlace(entry, this);
  }

  enter(entry: E): void {
    this.#host.enter(entry, this);
    this.#inside += 1;
    if (entry.hasFailed) this.#retrying.add(entry);
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
    this.#retrying.delete(entry);
    if (this.isGone && this.#inside === 0) {
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
    if (!this.isGone) this.#host.wait(this);
    return false;
  }

  /** It has come out. @returns who may come now, or at `calledAt`; those of other doors among them. */
  leave(entry: E): readonly E[] {
    this.#inside -= 1;
    this.#retrying.delete(entry);
    this.#host.leave(entry);
    return this.#callNext();
  }

  /** The host has a place. @returns who is to have it. */
  next(): E | undefined {
    if (!this.isGone) return this.#shift(this.#fresh) ?? this.#nextRetry();
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
   * @returns those who failed here and wait for that, if it is back.
   */
  succeeded(entry: E): readonly E[] {
    const { hasFailed } = entry;
    entry.hasFailed = false;
    if (hasFailed) this.#regained += 1;
    const isOfSome = this.isGone ? !hasFailed && this.#streak < GONE_AFTER : this.#regained < OVER_AFTER;
    this.#hasAnswered = true;
    this.#tries = this.#streak = this.#pauses = 0;
    if (!this.isDown) {
      this.failures = 0;
      return NOBODY;
    }
    this.#isPart = isOfSome && this.#failed.size + this.#again.waiting > 0;
    const called = this.#dismiss();
    if (this.#isPart) return hasFailed ? [...called, ...this.#longestFailed()] : called;
    this.failures = 0;
    this.downSince = 0;
    const all = [...new Set([...this.#failed, ...called])];
    this.#failed.clear();
    return all;
  }

  /**
   * @param nextAt when its staple wants the responder to be asked again.
   * @returns true when this failure closed the door.
   */
  failed(entry: E, now: number, nextAt: number): boolean {
    const wasDown = this.isDown;
    const { hasFailed } = entry;
    entry.hasFailed = true;
    if (entry.isKept) this.#failed.add(entry);
    this.#tries += 1;
    this.#regained = 0;
    if (!hasFailed) this.#streak += 1;
    this.failures += 1;
    this.triedAt = now;
    if (this.failures < FAILURES_IN_A_ROW && !wasDown) return false;
    if (!wasDown) {
      this.downSince = now;
      this.#isPart = this.#hasAnswered;
    }
    if (this.#streak >= GONE_AFTER || this.#tries > Math.max(TRIES_FOR_ANSWER, this.#failed.size))
      this.#isPart = false;
    if (!this.#isPart) {
      const { at } = this.#again;
      this.#again.at = wasDown && at > now ? Math.min(at, nextAt) : nextAt;
      if (!hasFailed) this.#fresh.at = now + Math.min(FIRST_PAUSE_MS * 2 ** this.#pauses++, LONGEST_PAUSE_MS);
      this.#again.next ??= this.#shift(this.#again) ?? (entry.isKept ? entry : undefined);
    }
    return !wasDown;
  }

  /** The wall clock was set by so much, some time ago: it cannot be said of a moment whether it was before or after. */
  clockSet(byMs: number, now: number): void {
    this.triedAt = now;
    this.#fresh.at = now;
    this.#again.at = now;
    if (this.isDown) this.downSince = Math.min(now, this.downSince + byMs);
  }

  /** It is let go, or has other things to do. @returns who is called in its place, for `calledAt`. */
  forget(entry: E): readonly E[] {
    this.#failed.delete(entry);
    // Not one that is inside: it is let go when it comes out.
    if (entry.phase !== 'asking') this.#retrying.delete(entry);
    this.#release(entry);
    this.#host.free(entry);
    return this.#callNext();
  }

  #isItsTurn(entry: E, now: number): boolean {
    if (this.isGone) return this.#inside === 0 && now >= this.#laneOf(entry).at;
    return !entry.hasFailed || this.#retrying.has(entry) || this.#hasRoomForRetries;
  }

  get #hasRoomForRetries(): boolean {
    return !this.#isPart || this.#retrying.size < this.#host.half;
  }

  #laneOf(entry: E): Lane<E> {
    return entry.hasFailed ? this.#again : this.#fresh;
  }

  #release(entry: E): void {
    if (this.#fresh.next === entry) this.#fresh.next = undefined;
    if (this.#again.next === entry) this.#again.next = undefined;
  }

  /** Nobody is called by name any more. @returns who was. */
  #dismiss(): readonly E[] {
    const called = [this.#again.next, this.#fresh.next].filter((one) => one !== undefined);
    this.#again.next = undefined;
    this.#fresh.next = undefined;
    for (const one of called) if (one.phase === 'parked') this.#queue(one);
    return called;
  }

  /** Some of those whose failure is longest ago. */
  #longestFailed(): readonly E[] {
    const longest: E[] = [];
    for (const one of this.#failed) {
      if (one.phase === 'waiting') longest.push(one);
      if (longest.length === CALLED_BY_ANSWER) break;
    }
    return longest;
  }

  #queue(entry: E): void {
    if (entry.isQueued) return;
    entry.isQueued = true;
    this.#laneOf(entry).push(entry);
  }

  #callNext(): readonly E[] {
    if (this.isCrowded) this.#host.wait(this);
    const others = this.#host.call();
    if (!this.isGone || this.#inside > 0) return others;
    for (const lane of [this.#fresh, this.#again]) lane.next ??= this.#shift(lane);
    return [this.#fresh.next, this.#again.next, ...others].filter((entry) => entry !== undefined);
  }

  #nextRetry(): E | undefined {
    if (!this.#hasRoomForRetries) return undefined;
    const entry = this.#shift(this.#again);
    if (entry && this.#isPart) this.#retrying.add(entry);
    return entry;
  }

  /** Takes out who is first of those that still wait. */
  #shift(lane: Lane<E>): E | undefined {
    for (let entry = lane.shift(); entry !== undefined; entry = lane.shift()) {
      entry.isQueued = false;
      if (!entry.isKept || entry.phase !== 'parked') continue;
      if (this.#laneOf(entry) !== lane) this.#queue(entry);
      else return entry;
    }
    return undefined;
  }
}
