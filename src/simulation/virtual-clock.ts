/**
 * Time that passes only from one event to the next. Three clocks: the true time, by which the world goes; the machine's
 * monotonic one, which stands still while it sleeps; and its wall clock, which somebody may set wrongly.
 */
import type { Clock } from '../keeper/clock.ts';
import { DueHeap } from '../keeper/due-heap.ts';

interface Timer {
  place: number;
  readonly fire: () => void;
}

/** More turns than the longest chain of promises between two calls of the world. */
const TURNS = 8;

/** To wait for it is a turn of the microtasks, and nothing else. */
const NOTHING: Promise<void> = Promise.resolve();

export class VirtualClock implements Clock {
  /** The true time in milliseconds since 1970. */
  time: number;
  /** By how much the wall clock is ahead of it. */
  error = 0;
  /**
   * Counts up whenever promises may have been settled or made: then the chains behind them run to their end before time
   * goes on.
   */
  stirs = 0;
  #slept: number;
  #wakesAt = -Infinity;
  /** Timers of the machine, by its monotonic clock; they go with it when it crashes. */
  #machine = new DueHeap<Timer>();
  readonly #world = new DueHeap<Timer>();

  constructor(time: number) {
    this.time = time;
    this.#slept = time;
  }

  now(): number {
    return this.time + this.error;
  }

  monotonic(): number {
    return this.time - this.#slept;
  }

  setTimer(ms: number, fire: () => void): () => void {
    const machine = this.#machine;
    const timer: Timer = { place: -1, fire };
    machine.set(timer, this.monotonic() + ms);
    return () => machine.remove(timer);
  }

  /** Something of the world, by the true time, whatever the machine does. */
  at(time: number, fire: () => void): void {
    this.#world.set({ place: -1, fire }, time);
  }

  /** Everything that was under way in the machine is lost. */
  crash(): void {
    this.#machine = new DueHeap<Timer>();
  }

  /** The machine does nothing until then, and its monotonic clock does not count. */
  sleepUntil(time: number): void {
    this.#slept += time - this.time;
    this.#wakesAt = time;
  }

  /** When the machine does something again: now, or when it wakes. */
  get awakeAt(): number {
    return Math.max(this.time, this.#wakesAt);
  }

  /** Lets time pass until `end`, event by event. */
  async run(end: number): Promise<void> {
    await this.settle();
    for (;;) {
      const ofWorld = this.#world.peek();
      const ofMachine = this.#machine.peek();
      const worldAt = this.#world.nextAt;
      const machineAt = Math.max(this.#machine.nextAt + this.#slept, this.#wakesAt);
      const [timer, heap, at] =
        worldAt <= machineAt ? [ofWorld, this.#world, worldAt] : [ofMachine, this.#machine, machineAt];
      if (timer === undefined || at >= end) break;
      heap.remove(timer);
      if (at > this.time) this.time = at;
      const before = this.stirs;
      timer.fire();
      if (this.stirs !== before) await this.settle();
    }
    this.time = Math.max(this.time, end);
  }

  async settle(): Promise<void> {
    let before: number;
    do {
      before = this.stirs;
      for (let turn = 0; turn < TURNS; turn++) await NOTHING;
    } while (this.stirs !== before);
  }
}
