/**
 * Says in time that the event loop still turns. At a third of the time that systemd waits, where its manual recommends
 * the half: one run of a program that a busy machine refuses is then no reason to restart the keeper.
 */
import type { Clock } from './clock.ts';

export interface WatchdogOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly clock: Clock;
}

export class Watchdog {
  readonly #everyMs: number | undefined;
  readonly #clock: Clock;
  readonly #ping: () => void;
  #cancel: (() => void) | undefined;

  constructor({ env, pid, clock }: WatchdogOptions, ping: () => void) {
    this.#everyMs = watchdogMs(env, pid);
    this.#clock = clock;
    this.#ping = ping;
  }

  start(): void {
    if (this.#everyMs === undefined || this.#cancel) return;
    this.#next(this.#everyMs);
  }

  stop(): void {
    this.#cancel?.();
  }

  #next(ms: number): void {
    this.#cancel = this.#clock.setTimer(ms, () => {
      this.#ping();
      this.#next(ms);
    });
  }
}

/** `WATCHDOG_PID` is for whom it is meant, if it is set: sd_watchdog_enabled(3). */
function watchdogMs(
  { WATCHDOG_USEC, WATCHDOG_PID }: WatchdogOptions['env'],
  pid: number,
): number | undefined {
  if (WATCHDOG_USEC === undefined || !/^[1-9]\d*$/.test(WATCHDOG_USEC)) return undefined;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid)) return undefined;
  return Number(WATCHDOG_USEC) / 1000 / 3;
}
