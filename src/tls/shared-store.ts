/**
 * One store, several processes: whoever gets its lock asks responders for all, the others serve what is in it. When the
 * one that asks ends, however it ends, another takes over.
 */
import { RestapleError } from '../errors.ts';
import type { Clock } from '../keeper/clock.ts';
import type { CertificateSubject } from '../keeper/files/certificate-subject.ts';
import { type StoreLock, lockStore } from '../keeper/files/store-lock.ts';
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
  readonly isKept: (key: string) => boolean;
  /** Another process wants it kept. */
  readonly take: (given: Given) => void;
  /** From now on this process asks. */
  readonly won: () => void;
}

export class SharedStore {
  /** Serves until the lock is won. */
  readonly reader: Reader;
  readonly #options: SharedStoreOptions;
  readonly #given: GivenDirectory;
  readonly #timers = new Set<() => void>();
  #lock: StoreLock | undefined;
  #competing: Promise<void> | undefined;
  #told: string | undefined;
  #isStopped = false;

  constructor(options: SharedStoreOptions) {
    const { store, clock, work, report, looked } = options;
    this.#options = options;
    this.#given = new GivenDirectory(store.path);
    this.reader = new Reader({ work, clock, report, looked, writtenAt: (key) => store.writtenAt(key) });
  }

  start(): void {
    this.#competing = this.#compete();
  }

  /** Tells the process that asks of a certificate. */
  offer(key: string, given: Given): void {
    if (!this.#lock) this.#given.offer(key, given);
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
    try {
      this.#lock = await lockStore(store.path);
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
      if (this.#isStopped) return;
      const { message } = error;
      if (this.#told !== error.code) report({ type: 'store', role: 'reader', store: store.path, message });
      this.#told = error.code;
      this.#after(TAKE_OVER_MS, () => {
        this.#competing = this.#compete();
      });
      return;
    }
    await this.reader.stop();
    if (this.#isStopped) return;
    report({ type: 'store', role: 'keeper', store: store.path });
    this.#options.won();
    this.#hearNews();
    this.#sweep();
  }

  #hearNews(): void {
    const { isKept, take, clock } = this.#options;
    for (const given of this.#given.news(isKept, clock.now())) take(given);
    this.#after(NEWS_MS, () => this.#hearNews());
  }

  #sweep(): void {
    const { store, isKept, clock } = this.#options;
    this.#after(DAY_MS, () => {
      void sweepStore(store, isKept, clock.now());
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
