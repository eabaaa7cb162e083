/**
 * One server: whatever is done to it is done one after the other. Staples are handed to its adapter as they come, the
 * reloads that they need are gathered, and what fails is tried again.
 */
import { complaintOf } from '../trouble.ts';
import type { ServerAdapter, ServerOptions } from '../../servers/adapter.ts';
import { DueHeap } from '../due-heap.ts';
import { digestOf } from './digest.ts';
import { type Address, Observer } from './observer.ts';
import { Reload, type ReloadOutcome } from './reload.ts';
import { type Appointment, type Change, Target, type Task } from './target.ts';
import type { DeployTools } from './tools.ts';

/** With all that its adapter was made of. */
export interface LaneOptions extends ServerOptions {
  readonly name: string;
  readonly adapter: ServerAdapter;
  readonly gatherMs: number;
  readonly reloadAtMostMs: number;
  /** Where clients find it. */
  readonly addresses: readonly Address[];
}

/** The same for a server whose config is the same. */
export const fingerprintOf = (options: LaneOptions): string => JSON.stringify(options);

export interface LaneListener {
  /** Its file holds something else than the keeper knows of; without an end it goes by its own word. */
  holds(target: Target, der: Buffer | undefined, validUntil?: number): void;
}

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 900_000;
/** A server that starts or is reloaded has loaded its files by then, and shows that it runs. */
const STARTED_MS = 60_000;
/** Before the observer, who looks for a minute, says that it is not there. */
const LOADED_MS = 30_000;
/** So long before its end a staple must be out of the server, at the latest. */
const LAST_MS = 60_000;

export class Lane {
  readonly name: string;
  readonly fingerprint: string;
  readonly adapter: ServerAdapter;
  readonly targets: Map<string, Target> = new Map<string, Target>();
  readonly #options: LaneOptions;
  readonly #tools: DeployTools;
  readonly #listener: LaneListener;
  readonly #reload: Reload;
  readonly #observer: Observer;
  readonly #turns = new DueHeap<Appointment>();
  #batch = new Map<Target, Change>();
  /** By the monotonic clock. */
  #gatheredSince = 0;
  #reloadedAt = -Infinity;
  #retryAt = -Infinity;
  /** By the wall clock. */
  #servedUntil = Infinity;
  #failures = 0;
  #told: string | undefined;
  #troubles = 0;
  #working: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(options: LaneOptions, tools: DeployTools, listener: LaneListener) {
    this.name = options.name;
    this.fingerprint = fingerprintOf(options);
    this.adapter = options.adapter;
    this.#options = options;
    this.#tools = tools;
    this.#listener = listener;
    this.#reload = new Reload(options.adapter, tools);
    this.#observer = new Observer(options.name, options.adapter, options.addresses, tools);
  }

  target(file: string, certificate: string): Target {
    let target = this.targets.get(file);
    if (!target) this.targets.set(file, (target = new Target(file, certificate)));
    return target;
  }

  /** Resolves when nothing is done with the file any more, until `release`. */
  async hold(target: Target): Promise<void> {
    target.writers += 1;
    this.#turns.remove(target.turn);
    while (target.busy) await target.busy;
  }

  release(target: Target): void {
    target.writers -= 1;
    if (target.task && target.writers === 0) this.#turns.set(target.turn, target.dueAt);
    this.#wake();
  }

  /** Its file holds what it held when restaple ended. */
  resume(target: Target, der: Buffer): void {
    const writtenAt = this.#tools.files.writtenAt(target.file) ?? Infinity;
    const isRead = writtenAt < (this.#tools.notes.readAt(this.name) ?? -Infinity);
    const { validUntil } = target;
    const change = { der, validUntil, previous: undefined, servedUntil: Infinity };
    this.#give(target, { kind: 'publish', change, isRead });
  }

  /** Its file holds a new staple. @param previous what it held before. */
  publish(target: Target, der: Buffer, previous: Buffer | undefined, servedUntil: number): void {
    const { task } = target;
    const isWaiting = task?.kind === 'publish' && task.isRead !== true && task.isAgain !== true;
    const waiting = this.#batch.get(target) ?? (isWaiting ? task.change : undefined);
    // What the server has is what was there before all of them.
    const before = waiting ?? { previous, servedUntil };
    const { validUntil } = target;
    const change = { der, validUntil, previous: before.previous, servedUntil: before.servedUntil };
    this.#give(target, { kind: 'publish', change });
  }

  withdraw(target: Target, message: string): void {
    this.#give(target, { kind: 'withdraw', message });
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await Promise.all([this.#working, this.#observer.stop()]);
  }

  #give(target: Target, task: Task): void {
    this.#observer.forget(target);
    this.#plan(target, task, 0);
    this.#wake();
  }

  #plan(target: Target, task: Task, waitMs: number): void {
    target.task = task;
    target.dueAt = this.#tools.clock.monotonic() + waitMs;
    if (target.writers === 0) this.#turns.set(target.turn, target.dueAt);
  }

  /** What was done is done once more, as if nothing had been. */
  #planAgain(target: Target, change: Change, waitMs: number, isRead = false): void {
    const task: Task = change.der
      ? { kind: 'publish', change, isRead, isAgain: true }
      : { kind: 'withdraw', message: '', isAgain: true };
    this.#plan(target, task, waitMs);
  }

  #wake(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      this.#arm();
    });
  }

  async #work(): Promise<void> {
    // All that comes in one breath is there then.
    await Promise.resolve();
    while (!this.#isStopped) {
      const now = this.#tools.clock.monotonic();
      const turn = this.#turns.peek();
      if (turn && this.#turns.nextAt <= now) await this.#take(turn);
      else if (this.#reloadAt(now) <= now) await this.#reloadNow();
      else break;
    }
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#isStopped) return;
    const now = this.#tools.clock.monotonic();
    const at = Math.min(this.#turns.nextAt, this.#reloadAt(now));
    if (at === Infinity) return;
    // The wall clock may be set meanwhile.
    const ms = Math.min(Math.max(0, Math.ceil(at - now)), LAST_MS);
    this.#cancel = this.#tools.clock.setTimer(ms, () => this.#wake());
  }

  async #take(turn: Appointment): Promise<void> {
    this.#turns.remove(turn);
    const { target } = turn;
    const { task } = target;
    if (!task) return;
    const busy = task.kind === 'publish' ? this.#publish(target, task) : this.#withdraw(target, task);
    target.busy = busy.catch(() => undefined);
    try {
      await busy;
      if (target.task === task) target.task = undefined;
    } catch (error) {
      this.#failed(target, error);
    } finally {
      target.busy = undefined;
    }
  }

  async #publish(target: Target, task: Task & { kind: 'publish' }): Promise<void> {
    const { change, isAgain = false, isRead = false, isTakenBack = false } = task;
    const { certificate, file } = target;
    const { der, validUntil } = change;
    if (!der) return;
    target.withdrawn = undefined;
    if (isTakenBack) {
      const error = await this.#reload.again(target, change);
      if (error) throw error;
      target.refused = undefined;
      this.#listener.holds(target, der, validUntil);
    }
    const effect = await this.adapter.publish({ certificate, file, der, validUntil });
    this.#succeeded(target);
    if (effect === 'reload' && this.adapter.reload && !isRead) {
      this.#gather(target, change);
      return;
    }
    this.#batch.delete(target);
    const isIdle = effect === 'idle';
    // Whoever is taken for stopped is looked at when that is not for the moment only.
    if (isIdle ? isAgain : !isAgain && effect !== 'later') this.#observer.expect(target, der, isIdle);
    if (isAgain || target.task !== task) return;
    if (isIdle) this.#planAgain(target, change, STARTED_MS);
    else if (this.adapter.mayForget === true) this.#planAgain(target, change, LOADED_MS);
  }

  async #withdraw(target: Target, task: Task & { kind: 'withdraw' }): Promise<void> {
    const { isAgain = false, message } = task;
    const { certificate, file, label, validUntil } = target;
    const wasEmpty = this.#tools.files.read(file)?.length === 0;
    const effect = await this.adapter.withdraw({ certificate, file });
    target.validUntil = -Infinity;
    target.taken = undefined;
    target.withdrawn = digestOf(this.#tools.files.read(file));
    this.#succeeded(target);
    // An empty file is how some servers are told that there is none.
    if (!isAgain && !wasEmpty)
      this.#tools.report({
        type: 'withdrawn',
        server: this.name,
        certificate: label,
        files: [file],
        message,
      });
    const change = { validUntil: -Infinity, previous: undefined, servedUntil: validUntil };
    if (effect === 'reload' && this.adapter.reload) this.#gather(target, change);
    else {
      this.#batch.delete(target);
      if (effect === 'idle' && !isAgain && target.task === task) this.#planAgain(target, change, STARTED_MS);
    }
  }

  #gather(target: Target, change: Change): void {
    if (this.#batch.size === 0) this.#gatheredSince = this.#tools.clock.monotonic();
    this.#batch.set(target, change);
    this.#servedUntil = Math.min(this.#servedUntil, change.servedUntil);
  }

  /** By the monotonic clock. */
  #reloadAt(monotonic: number): number {
    if (this.#batch.size === 0) return Infinity;
    const { gatherMs, reloadAtMostMs } = this.#options;
    const usual = Math.max(this.#gatheredSince + gatherMs, this.#reloadedAt + reloadAtMostMs);
    const { withdrawBeforeMs = 2 * LAST_MS } = this.adapter;
    const latest = this.#servedUntil - Math.min(LAST_MS, withdrawBeforeMs / 2);
    return Math.max(this.#retryAt, Math.min(usual, monotonic + latest - this.#tools.clock.now()));
  }

  async #reloadNow(): Promise<void> {
    const batch = this.#batch;
    this.#batch = new Map();
    this.#servedUntil = Infinity;
    const startedAt = this.#tools.clock.now();
    let outcome: ReloadOutcome | undefined;
    try {
      await this.#reload.mend(batch);
      if (this.#failures > 0 && (await this.#isIdle(batch))) {
        this.#reloaded();
        for (const [target, change] of batch) if (!target.task) this.#planAgain(target, change, STARTED_MS);
        return;
      }
      outcome = await this.#reload.of(batch);
      for (const { target, error } of outcome.bad) this.#refused(target, batch.get(target), error);
      if (outcome.error) throw outcome.error;
    } catch (error) {
      for (const { target } of outcome?.bad ?? []) batch.delete(target);
      this.#missed(batch, error);
      return;
    }
    for (const { target } of outcome.bad) batch.delete(target);
    this.#reloadedAt = this.#tools.clock.monotonic();
    this.#tools.notes.wasRead(this.name, startedAt);
    if (batch.size > 0) this.#tools.report({ type: 'reloaded', server: this.name, staples: batch.size });
    this.#reloaded();
    for (const [target, change] of batch) {
      this.#succeeded(target);
      if (!change.der) continue;
      this.#observer.expect(target, change.der);
      if (this.adapter.mayForget === true && !target.task) this.#planAgain(target, change, LOADED_MS, true);
    }
  }

  #reloaded(): void {
    this.#retryAt = -Infinity;
    this.#failures = 0;
    if (this.#told !== undefined) this.#mended();
    this.#told = undefined;
  }

  /** It was ended, and that is why it could not be reloaded: it is not to be started, and reads all when it is. */
  async #isIdle(batch: ReadonlyMap<Target, Change>): Promise<boolean> {
    const [first] = batch;
    if (!first) return false;
    const [{ certificate, file }, { der, validUntil }] = first;
    const again = der
      ? this.adapter.publish({ certificate, file, der, validUntil })
      : this.adapter.withdraw({ certificate, file });
    return (await again.catch(() => 'reload')) === 'idle';
  }

  /** The server does not bear it: it has the old one until then. */
  #refused(target: Target, change: Change | undefined, error: unknown): void {
    if (!change || target.task) return;
    target.refused = digestOf(change.der);
    target.task = { kind: 'publish', change, isTakenBack: true };
    this.#listener.holds(target, change.previous);
    this.#failed(target, error);
  }

  /** The server was not reloaded: all of them go into the next try. */
  #missed(batch: ReadonlyMap<Target, Change>, error: unknown): void {
    if (this.#isStopped) return;
    const { clock, report } = this.#tools;
    for (const [target, change] of batch) {
      const newer = this.#batch.get(target);
      this.#gather(target, newer ? { ...newer, previous: change.previous } : change);
      this.#servedUntil = Math.min(this.#servedUntil, change.servedUntil);
    }
    this.#failures += 1;
    const waitMs = retryMs(this.#failures);
    this.#retryAt = clock.monotonic() + waitMs;
    const complaint = complaintOf(error);
    if (this.#told === complaint.code) return;
    if (this.#told === undefined) this.#troubles += 1;
    this.#told = complaint.code;
    const { name: server } = this;
    const nextAt = clock.now() + waitMs;
    report({ type: 'server-failed', server, ...complaint, failures: this.#failures, nextAt });
  }

  #failed(target: Target, error: unknown): void {
    if (this.#isStopped) return;
    const { clock, report } = this.#tools;
    target.failures += 1;
    const { failures, label: certificate } = target;
    const waitMs = retryMs(failures);
    target.dueAt = clock.monotonic() + waitMs;
    if (target.writers === 0) this.#turns.set(target.turn, target.dueAt);
    const complaint = complaintOf(error);
    if (target.told === complaint.code) return;
    if (target.told === undefined) this.#troubles += 1;
    target.told = complaint.code;
    const nextAt = clock.now() + waitMs;
    report({ type: 'server-failed', server: this.name, certificate, ...complaint, failures, nextAt });
  }

  #succeeded(target: Target): void {
    target.failures = 0;
    if (target.told !== undefined) this.#mended();
    target.told = undefined;
  }

  #mended(): void {
    this.#troubles -= 1;
    if (this.#troubles === 0) this.#tools.report({ type: 'server-recovered', server: this.name });
  }
}

const retryMs = (failures: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
