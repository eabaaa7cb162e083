/**
 * Many certificates, one clock, one timer. It decides when each is asked for, what is better than what, and what is
 * worth telling; everything it touches comes in through `Work` and `Clock`, so that the same code runs a year of ten
 * thousand certificates in a simulation.
 *
 * The life of one entry: closed → opened from disk → waiting → asking → waiting …, parked meanwhile when its responder is
 * full or in trouble; over when there is nothing to ask any more.
 */
import { Queue } from '../queue.ts';
import { Attempts } from './attempts.ts';
import { Entry } from './entry.ts';
import type { KeeperOptions } from './options.ts';
import type { ResponderGate } from './responder-gate.ts';
import { ResponderHost } from './responder-host.ts';
import { Schedule } from './schedule.ts';
import { complaintOf, signOf } from './trouble.ts';
import type { CertificateView } from './view.ts';
import { viewOf } from './view-of.ts';

/** Reading is quick and mostly waits for nobody; a few at a time keep the loop free for others. */
const OPEN_AT_ONCE = 8;
/** While every place is taken, there is nothing that a timer could do; whoever is done looks by itself. */
const FULL_WAIT_MS = 1_000;
/** A CA's clock may be ahead of the one here. */
const SKEW_MS = 300_000;
/** Most certificates come from a few dozen CAs: to make their doors anew for each request costs more than to keep them. */
const MOST_IDLE = 64;

export class Keeper<S, R> {
  readonly #options: KeeperOptions<S, R>;
  readonly #attempts: Attempts<S, R>;
  readonly #entries = new Map<string, Entry<S, R>>();
  readonly #hosts = new Map<string, ResponderHost<Entry<S, R>>>();
  readonly #schedule: Schedule<Entry<S, R>>;
  readonly #toOpen = new Queue<Entry<S, R>>();
  readonly #abort = new AbortController();
  #opening = 0;
  /** Those of them that wait for the network. */
  #aside = 0;
  #asking = 0;
  readonly #idle: (() => void)[] = [];
  #isPumping = false;
  /** All are being read, for the first time or because the clock was set. */
  #mustJudgeClock = true;

  constructor(options: KeeperOptions<S, R>) {
    this.#options = options;
    this.#attempts = new Attempts(options, this.#abort.signal);
    this.#schedule = new Schedule({
      clock: options.clock,
      due: () => this.#pump(),
      jumped: (byMs) => this.#reopenAll(byMs),
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Takes a certificate on. One that is kept already gets the new subject and is read again, so that new files get its
   * staple.
   *
   * @param key SHA-256 of the certificate as hex.
   * @param label what it is called in events.
   */
  add(key: string, label: string, subject: S): void {
    const known = this.#entries.get(key);
    if (known) {
      known.label = label;
      known.subject = subject;
      this.#reopen(known);
    } else {
      const entry = new Entry<S, R>(key, label, subject);
      this.#entries.set(key, entry);
      this.#toOpen.push(entry);
    }
    this.#pumpSoon();
  }

  /** Lets a certificate go that is no longer there; its files stay as they are. */
  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.isKept = false;
    this.#entries.delete(key);
    this.#schedule.heap.remove(entry);
    this.#passOn(entry);
    entry.asked?.forEach((settle) => settle(new Error('the certificate is gone')));
    const message = 'no file holds this certificate any more';
    this.#options.report({ type: 'let-go', certificate: entry.label, reason: 'gone', message });
    this.#pumpSoon();
  }

  /**
   * Asks for one now, whatever was planned, even one that was let go; several calls are one request.
   *
   * @returns its state after that.
   * @throws what the attempt failed with, and an Error for a certificate that is not kept.
   */
  async refresh(key: string): Promise<CertificateView> {
    const entry = this.#entries.get(key);
    if (!entry || this.#abort.signal.aborted) throw new Error('the certificate is not kept here');
    await new Promise<void>((resolve, reject) => {
      entry.asked ??= [];
      entry.asked.push((error) => (error === undefined ? resolve() : reject(error)));
      // What is under way, or waits to be read, sees to it at its end.
      if (entry.phase === 'asking' || (entry.phase === 'closed' && entry.place === -1)) return;
      if (entry.phase !== 'closed') entry.phase = 'waiting';
      entry.attemptAt = this.#options.clock.now();
      this.#place(entry);
      this.#pumpSoon();
    });
    return this.#view(entry);
  }

  *views(): Generator<CertificateView> {
    for (const entry of this.#entries.values()) yield this.#view(entry);
  }

  view(key: string): CertificateView | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#view(entry);
  }

  #view(entry: Entry<S, R>): CertificateView {
    return viewOf(entry, this.#options.filesOf(entry.subject), this.#options.clock.now());
  }

  /** Begins nothing more, gives up what waits for the network, and resolves when everything that is being written is. */
  async stop(): Promise<void> {
    if (!this.#abort.signal.aborted) {
      this.#abort.abort();
      this.#schedule.stop();
      for (const entry of this.#entries.values()) {
        if (entry.phase === 'asking') continue;
        entry.asked?.forEach((settle) => settle(new Error('the keeper is stopping')));
        entry.asked = undefined;
      }
    }
    if (this.#opening + this.#asking > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Many are added or moved in one breath: the heap is looked at once after them. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#abort.signal.aborted) {
      if (this.#opening + this.#asking === 0) for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const { heap } = this.#schedule;
    const now = this.#options.clock.now();
    while (heap.nextAt <= now) {
      const entry = heap.peek();
      if (entry === undefined) break;
      if (entry.phase === 'closed') {
        heap.remove(entry);
        this.#toOpen.push(entry);
        continue;
      }
      if (entry.watchAt <= now) {
        this.#attempts.watch(entry, now);
        if (entry.phase === 'over') this.#passOn(entry);
      }
      if (isWaiting(entry) && entry.attemptAt <= now) {
        if (this.#asking >= this.#options.requests) break;
        this.#ask(entry, now);
      }
      this.#place(entry);
    }
    while (this.#opening - this.#aside < OPEN_AT_ONCE) {
      const entry = this.#toOpen.shift();
      if (entry === undefined) break;
      if (entry.isKept && entry.phase === 'closed') void this.#open(entry);
    }
    if (this.#mustJudgeClock && this.#opening === 0 && this.#toOpen.length === 0) this.#judgeClock(now);
    this.#schedule.arm(this.#asking >= this.#options.requests ? FULL_WAIT_MS : 0);
  }

  /** A board without a battery begins in 1970: nothing would be fetched, and nothing would say why. */
  #judgeClock(now: number): void {
    let first: Entry<S, R> | undefined;
    for (const entry of this.#entries.values())
      if (entry.isOpened && (!first || entry.notBefore < first.notBefore)) first = entry;
    if (!first) return;
    this.#mustJudgeClock = false;
    const { notBefore, label: certificate } = first;
    if (now + SKEW_MS < notBefore) this.#options.report({ type: 'clock-wrong', now, notBefore, certificate });
  }

  async #open(entry: Entry<S, R>): Promise<void> {
    this.#opening += 1;
    entry.phase = 'asking';
    let isAside = false;
    await this.#attempts.open(entry, () => {
      if (isAside) return;
      isAside = true;
      this.#aside += 1;
      this.#pumpSoon();
    });
    this.#opening -= 1;
    if (isAside) this.#aside -= 1;
    this.#settled(entry);
  }

  #ask(entry: Entry<S, R>, now: number): void {
    const isByHand = entry.asked !== undefined;
    const { unwritten } = entry;
    if (unwritten && now >= unwritten.validUntil) entry.unwritten = undefined;
    else if (unwritten && !unwritten.isTried && !isByHand) {
      void this.#write(entry);
      return;
    }
    const gate = this.#gateOf(entry);
    if (isByHand || gate.isOpen(entry, now)) void this.#attempt(entry, gate);
    else this.#park(entry, gate, now);
  }

  /** It waits for others, but looks again when they have taken longer than its staple can bear. */
  #park(entry: Entry<S, R>, gate: ResponderGate<Entry<S, R>>, now: number): void {
    entry.attemptAt = now + this.#attempts.patienceOf(entry, now);
    if (entry.unwritten) {
      // A disk does not wait for a responder.
      entry.unwritten.isTried = false;
      this.#passOn(entry);
      return;
    }
    if (gate.park(entry, this.#latest(entry, gate, now), now)) this.#call(entry, now);
  }

  async #attempt(entry: Entry<S, R>, gate: ResponderGate<Entry<S, R>>): Promise<void> {
    this.#asking += 1;
    entry.phase = 'asking';
    gate.enter(entry);
    const error = await this.#attempts.ask(entry, gate.isGone);
    this.#asking -= 1;
    if (!this.#abort.signal.aborted) this.#book(entry, gate, error);
    this.#settled(entry);
  }

  async #write(entry: Entry<S, R>): Promise<void> {
    this.#asking += 1;
    entry.phase = 'asking';
    await this.#attempts.write(entry);
    this.#asking -= 1;
    this.#settled(entry);
  }

  #book(entry: Entry<S, R>, gate: ResponderGate<Entry<S, R>>, error: unknown): void {
    const { clock, report } = this.#options;
    const now = clock.now();
    const { responder } = entry;
    const { isDown, waiting, downSince } = gate;
    const issuer = gate.issuer.name;
    switch (signOf(error)) {
      case 'down': {
        const nextAt = now + this.#attempts.pauseAfter(entry, gate.failures + 1, error);
        if (gate.failed(entry, now, nextAt))
          report({ type: 'responder-down', responder, issuer, message: complaintOf(error).message });
        break;
      }
      case 'up': {
        // A stranger has no key to sign what is verified; any path of a host may say no.
        if (error === undefined) gate.prove();
        const waited = gate.succeeded(entry);
        if (isDown && !gate.isDown)
          report({ type: 'responder-back', responder, issuer, afterMs: now - downSince, waiting });
        for (const one of waited) this.#advance(one, now);
        break;
      }
      case 'none':
    }
    for (const next of gate.leave(entry)) this.#call(next, now);
    this.#tidy(responder, gate);
  }

  /** Its responder is back: the rest of its wait is for nothing. */
  #advance(entry: Entry<S, R>, now: number): void {
    if (!entry.isKept || entry.phase !== 'waiting' || entry.attemptAt <= now) return;
    entry.attemptAt = now;
    this.#place(entry);
  }

  /** It comes to the door: now, or at the time for which it was called. */
  #call(entry: Entry<S, R>, now: number): void {
    if (!entry.isKept || !isWaiting(entry)) return;
    entry.phase = 'waiting';
    const gate = this.#gateOf(entry);
    const calledAt = gate.calledAt(entry);
    entry.attemptAt = calledAt === undefined ? now : Math.min(calledAt, this.#latest(entry, gate, now));
    this.#place(entry);
  }

  /** When its responder must have been asked again for its sake: anybody's try is as good as its own. */
  #latest(entry: Entry<S, R>, gate: ResponderGate<Entry<S, R>>, now: number): number {
    const { triedAt } = gate;
    return Math.max(now, triedAt + this.#attempts.patienceOf(entry, triedAt));
  }

  /** An attempt or a reading is over, whatever came of it. */
  #settled(entry: Entry<S, R>): void {
    if (entry.isKept) {
      if (entry.mustReopen) {
        entry.mustReopen = false;
        entry.phase = 'closed';
        entry.attemptAt = 0;
      }
      if (entry.phase !== 'waiting') this.#passOn(entry);
      this.#place(entry);
    }
    this.#pump();
  }

  /** If it was the one that asks next for all, another takes its place. */
  #passOn(entry: Entry<S, R>): void {
    const gate = this.#hosts.get(entry.responder)?.gate(entry.issuer);
    if (!gate) return;
    for (const next of gate.forget(entry)) this.#call(next, this.#options.clock.now());
    this.#tidy(entry.responder, gate);
  }

  #tidy(responder: string, gate: ResponderGate<Entry<S, R>>): void {
    const host = this.#hosts.get(responder);
    if (!host || !gate.isIdle) return;
    if (host.size > MOST_IDLE) host.drop(gate);
    if (this.#hosts.size > MOST_IDLE && host.isIdle) this.#hosts.delete(responder);
  }

  #place(entry: Entry<S, R>): void {
    const watchAt = entry.phase === 'closed' ? Infinity : entry.watchAt;
    const isDue = entry.phase === 'closed' || isWaiting(entry);
    this.#schedule.heap.set(entry, Math.min(watchAt, isDue ? entry.attemptAt : Infinity));
  }

  #reopen(entry: Entry<S, R>): void {
    if (entry.phase === 'asking') {
      entry.mustReopen = true;
      return;
    }
    if (entry.phase === 'closed' && entry.place === -1) return;
    this.#passOn(entry);
    entry.phase = 'closed';
    this.#schedule.heap.remove(entry);
    this.#toOpen.push(entry);
  }

  /** Every moment that was reckoned by the old clock is reckoned anew, from what is on disk. */
  #reopenAll(byMs: number): void {
    this.#options.report({ type: 'clock-jumped', byMs });
    this.#mustJudgeClock = true;
    const now = this.#options.clock.now();
    for (const { gates } of this.#hosts.values()) for (const gate of gates) gate.clockSet(byMs, now);
    for (const entry of this.#entries.values()) this.#reopen(entry);
  }

  #gateOf({ responder, issuer }: Entry<S, R>): ResponderGate<Entry<S, R>> {
    let host = this.#hosts.get(responder);
    if (!host) {
      host = new ResponderHost(responder, this.#options.requestsPerResponder);
      this.#hosts.set(responder, host);
    }
    return host.gateOf(issuer);
  }
}

const isWaiting = ({ phase }: Entry<unknown, unknown>): boolean => phase === 'waiting' || phase === 'parked';
