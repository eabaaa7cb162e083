/**
 * The questions that came from outside and are kept fresh: as many as fit, for as long as somebody asks them. Each is
 * asked once when it is new; a keeper of its own sees to the rest.
 */
import type { Clock } from '../keeper/clock.ts';
import type { KeeperEvent } from '../keeper/events.ts';
import { Keeper } from '../keeper/keeper.ts';
import type { KeeperOptions } from '../keeper/options.ts';
import { type Answers, type Verified, mayFollow } from './answers.ts';
import type { KnownIssuers } from './known-issuers.ts';
import { type RelayedNote, parseRelayedNote } from './relayed-note.ts';
import { type RelayedSubject, relayedSubject } from './relayed-subject.ts';
import type { RelayedWork } from './relayed-work.ts';

/** The certificates of a large machine; more than that is somebody who makes up serial numbers. */
const MAX_KEPT = 10_000;
/** How many are looked at for the one that nobody asks for: a look at all would let each new question cost too much. */
const LOOK_AT = 64;
/** Servers ask before the answer they have is over, and no answer of a Web CA lives longer than ten days. */
const FORGOTTEN_MS = 10 * 86_400_000;
const SWEEP_MS = 3_600_000;

export interface RelayedQuestionsOptions extends Pick<
  KeeperOptions<RelayedSubject, Verified>,
  'clock' | 'random' | 'requests' | 'requestsPerResponder' | 'report'
> {
  readonly work: RelayedWork;
  readonly answers: Answers;
  readonly issuers: KnownIssuers;
}

/** These are about the certificates of this machine; who else asks here has monitoring of his own. */
const UNTOLD: ReadonlySet<KeeperEvent['type']> = new Set<KeeperEvent['type']>([
  'alarm',
  'recovered',
  'let-go',
  'published',
]);

export class RelayedQuestions {
  readonly #work: RelayedWork;
  readonly #answers: Answers;
  readonly #issuers: KnownIssuers;
  readonly #clock: Clock;
  readonly #keeper: Keeper<RelayedSubject, Verified>;
  /** By what they are looked up by; those that were looked at last are at the end. */
  readonly #kept = new Map<string, RelayedSubject>();
  /** From before a restart: their issuers were not met yet. */
  readonly #notes = new Set<RelayedNote>();
  #cancelSweep: (() => void) | undefined;

  constructor(options: RelayedQuestionsOptions) {
    const { answers, clock, issuers, work } = options;
    this.#work = work;
    this.#answers = answers;
    this.#issuers = issuers;
    this.#clock = clock;
    this.#keeper = new Keeper<RelayedSubject, Verified>({
      ...options,
      filesOf: () => [],
      policyOf: ({ issuer }) => issuer.settings.policy,
      report: (event) => {
        if (!UNTOLD.has(event.type)) options.report(event);
      },
    });
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Takes up what was asked before the last end of the process. */
  async load(): Promise<void> {
    const since = this.#clock.now() - FORGOTTEN_MS;
    for await (const key of this.#work.store.keys()) {
      const note = parseRelayedNote(this.#work.store.loadNote(key) ?? '');
      if (note && note.askedAt >= since && this.#notes.size < MAX_KEPT) this.#notes.add(note);
      else this.#work.store.forget(key);
    }
    this.issuerMet();
    this.#sweepLater();
  }

  /** One more issuer is known: some of what was remembered may be of it. */
  issuerMet(): void {
    for (const note of this.#notes) {
      const issuer = this.#issuers.find(note.certID);
      const subject = issuer && relayedSubject(note.certID, issuer, note.upstream);
      if (!subject) continue;
      this.#notes.delete(note);
      // One of the machine's own, by now.
      if (this.#answers.find(subject.certIDKey)?.keeper !== undefined) continue;
      const place = this.#answers.placeOf(subject.certIDKey);
      place.askedAt = Math.max(place.askedAt, note.askedAt);
      this.#add(subject);
    }
  }

  /** It was answered for the first time; it is kept fresh from now on. */
  async take(subject: RelayedSubject, response: Verified): Promise<void> {
    const place = this.#answers.find(subject.certIDKey);
    if (place?.verdict && !mayFollow(response.verdict, place.verdict)) return;
    await this.#work.keep(subject, response);
    // It became one of the machine's own meanwhile.
    if (this.#answers.find(subject.certIDKey)?.keeper === 'own') return;
    this.#work.remember(subject, { attemptAt: this.#clock.now(), failures: 0 });
    this.#add(subject);
  }

  find(certIDKey: string): RelayedSubject | undefined {
    return this.#kept.get(certIDKey);
  }

  /** Somebody else keeps it fresh from now on, and its answer stays. */
  release(certIDKey: string): void {
    const subject = this.#kept.get(certIDKey);
    if (!subject) return;
    this.#kept.delete(certIDKey);
    this.#keeper.remove(subject.key);
    this.#work.store.forget(subject.key);
  }

  async stop(): Promise<void> {
    this.#cancelSweep?.();
    await this.#keeper.stop();
  }

  #add(subject: RelayedSubject): void {
    while (this.#kept.size >= MAX_KEPT && !this.#kept.has(subject.certIDKey)) this.#drop(this.#leastWanted());
    this.#kept.set(subject.certIDKey, subject);
    this.#answers.placeOf(subject.certIDKey).keeper ??= 'relayed';
    this.#keeper.add(subject.key, subject.label, subject);
  }

  #leastWanted(): RelayedSubject {
    const looked: RelayedSubject[] = [];
    for (const subject of this.#kept.values()) {
      looked.push(subject);
      if (looked.length === LOOK_AT) break;
    }
    const least = looked.reduce((a, b) => (this.#askedAt(b) < this.#askedAt(a) ? b : a));
    for (const subject of looked) {
      this.#kept.delete(subject.certIDKey);
      this.#kept.set(subject.certIDKey, subject);
    }
    return least;
  }

  #drop({ certIDKey }: RelayedSubject): void {
    this.release(certIDKey);
    this.#answers.drop(certIDKey);
  }

  #askedAt({ certIDKey }: RelayedSubject): number {
    return this.#answers.find(certIDKey)?.askedAt ?? 0;
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#clock.setTimer(SWEEP_MS, () => {
      const since = this.#clock.now() - FORGOTTEN_MS;
      for (const subject of this.#kept.values()) if (this.#askedAt(subject) < since) this.#drop(subject);
      this.#sweepLater();
    });
  }
}
