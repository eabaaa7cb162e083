/**
 * One store, several processes: whoever gets its lock asks responders for all, the others serve what is in it. When the
 * one that asks ends, however it ends, another takes over.
 */
import { KeeperError, reasonOf } from '../errors.ts';
import type { Clock } from '../keeper/clock.ts';
import type { CertificateSubject } from '../keeper/files/certificate-subject.ts';
import { type StoreLock, hasKeeper, lockStore } from '../keeper/files/store-lock.ts';
import { sweepStore } from '../keeper/files/sweep.ts';
import type { Work } from '../keeper/work.ts';
import type { StapleStore } from '../store/staple-store.ts';
import type { Given } from '../subject/given.ts';
import type { StapleEvent } from './events.ts';
import { GivenDirectory } from './given-directory.ts';
import { Reader } from './reader.ts';

/** How soon the next process takes over. */
const TAKE_OVER_MS = 5_000;
/** How soon a certificate that another process met is asked for. */
const NEWS_MS = 500;
const DAY_MS = 86_400_000;

export interface SharedStoreOptions {
  readonly store: StapleStore;
  readonly clock: Clock;
  readonly work: Pick<Work<CertificateSubject, unknown>, 'open'>;
  readonly report: (event: StapleEvent) => void;
  readonly looked: () => void;
  /** What is kept here under a key. */
  readonly givenOf: (key: string) => Given | undefined;
  /** Another process wants it kept. */
  readonly take: (given: Given) => void;
  /** From now on this process asks. */
  readonly won: () => void;
  /** From now on this process asks for itself: it cannot write there, and nobody else serves it. */
  readonly alone: () => void;
}

export class SharedStore {
  /** Serves until the lock is won. */
  readonly reader: Reader;
  readonly #options: SharedStoreOptions;
  readonly #given: GivenDirectory;
  readonly #timers = new Set<() => void>();
  #lock: StoreLock | undefined;
  #competing: Promise<void> | undefined;
  /** Undecided until it is known whether another process asks. */
  #role: 'keeper' | 'reader' | 'alone' | undefined;
  #isStopped = false;

  constructor(options: SharedStoreOptions) {
    const { store, clock, work, report } = options;
    const looked = (): void => this.#looked();
    this.#options = options;
    this.#given = new GivenDirectory(store.path);
    this.reader = new Reader({ work, clock, report, looked, writtenAt: (key) => store.writtenAt(key) });
  }

  start(): void {
    this.#competing = this.#compete();
  }

  /** Tells the process that asks of a certificate. */
  offer(key: string, given: Given): void {
    if (this.#role === undefined || this.#role === 'reader') this.#given.offer(key, given);
  }

  /** It is not wanted any more; whoever still does offers it again. */
  withdraw(key: string): void {
    if (this.#role === 'keeper') this.#given.withdraw(key);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#timers) cancel();
    await this.#competing;
    await this.reader.stop();
  }

  /** To be called when nothing is written any more. */
  async release(): Promise<void> {
    await this.#lock?.release();
  }

  async #compete(): Promise<void> {
    const { store, report } = this.#options;
    const lock = await this.#tryLock();
    if (!lock) return;
    if (this.#role === 'alone') {
      await lock.release();
      return;
    }
    this.#lock = lock;
    await this.reader.stop();
    if (this.#isStopped) return;
    this.#role = 'keeper';
    report({ type: 'store', role: 'keeper', store: store.path });
    this.#options.won();
    this.#hearNews();
    this.#sweep();
  }

  async #tryLock(): Promise<StoreLock | undefined> {
    const { store, report } = this.#options;
    try {
      return await lockStore(store.path);
    } catch (error) {
      const isKept = error instanceof KeeperError || (await hasKeeper(store.path));
      if (this.#isStopped || this.#role === 'alone') return undefined;
      const message = reasonOf(error);
      if (isKept) {
        if (this.#role === undefined) report({ type: 'store', role: 'reader', store: store.path, message });
        this.#role = 'reader';
        this.#after(TAKE_OVER_MS, () => {
          this.#competing = this.#compete();
        });
      } else await this.#goAlone(message);
      return undefined;
    }
  }

  /** One that lacks a staple asks for it again; where it cannot, nobody will ever hear of it. */
  #looked(): void {
    const { looked, givenOf, store } = this.#options;
    looked();
    if (this.#role !== 'reader') return;
    for (const key of this.reader.lacking()) {
      const given = givenOf(key);
      if (!given || this.#given.offer(key, given)) continue;
      void this.#goAlone(`the store ${store.path} has no staple of ${given.label}, and cannot be written`);
      return;
    }
  }

  async #goAlone(message: string): Promise<void> {
    const { store, report, alone } = this.#options;
    this.#role = 'alone';
    for (const cancel of this.#timers) cancel();
    await this.reader.stop();
    if (this.#isStopped) return;
    report({ type: 'store', role: 'alone', store: store.path, message });
    alone();
  }

  #hearNews(): void {
    const { givenOf, take, clock } = this.#options;
    const isKept = (key: string): boolean => givenOf(key) !== undefined;
    for (const given of this.#given.news(isKept, clock.now())) take(given);
    this.#after(NEWS_MS, () => this.#hearNews());
  }

  #sweep(): void {
    const { store, givenOf, clock } = this.#options;
    this.#after(DAY_MS, () => {
      void sweepStore(store, (key) => givenOf(key) !== undefined, clock.now());
      this.#sweep();
    });
  }

  #after(ms: number, fire: () => void): void {
    if (this.#isStopped) return;
    const cancel = this.#options.clock.setTimer(ms, () => {
      this.#timers.delete(cancel);
      fire();
    });
    this.#timers.add(cancel);
  }
}
