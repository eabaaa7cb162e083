/** Keeps staples for a program: the keeper of `restaple run`, with certificates that the program hands over. */
import { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import type { HttpClient } from '../http/client.ts';
import type { Clock } from '../keeper/clock.ts';
import type { CertificateSubject, SubjectSettings } from '../keeper/files/certificate-subject.ts';
import { keyOf } from '../keeper/files/certificates.ts';
import { FilesWork } from '../keeper/files/files-work.ts';
import type { VerifiedResponse } from '../keeper/files/verified-response.ts';
import { type Shelf, diskShelf } from '../keeper/files/shelf.ts';
import { Keeper } from '../keeper/keeper.ts';
import type { CertificateState, CertificateView } from '../keeper/view.ts';
import type { Work } from '../keeper/work.ts';
import { StapleStore } from '../store/staple-store.ts';
import { type CertificateInput, type Given, readGiven } from '../subject/given.ts';
import { EndedCertificates } from './ended-certificates.ts';
import type { StapleEvent, StapleEvents } from './events.ts';
import { GivenCertificates } from './given-certificates.ts';
import { MemoryShelf } from './memory-shelf.ts';
import {
  MAX_MET,
  QUIET_CLOCK,
  READY_TIMEOUT_MS,
  REQUESTS,
  REQUESTS_PER_RESPONDER,
  type StapleKeeperOptions,
  clientOf,
  settingsOf,
} from './options.ts';
import type { Role } from './role.ts';
import { KeptSlots } from './kept-slots.ts';
import { Served } from './served.ts';
import { SharedStore } from './shared-store.ts';
import { type Wait, Waiters } from './waiters.ts';

/** There is nothing to wait for. */
const FINAL: ReadonlySet<CertificateState> = new Set<CertificateState>([
  'revoked',
  'expired',
  'nothing to ask',
]);

/**
 * Staples that are fetched, verified and kept fresh for as long as it is open. Made by `createKeeper`. An emitter of
 * `StapleEvents`; a listener that throws is an uncaught exception, as with every emitter.
 * @example
 * ```ts
 * import { X509Certificate } from 'node:crypto';
 * import { readFileSync } from 'node:fs';
 * import { StapleKeeper } from 'restaple/tls';
 *
 * const keeper = new StapleKeeper({});
 * await keeper.add('domain.crt');
 * const { raw } = new X509Certificate(readFileSync('domain.crt'));
 * console.log(keeper.stapleOf(raw)?.length);
 * await keeper.close();
 * ```
 */
export class StapleKeeper extends EventEmitter<StapleEvents> implements AsyncDisposable {
  readonly #options: StapleKeeperOptions;
  readonly #clock: Clock;
  readonly #client: HttpClient;
  readonly #settings: SubjectSettings;
  readonly #certificates: GivenCertificates;
  readonly #memory: MemoryShelf;
  readonly #served: Served;
  readonly #ended: EndedCertificates;
  readonly #shared: SharedStore | undefined;
  readonly #subjects = new Map<string, CertificateSubject>();
  readonly #slots: KeptSlots;
  readonly #waiters: Waiters;
  readonly #first: Wait;
  readonly #abort = (): void => void this.close();
  #role: Role;
  #closed: Promise<void> | undefined;

  /** @param maxMet how many certificates that nobody named are kept; for tests. */
  constructor(options: StapleKeeperOptions, maxMet: number = MAX_MET) {
    super();
    const { clock = QUIET_CLOCK, store: path, signal } = options;
    const given = (options.certificates ?? []).map((input) => readGiven(input));
    this.#options = options;
    this.#clock = clock;
    this.#client = clientOf(options.http);
    this.#settings = settingsOf(options, this.#client);
    this.#waiters = new Waiters((key) => this.#isSettled(key));
    // When whoever calls is done with what it does: then the keeper's own view says the same.
    const look = (): void => void setImmediate(() => this.#waiters.look());
    this.#served = new Served(look);
    const store = path === undefined ? undefined : new StapleStore(resolve(path));
    this.#certificates = new GivenCertificates(store?.issuers, clock);
    const disk = store && diskShelf(store);
    this.#memory = new MemoryShelf(disk);
    this.#slots = new KeptSlots(maxMet);
    this.#ended = new EndedCertificates(clock, {
      kept: () => this.#certificates.ends(),
      drop: (key) => this.#drop(key),
    });
    const work = this.#workOn(disk ?? this.#memory);
    const report = (event: StapleEvent): void => this.#report(event);
    if (store) {
      this.#shared = new SharedStore({
        store,
        clock,
        report,
        work,
        looked: look,
        givenOf: (key) => this.#certificates.get(key),
        take: (one) => void this.#take(one, 'met'),
        won: () => this.#ask(work),
        alone: () => this.#ask(this.#workOn(this.#memory)),
      });
    }
    this.#role = this.#shared?.reader ?? this.#createKeeper(work);
    this.#first = this.take(given);
    this.#shared?.start();
    if (signal?.aborted === true) this.#abort();
    else signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /**
   * Resolves when each certificate that was given at the start has its staple, or can have none, or after
   * `readyTimeoutMs`. Never rejects: the servers go on without.
   */
  get ready(): Promise<void> {
    this.#first.hold();
    return this.#first.over;
  }

  /**
   * Takes certificates on, so that their staples are there before a server presents them.
   *
   * @returns resolves as `ready` does, for these.
   * @throws InputError, DerError when one cannot be read; then none is taken on.
   */
  async add(...certificates: readonly CertificateInput[]): Promise<void> {
    const wait = this.take(certificates.map((input) => readGiven(input)));
    wait.hold();
    await wait.over;
  }

  /** @internal What `add` does with certificates that are read, without a promise that somebody must await. */
  take(given: readonly Given[]): Wait {
    const keys = this.#closed ? [] : given.map((one) => this.#take(one, 'named'));
    return this.#waiters.wait(keys, this.#options.readyTimeoutMs ?? READY_TIMEOUT_MS);
  }

  /** @internal Takes one on that a handshake showed: until there are too many of those. */
  meet(given: Given): void {
    if (!this.#closed) this.#take(given, 'met');
  }

  /** @internal False for one that is to be met anew. */
  isKept(certificate: Buffer): boolean {
    return this.#closed !== undefined || this.#slots.get(certificate) !== undefined;
  }

  /**
   * Lets a certificate go. In a shared store its staple stays. One that a server presents again is met anew.
   *
   * @throws InputError, DerError when it cannot be read.
   */
  remove(certificate: CertificateInput): void {
    this.#drop(keyOf(readGiven(certificate).certificate));
  }

  /**
   * The staple of a certificate in DER, to be served now: verified, not before its time, not past its end. Reads memory
   * alone.
   *
   * @param certificate in DER.
   */
  stapleOf(certificate: Uint8Array): Buffer | undefined {
    const der = Buffer.isBuffer(certificate) ? certificate : Buffer.from(certificate);
    return this.#slots.get(der)?.slot.at(this.#clock.now());
  }

  /**
   * Asks the responder now, whatever was planned.
   *
   * @throws RestapleError that the attempt failed with; an Error for a certificate that is not kept; KeeperError
   *   `store-locked` where another process asks.
   */
  async refresh(certificate: CertificateInput): Promise<CertificateView> {
    return this.#role.refresh(keyOf(readGiven(certificate).certificate));
  }

  /** The state of each certificate. */
  views(): Iterable<CertificateView> {
    return this.#role.views();
  }

  /** Ends every request, waits for what is being written, and leaves the store to the next process. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#waiters.end();
    this.#ended.stop();
    await this.#shared?.stop();
    await this.#role.stop();
    this.#client.close();
    await this.#shared?.release();
  }

  #take(given: Given, how: 'named' | 'met'): string {
    const key = this.#certificates.put(given);
    const { raw } = given.certificate;
    if (this.#subjects.has(key)) {
      if (how === 'named') this.#slots.name(raw);
      return key;
    }
    const subject = {
      key,
      paths: [given.label],
      outputs: [],
      servers: [],
      foundIn: undefined,
      settings: this.#settings,
    };
    this.#subjects.set(key, subject);
    const gone = this.#slots.put(raw, { key, slot: this.#served.slot(key) }, how);
    if (gone) this.#drop(gone.key);
    this.#role.add(key, given.label, subject);
    this.#shared?.offer(key, given);
    return key;
  }

  #drop(key: string): void {
    const given = this.#certificates.get(key);
    if (given) this.#slots.delete(given.certificate.raw);
    this.#subjects.delete(key);
    this.#role.remove(key);
    this.#certificates.drop(key);
    this.#served.drop(key);
    this.#memory.forget(key);
    this.#shared?.withdraw(key);
  }

  #workOn(shelf: Shelf): Work<CertificateSubject, VerifiedResponse> {
    const certificates = this.#certificates;
    const world = { shelf, certificates, clock: this.#clock, witness: this.#served };
    return this.#served.over(new FilesWork(world));
  }

  #createKeeper(
    work: Work<CertificateSubject, VerifiedResponse>,
  ): Keeper<CertificateSubject, VerifiedResponse> {
    const { requests, requestsPerResponder, random } = this.#options;
    return new Keeper<CertificateSubject, VerifiedResponse>({
      work,
      clock: this.#clock,
      random: random ?? Math.random,
      filesOf: () => [],
      policyOf: ({ settings }) => settings.policy,
      requests: requests ?? REQUESTS,
      requestsPerResponder: requestsPerResponder ?? REQUESTS_PER_RESPONDER,
      report: (event) => this.#report(event),
    });
  }

  /** From now on this process asks, and puts what comes where `work` does. */
  #ask(work: Work<CertificateSubject, VerifiedResponse>): void {
    const keeper = this.#createKeeper(work);
    this.#role = keeper;
    for (const [key, subject] of this.#subjects) keeper.add(key, subject.paths[0] ?? key, subject);
  }

  #isSettled(key: string): boolean {
    if (this.#served.slot(key).at(this.#clock.now()) !== undefined) return true;
    const view = this.#role.view(key);
    return view === undefined || FINAL.has(view.state);
  }

  /** Not at once: what a listener does, or throws, must not reach into the keeper. */
  #report(event: StapleEvent): void {
    setImmediate(() => this.#waiters.look());
    queueMicrotask(() => {
      EventEmitter.prototype.emit.call(this, event.type, event);
      EventEmitter.prototype.emit.call(this, 'event', event);
    });
  }
}
