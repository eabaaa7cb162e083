/**
 * Serves what another process keeps: a worker of a cluster while another one asks, or a program beside `restaple run`.
 * It looks at the store now and then, and verifies what it finds there as if it came from the network.
 */
import { KeeperError, RestapleError, reasonOf } from '../errors.ts';
import type { Clock } from '../keeper/clock.ts';
import type { KeeperEvent } from '../keeper/events.ts';
import type { CertificateSubject } from '../keeper/files/certificate-subject.ts';
import type { CertificateState, CertificateView } from '../keeper/view.ts';
import type { Complaint, Opened, Work } from '../keeper/work.ts';
import type { Role } from './role.ts';

/** Until the first staple is there, a server is waiting for it; less and less eagerly, as it may never come. */
const EAGER_MS = 250;
/** After that, a new staple in the store is one of which the old has half its life left. */
const CALM_MS = 5_000;

export interface ReaderOptions {
  readonly work: Pick<Work<CertificateSubject, unknown>, 'open'>;
  /** Changes when what rests there of a certificate does. */
  readonly writtenAt: (key: string) => number | undefined;
  readonly clock: Clock;
  readonly report: (event: KeeperEvent) => void;
  /** Called after each look. */
  readonly looked: () => void;
}

interface Read {
  readonly label: string;
  readonly subject: CertificateSubject;
  /** Of what was read last. */
  writtenAt: number | undefined;
  opened: Opened | undefined;
  error: Complaint | undefined;
  isRevocationTold: boolean;
}

export class Reader implements Role {
  readonly #options: ReaderOptions;
  readonly #read = new Map<string, Read>();
  #looking: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #isStopped = false;
  #eagerMs = EAGER_MS;
  /** All are looked at then, and not only those that lack a staple. */
  #calmAt = -Infinity;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  add(key: string, label: string, subject: CertificateSubject): void {
    const nothing = { writtenAt: undefined, opened: undefined, error: undefined, isRevocationTold: false };
    this.#read.set(key, { label, subject, ...nothing });
    this.#eagerMs = EAGER_MS;
    this.#soon(0);
  }

  remove(key: string): void {
    this.#read.delete(key);
  }

  /** @throws KeeperError `store-locked`, as it is not this process that asks. */
  async refresh(): Promise<CertificateView> {
    throw new KeeperError('store-locked', 'another process keeps the staples of this store');
  }

  *views(): Generator<CertificateView> {
    for (const [key, read] of this.#read) yield this.#viewOf(key, read);
  }

  view(key: string): CertificateView | undefined {
    const read = this.#read.get(key);
    return read && this.#viewOf(key, read);
  }

  /** Those that a server is waiting for. */
  lacking(): readonly string[] {
    return [...this.#lacking()].map(([key]) => key);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#looking;
  }

  #soon(ms: number): void {
    if (this.#isStopped || this.#looking) return;
    this.#cancel?.();
    this.#cancel = this.#options.clock.setTimer(ms, () => {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
        this.#options.looked();
        const isLacking = this.#lacking().next().done === false;
        this.#soon(isLacking ? this.#eagerMs : CALM_MS);
        this.#eagerMs = Math.min(2 * this.#eagerMs, CALM_MS);
      });
    });
  }

  *#lacking(): Generator<[key: string, read: Read]> {
    const now = this.#options.clock.now();
    for (const [key, read] of this.#read) {
      const state = stateOf(read.opened, now);
      if (state === 'missing' || state === 'pending') yield [key, read];
    }
  }

  async #look(): Promise<void> {
    const monotonic = this.#options.clock.monotonic();
    const isCalm = monotonic >= this.#calmAt;
    if (isCalm) this.#calmAt = monotonic + CALM_MS;
    for (const [key, read] of isCalm ? this.#read : this.#lacking()) {
      if (this.#isStopped) return;
      const writtenAt = this.#options.writtenAt(key);
      if (read.opened !== undefined && writtenAt === read.writtenAt) continue;
      read.writtenAt = writtenAt;
      await this.#open(read);
    }
  }

  async #open(read: Read): Promise<void> {
    const { work, clock, report } = this.#options;
    try {
      read.opened = await work.open(read.subject);
      read.error = read.opened.memory?.error;
      const { memory, staple } = read.opened;
      if (memory?.revoked === undefined || read.isRevocationTold) return;
      read.isRevocationTold = true;
      const { message } = memory.revoked;
      const validUntil = staple && { validUntil: staple.validUntil };
      report({ type: 'revoked', certificate: read.label, message, ...validUntil });
    } catch (error) {
      const code = error instanceof RestapleError ? error.code : 'internal';
      read.error = { code, message: reasonOf(error), at: clock.now() };
    }
  }

  #viewOf(key: string, { label, opened, error }: Read): CertificateView {
    const now = this.#options.clock.now();
    return {
      key,
      certificate: label,
      files: [],
      state: stateOf(opened, now),
      mustStaple: opened?.mustStaple ?? false,
      responder: opened?.responder,
      thisUpdate: opened?.staple?.thisUpdate,
      validUntil: opened?.staple?.validUntil,
      nextAt: undefined,
      isAsking: false,
      failures: opened?.memory?.failures ?? 0,
      error,
      alarm: undefined,
    };
  }
}

function stateOf(opened: Opened | undefined, now: number): CertificateState {
  if (!opened) return 'pending';
  if (opened.notAfter <= now) return 'expired';
  if (opened.memory?.revoked) return 'revoked';
  if (opened.staple && now < opened.staple.validUntil) return 'good';
  return opened.silence === undefined ? 'missing' : 'nothing to ask';
}
