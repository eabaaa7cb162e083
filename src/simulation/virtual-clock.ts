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

/** Events to a turn of Node's loop: a turn of its own for each would cost more than most of them. */
const TURNS = 256;

export class VirtualClock implements Clock {
  /** The true time in milliseconds since 1970. */
  time: number;
  /** By how much the wall clock is ahead of it. */
  error = 0;
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
    const timer = this.after(ms, fire);
    return () => machine.remove(timer);
  }

  /** The same for what is never taken back. */
  after(ms: number, fire: () => void): Timer {
    const timer: Timer = { place: -1, fire };
    this.#machine.set(timer, this.monotonic() + ms);
    return timer;
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

  /**
   * Lets time pass until `end`, event by event. Each is an immediate of Node, which runs what promises have waiting to
   * its very end before the next: time never goes on before the keeper has done all that it can.
   */
  run(end: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const turn = (): void => {
        if (isOver) return;
        try {
          isOver = !this.#next(end);
          if (isOver) resolve();
        } catch (error) {
          isOver = true;
          reject(error);
        }
      };
      const turns = (): void => {
        if (isOver) return;
        for (let count = 0; count < TURNS; count++) setImmediate(turn);
        setImmediate(turns);
      };
      turns();
    });
  }

  /** The next event, if it is before `end`; else it is `end`. */
  #next(end: number): boolean {
    const worldAt = this.#world.nextAt;
    const machineAt = Math.max(this.#machine.nextAt + this.#slept, this.#wakesAt);
    const heap = worldAt <= machineAt ? this.#world : this.#machine;
    const at = Math.min(worldAt, machineAt);
    const timer = heap.peek();
    if (timer === undefined || at >= end) {
      this.time = Math.max(this.time, end);
      return false;
    }
    heap.remove(timer);
    if (at > this.time) this.time = at;
    timer.fire();
    return true;
  }
}
