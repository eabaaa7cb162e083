/** Commands that are run when something happens to a certificate. */
import { Queue } from '../queue.ts';
import type { Clock } from './clock.ts';
import type { KeeperEvent } from './events.ts';
import {
  type Environment,
  HOOK_NAMES,
  HOOK_OF,
  type HookEvent,
  type HookName,
  hookEnvironment,
  hookInput,
  isHookEvent,
} from './hooks-facts.ts';
import { hookRecord } from './hooks-report.ts';
import { type RunningHook, startHook } from './hooks-run.ts';
import { type LogRecord, logRecord } from './log/record.ts';

export interface HooksOptions {
  /** For each kind a program by its absolute path, with its arguments. */
  readonly commands: Partial<Readonly<Record<HookName, readonly string[]>>>;
  /** How long one run may take. */
  readonly timeoutMs: number;
  /** What is handed down of it is listed in hooks-facts.ts. */
  readonly env: Environment;
  readonly clock: Clock;
  readonly report: (record: LogRecord) => void;
}

export interface Hooks {
  /** Runs the command of this kind of event, if there is one, as soon as the one before it has ended. Never throws. */
  run(event: KeeperEvent): void;
  /**
   * For the end of the keeper: drops what waits, lets what runs go on for `ms` at most and then stops it. Nothing is
   * run from then on.
   */
  drain(ms: number): Promise<void>;
}

/** One for each certificate when a keeper of ten thousand starts; about 5 MB. */
const WAITING = 10_000;

export function createHooks(options: HooksOptions): Hooks {
  const lanes = new Map<HookName, Lane>();
  for (const name of HOOK_NAMES) {
    const command = options.commands[name];
    if (command) lanes.set(name, new Lane(name, command, options));
  }
  return {
    run: (event) => {
      if (isHookEvent(event)) lanes.get(HOOK_OF[event.type])?.push(event);
    },
    drain: async (ms) => {
      const cancel = options.clock.setTimer(ms, () => lanes.forEach((lane) => lane.stop()));
      await Promise.all([...lanes.values()].map((lane) => lane.end()));
      cancel();
    },
  };
}

/** The runs of one kind, one after the other: two of a script that edits the same file would lose one's work. */
class Lane {
  readonly #name: HookName;
  readonly #command: readonly string[];
  readonly #options: HooksOptions;
  #waiting = new Queue<HookEvent>();
  #dropped = 0;
  #running: RunningHook | undefined;
  #idle: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(name: HookName, command: readonly string[], options: HooksOptions) {
    this.#name = name;
    this.#command = command;
    this.#options = options;
  }

  push(event: HookEvent): void {
    if (this.#isOver) return;
    this.#waiting.push(event);
    if (this.#waiting.length > WAITING) this.#drop();
    if (!this.#running) this.#idle = this.#work();
  }

  stop(): void {
    this.#running?.stop();
  }

  end(): Promise<void> {
    this.#isOver = true;
    const left = this.#waiting.length;
    this.#waiting = new Queue();
    if (left > 0) this.#warn(`${left} more are not run, as restaple ends`);
    return this.#idle;
  }

  async #work(): Promise<void> {
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      const { timeoutMs, env, clock, report } = this.#options;
      const environment = hookEnvironment(event, env);
      const run = { command: this.#command, environment, input: hookInput(event), timeoutMs, clock };
      this.#running = startHook(run);
      const outcome = await this.#running.outcome;
      report(hookRecord(event, this.#command[0] ?? '', timeoutMs, outcome));
    }
    this.#running = undefined;
    if (this.#dropped > 0) this.#warn(`${this.#dropped} were not run, as more than ${WAITING} waited`);
    this.#dropped = 0;
  }

  /** Said when it begins, and with the number when it is over. */
  #drop(): void {
    this.#waiting.shift();
    this.#dropped += 1;
    if (this.#dropped === 1) this.#warn(`more than ${WAITING} wait, and the oldest are dropped`);
  }

  #warn(message: string): void {
    const fields = { event: 'hook', hook: this.#name };
    this.#options.report(logRecord('warn', `hook ${this.#name}: ${message}`, fields));
  }
}
