/** What is done with one certificate when its time has come: opened, asked about, its staple kept, its state judged. */
import { retryAfterOf } from '../http/retry-policy.ts';
import { requireGood } from '../ocsp/require-good.ts';
import { retryLimitMs, retryWaitMs } from '../staple/backoff.ts';
import { type Life, type Policy, lifeUsed } from '../staple/policy.ts';
import { LATEST, refreshAt, shareOf, unchangedAt } from '../staple/refresh-policy.ts';
import { type Entry, NO_ISSUER, NO_VALIDATORS } from './entry.ts';
import { ON_HOLD_MS, resume } from './next-attempt.ts';
import type { KeeperOptions } from './options.ts';
import { refuseOverRevocation, revocationOf } from './revocation.ts';
import { complaintOf, isPassing, signOf } from './trouble.ts';
import { Vigil } from './vigil.ts';
import type { Answer, Complaint, Kept, Opened, Revocation, Validators } from './work.ts';

/** A failure that goes on for days is told again now and then: at 64 in a row, at 128 … */
const TOLD_AGAIN_FROM = 64;

export class Attempts<S, R> {
  readonly #options: KeeperOptions<S, R>;
  readonly #vigil: Vigil<S, R>;
  readonly #signal: AbortSignal;

  constructor(options: KeeperOptions<S, R>, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#vigil = new Vigil(options);
  }

  /** Reads what is on disk. Never throws. @param aside as for `Work`. */
  async open(entry: Entry<S, R>, aside: () => void): Promise<void> {
    const { work, clock, report } = this.#options;
    try {
      const opened = await work.open(entry.subject, aside);
      if (!this.#goesOn(entry)) throw new Error('the keeper is stopping');
      for (const { path, message } of opened.damaged)
        report({ type: 'damaged', certificate: entry.label, path, message });
      this.#opened(entry, opened);
      if (entry.asked === undefined) return;
      entry.phase = 'waiting';
      entry.attemptAt = clock.now();
    } catch (error) {
      entry.phase = 'closed';
      if (this.#goesOn(entry)) this.#failed(entry, error);
      this.#settle(entry, error);
    }
  }

  /**
   * Asks the responder. Never throws.
   *
   * @param isDown nobody is answered there: that was told, and is not told of each.
   * @returns what it failed with.
   */
  async ask(entry: Entry<S, R>, isDown: boolean): Promise<unknown> {
    let failure: unknown;
    try {
      const answer = await this.#options.work.ask(entry.subject, this.#knownOf(entry), this.#signal);
      if (entry.isKept) await this.#answered(entry, answer);
    } catch (error) {
      failure = error;
      if (this.#goesOn(entry)) this.#failed(entry, error, isDown && signOf(error) === 'down');
    }
    entry.phase = this.#restOf(entry);
    this.#settle(entry, failure);
    return failure;
  }

  /** Writes what could not be written before. Never throws. */
  async write(entry: Entry<S, R>): Promise<void> {
    const { work, clock } = this.#options;
    const { unwritten } = entry;
    try {
      if (unwritten?.response === undefined) {
        const opened = await work.open(entry.subject);
        if (this.#goesOn(entry)) this.#opened(entry, opened);
      } else this.#kept(entry, await work.keep(entry.subject, unwritten.response), undefined);
    } catch (error) {
      if (this.#goesOn(entry)) this.#failed(entry, error);
    }
    const now = clock.now();
    if (entry.unwritten && entry.unwritten.askAt <= now) {
      entry.unwritten.isTried = true;
      entry.attemptAt = now;
    }
    entry.phase = this.#restOf(entry);
  }

  /** Looks at the state of an entry without asking anybody. */
  watch(entry: Entry<S, R>, now: number): void {
    this.#vigil.look(entry, now);
  }

  /** How long after `at` it can wait for another to try in its place. */
  patienceOf(entry: Entry<S, R>, at: number): number {
    const remainingMs = entry.staple ? entry.staple.validUntil - at : 0;
    return retryLimitMs({ temporary: true, remainingMs }, this.#policyOf(entry));
  }

  /** How long nobody asks a responder that failed so many times in a row, this time for this certificate. */
  pauseAfter(entry: Entry<S, R>, failures: number, error: unknown): number {
    const { clock, random } = this.#options;
    const remainingMs = entry.staple ? entry.staple.validUntil - clock.now() : 0;
    const failure = { failures, temporary: true, remainingMs, retryAfterMs: retryAfterOf(error) };
    return retryWaitMs(failure, random(), this.#policyOf(entry));
  }

  #opened(entry: Entry<S, R>, opened: Opened): void {
    const now = this.#options.clock.now();
    const { staple, memory, published, unwritten } = opened;
    const missed = entry.staple === undefined ? entry.missingSince : 0;
    entry.isOpened = true;
    entry.responder = opened.responder ?? '';
    entry.issuer = opened.issuer ?? NO_ISSUER;
    entry.silence = opened.silence;
    entry.mustStaple = opened.mustStaple;
    entry.notBefore = opened.notBefore;
    entry.notAfter = opened.notAfter;
    entry.staple = staple && lifeOf(staple);
    entry.missingSince = staple ? 0 : missed > 0 && missed <= now ? missed : now;
    entry.validators = validatorsOf(memory);
    entry.revoked = memory?.revoked;
    if (staple && published.length > 0) this.#published(entry, published, staple.validUntil);

    const before = Math.max(entry.failures, memory?.failures ?? 0);
    const resumed = resume(opened, now, shareOf(entry.key), this.#policyOf(entry));
    entry.attemptAt = resumed.attemptAt;
    entry.failures = resumed.failures;
    entry.hasFailed = resumed.failures > 0;
    entry.error = resumed.failures > 0 || entry.revoked ? pastOf(memory?.error, now) : undefined;
    entry.phase = this.#restOf(entry);
    this.#vigil.begin(entry, now);
    const askAt = entry.unwritten?.askAt ?? resumed.attemptAt;
    if (entry.unwritten?.response === undefined) entry.unwritten = undefined;
    if (!unwritten || !staple || entry.phase === 'over') return;
    entry.unwritten ??= {
      ...lifeOf(staple),
      response: undefined,
      error: unwritten,
      inPlaceUntil: 0,
      askAt,
      isTried: false,
    };
    entry.failures = before;
    this.#failed(entry, unwritten);
  }

  async #answered(entry: Entry<S, R>, answer: Answer<R>): Promise<void> {
    const { clock, report, work } = this.#options;
    const { certStatus, responder } = answer;
    const now = clock.now();
    const held = entry.staple && now < entry.staple.validUntil ? entry.staple : undefined;
    const { unwritten } = entry;
    const revocation = revocationOf(answer);
    // A hold that is older than a good answer was lifted; a cache still has it.
    const isPast = revocation?.onHold === true && held !== undefined && !isNewer(answer, held);
    if (revocation && !isPast) {
      this.#revoked(entry, answer, revocation);
      return;
    }
    if (!revocation) {
      requireGood(certStatus);
      if (entry.revoked) refuseOverRevocation(entry.revoked, answer.thisUpdate, entry.asked !== undefined);
      entry.revoked = undefined;
    }
    if (held && (answer.notModified || !isNewer(answer, held))) {
      if (!isPast) entry.validators = validatorsOf(answer);
      const nextAt = Math.max(this.#dueAt(entry, held), unchangedAt(held, now, answer.freshForMs));
      const { validUntil } = held;
      report({ type: 'unchanged', certificate: entry.label, responder, validUntil, nextAt });
      if (unwritten) {
        unwritten.askAt = nextAt;
        this.#failed(entry, unwritten.error);
      } else this.#succeeded(entry, nextAt);
      return;
    }
    const isBetter = unwritten && now < unwritten.validUntil && !isNewer(answer, unwritten);
    if (isBetter && unwritten.response !== undefined) {
      unwritten.askAt = unchangedAt(unwritten, now, answer.freshForMs);
      this.#kept(entry, await work.keep(entry.subject, unwritten.response), undefined);
    } else this.#kept(entry, await work.keep(entry.subject, answer.response), answer);
  }

  /** @param answer absent when it was given before and could not be written then. */
  #kept(entry: Entry<S, R>, kept: Kept, answer: Answer<R> | undefined): void {
    const { clock, report } = this.#options;
    const { staple } = kept;
    if (kept.unwritten) {
      // What reached servers has to be told, whatever else could not be written.
      if (kept.published.length > 0) this.#published(entry, kept.published, staple.validUntil);
      if (answer) {
        entry.unwritten = {
          ...lifeOf(answer),
          response: answer.response,
          error: kept.unwritten,
          inPlaceUntil: entry.unwritten?.inPlaceUntil ?? entry.staple?.validUntil ?? 0,
          askAt: this.#dueAt(entry, answer),
          isTried: false,
        };
      }
      throw kept.unwritten;
    }
    const now = clock.now();
    entry.unwritten = undefined;
    entry.staple = lifeOf(staple);
    entry.missingSince = 0;
    // Not before: of a response that is not in its place, nobody may be told that it has not changed.
    entry.validators = validatorsOf(answer);
    // What a cache held back may be past its middle already: then it is as good as unchanged.
    const dueAt = this.#dueAt(entry, staple);
    const nextAt = dueAt > now || !answer ? dueAt : unchangedAt(staple, now, answer.freshForMs);
    const { failures, label: certificate } = entry;
    const { thisUpdate, validUntil } = staple;
    const responder = answer?.responder ?? entry.responder;
    report({ type: 'fetched', certificate, responder, thisUpdate, validUntil, nextAt, failures });
    if (kept.published.length > 0) this.#published(entry, kept.published, validUntil);
    this.#succeeded(entry, nextAt, answer !== undefined);
  }

  /** @param isNews it has a staple that it did not have before. */
  #succeeded(entry: Entry<S, R>, nextAt: number, isNews = false): void {
    const { clock, report } = this.#options;
    const wasTold = entry.told !== undefined || entry.alarm !== undefined;
    entry.attemptAt = nextAt;
    entry.failures = 0;
    entry.error = undefined;
    entry.told = undefined;
    if (isNews) this.#vigil.renewed(entry, clock.now());
    else this.#vigil.begin(entry, clock.now());
    if (wasTold && entry.alarm === undefined && entry.staple) {
      report({ type: 'recovered', certificate: entry.label, validUntil: entry.staple.validUntil });
    }
    this.#remember(entry);
  }

  /** @param isOfAll it is no news that this one fails, too. */
  #failed(entry: Entry<S, R>, error: unknown, isOfAll = false): void {
    const { clock, random, report } = this.#options;
    const now = clock.now();
    const { staple, unwritten } = entry;
    const remainingMs = staple ? staple.validUntil - now : 0;
    const complaint = complaintOf(error);
    const isOfDisk = complaint.code === 'output-unwritable';
    entry.failures += 1;
    if (!staple && entry.missingSince === 0) entry.missingSince = now;
    entry.error = { code: complaint.code, message: complaint.message, at: now };
    const { failures } = entry;
    const waitMs = retryWaitMs(
      {
        failures,
        temporary: isPassing(complaint.code),
        remainingMs: isOfDisk && unwritten ? unwritten.inPlaceUntil - now : remainingMs,
        retryAfterMs: retryAfterOf(error),
      },
      random(),
      this.#policyOf(entry),
    );
    entry.attemptAt = now + waitMs;
    if (unwritten) unwritten.isTried = false;
    if (unwritten && !isOfDisk) unwritten.askAt = entry.attemptAt;
    const isRound = failures >= TOLD_AGAIN_FROM && (failures & (failures - 1)) === 0;
    if (!isOfAll && (entry.told !== complaint.code || isRound)) {
      entry.told = complaint.code;
      const { label: certificate, attemptAt: nextAt } = entry;
      const validUntil = remainingMs > 0 && staple ? { validUntil: staple.validUntil } : {};
      report({ type: 'failed', certificate, ...complaint, failures, nextAt, ...validUntil });
    }
    this.#vigil.look(entry, now);
    this.#remember(entry);
  }

  #revoked(entry: Entry<S, R>, answer: Answer<R>, revocation: Revocation): void {
    const { clock, report } = this.#options;
    const now = clock.now();
    const { message } = revocation;
    const isNews = entry.revoked === undefined;
    entry.revoked = revocation;
    entry.unwritten = undefined;
    entry.failures = 0;
    entry.error = { code: 'certificate-revoked', message, at: now };
    entry.attemptAt = Math.max(now + ON_HOLD_MS, this.#dueAt(entry, answer));
    if (isNews) {
      const { label: certificate, staple } = entry;
      const validUntil = staple && now < staple.validUntil ? { validUntil: staple.validUntil } : {};
      report({ type: 'revoked', certificate, message, ...validUntil });
    }
    this.#vigil.begin(entry, now);
    this.#remember(entry);
  }

  #published(entry: Entry<S, R>, files: readonly string[], validUntil: number): void {
    this.#options.report({ type: 'published', certificate: entry.label, files, validUntil });
  }

  #settle(entry: Entry<S, R>, failure: unknown): void {
    const { asked } = entry;
    entry.asked = undefined;
    asked?.forEach((settle) => settle(failure));
  }

  #goesOn(entry: Entry<S, R>): boolean {
    return entry.isKept && !this.#signal.aborted;
  }

  /** What it does when nothing is under way for it. */
  #restOf({ revoked, silence, notAfter }: Entry<S, R>): 'waiting' | 'over' {
    const isFinal = revoked !== undefined && !revoked.onHold;
    return isFinal || silence !== undefined || this.#options.clock.now() >= notAfter ? 'over' : 'waiting';
  }

  /**
   * What is kept must be there, or "not modified" would be an answer about nothing. And late in its life it is not
   * believed: an ETag of something else, whatever made it so, would let the staple run out.
   */
  #knownOf({ staple, validators }: Entry<S, R>): Validators {
    return staple && lifeUsed(staple, this.#options.clock.now()) < LATEST ? validators : NO_VALIDATORS;
  }

  #dueAt(entry: Entry<S, R>, life: Life): number {
    return refreshAt(life, shareOf(entry.key), this.#policyOf(entry));
  }

  #policyOf({ subject }: Entry<S, R>): Policy {
    return this.#options.policyOf(subject);
  }

  #remember({ subject, attemptAt, failures, validators, error, revoked }: Entry<S, R>): void {
    const { etag, lastModified } = validators;
    this.#options.work.remember(subject, { attemptAt, failures, etag, lastModified, error, revoked });
  }
}

/** No more of it is kept than this, whatever else the world's object holds. */
const lifeOf = ({ thisUpdate, validUntil }: Life): Life => ({ thisUpdate, validUntil });

/** One object for all who have none: there may be a million. */
function validatorsOf(of: Validators | undefined): Validators {
  const { etag, lastModified } = of ?? NO_VALIDATORS;
  return etag === undefined && lastModified === undefined ? NO_VALIDATORS : { etag, lastModified };
}

/** By a clock that was ahead it failed tomorrow: whoever counts from then on waits until then. */
function pastOf(error: Complaint | undefined, now: number): Complaint | undefined {
  return error && error.at > now ? { code: error.code, message: error.message, at: now } : error;
}

const isNewer = (answer: Life, held: Life): boolean =>
  answer.thisUpdate > held.thisUpdate ||
  (answer.thisUpdate === held.thisUpdate && answer.validUntil > held.validUntil);
