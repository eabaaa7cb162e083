/**
 * What systemd is told: that the keeper is up, reloads, ends, is alive, and how it goes (sd_notify(3)).
 *
 * Through the program `systemd-notify`, one short run a message: systemd listens on a Unix datagram socket, which Node
 * cannot open, and a native module would want a compiler on every machine. Where systemd is, the program is. The unit
 * needs `NotifyAccess=all`, since it is not the main process that speaks.
 */
import { execFile } from 'node:child_process';
import { printable } from '../text.ts';
import type { Clock } from './clock.ts';
import { type LogRecord, logRecord } from './log/record.ts';
import { Watchdog } from './sd-notify-watchdog.ts';

export interface ServiceManager {
  /** The keeper is up, or has reloaded. From the first time on the watchdog is fed. */
  ready(status: string): void;
  /** To be followed by `ready`. */
  reloading(): void;
  /** A line for `systemctl status`. */
  status(text: string): void;
  /** The last word, for the beginning of the end; resolves when all is told, also when nobody wanted to hear it. */
  stopping(): Promise<void>;
}

/** Tells systemd some `NAME=value`s as one message; rejects when that did not work. */
export type SendNotification = (
  values: readonly string[],
  env: Readonly<Record<string, string>>,
) => Promise<void>;

export interface ServiceManagerOptions {
  /** `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` are systemd's; `PATH` says where `systemd-notify` is. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly clock: Clock;
  /** CLOCK_MONOTONIC, by which systemd tells an answer to this reload from one to the last. */
  readonly monotonicUsec: () => bigint;
  readonly send: SendNotification;
  readonly report: (record: LogRecord) => void;
}

/** Does nothing where no service manager listens. Never throws; that messages do not arrive is reported once. */
export function createServiceManager(options: ServiceManagerOptions): ServiceManager {
  const { env, monotonicUsec } = options;
  if ((env['NOTIFY_SOCKET'] ?? '') === '') return DEAF;
  const messages = new Messages(options);
  const watchdog = new Watchdog(options, () => messages.push('WATCHDOG=1'));
  return {
    ready: (status) => {
      messages.push('READY=1', statusOf(status));
      watchdog.start();
    },
    reloading: () => messages.push('RELOADING=1', `MONOTONIC_USEC=${monotonicUsec()}`),
    status: (text) => messages.push(statusOf(text)),
    stopping: () => {
      watchdog.stop();
      messages.push('STOPPING=1');
      return messages.sent();
    },
  };
}

const DEAF: ServiceManager = {
  ready: () => undefined,
  reloading: () => undefined,
  status: () => undefined,
  stopping: () => Promise.resolve(),
};

/** A value goes on to the end of its line. */
const statusOf = (text: string): string => `STATUS=${printable(text)}`;

const PROGRAM = 'systemd-notify';
/** It gives up by itself when systemd has not taken its message in 5 s. */
const SEND_LIMIT_MS = 6000;

/** By its exit code; waits until systemd has the message, so that the sender is still there to be looked up. */
export const systemdNotify: SendNotification = (values, env) =>
  new Promise((resolve, reject) => {
    const limits = { timeout: SEND_LIMIT_MS, killSignal: 'SIGKILL' } as const;
    execFile(PROGRAM, [...values], { env: { ...env }, ...limits }, (error, _, stderr) => {
      if (error === null) resolve();
      else reject(new Error(stderr.trim() === '' ? error.message : stderr.trim(), { cause: error }));
    });
  });

/** One at a time, since their order is their meaning. */
class Messages {
  readonly #options: ServiceManagerOptions;
  readonly #env: Readonly<Record<string, string>>;
  #waiting: string[][] = [];
  #work: Promise<void> | undefined;
  #isFailing = false;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    const { NOTIFY_SOCKET = '', PATH } = options.env;
    this.#env = { NOTIFY_SOCKET, ...(PATH !== undefined && { PATH }) };
  }

  /** A status and a sign of life go with what waits already, the latest of each: only so many can wait. */
  push(...values: string[]): void {
    const last = this.#waiting.at(-1);
    if (last && values.every((value) => /^(STATUS|WATCHDOG)=/.test(value))) {
      const kept = last.filter((old) => !values.some((value) => nameOf(value) === nameOf(old)));
      this.#waiting.splice(-1, 1, [...kept, ...values]);
    } else this.#waiting.push(values);
    this.#work ??= this.#send();
  }

  sent(): Promise<void> {
    return this.#work ?? Promise.resolve();
  }

  async #send(): Promise<void> {
    for (let values = this.#waiting.shift(); values; values = this.#waiting.shift()) {
      try {
        await this.#options.send(values, this.#env);
        this.#isFailing = false;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#work = undefined;
  }

  #failed(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.report(logRecord('warn', `systemd cannot be told how it goes: ${why}`));
  }
}

const nameOf = (value: string): string => value.slice(0, value.indexOf('='));
