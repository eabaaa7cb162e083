/** What is done with one certificate when its time has come: opened, asked about, its staple kept, its state judged. */
import { ResponseError } from '../errors.ts';
import { requireGood } from '../ocsp/require-good.ts';
import { retryLimitMs, retryWaitMs } from '../staple/backoff.ts';
import type { Policy } from '../staple/policy.ts';
import { refreshAt, shareOf, unchangedAt } from '../staple/refresh-policy.ts';
import type { Entry } from './entry.ts';
import type { KeeperOptions } from './options.ts';
import { resume } from './next-attempt.ts';
import { complaintOf, isPassing, retryAfterOf } from './trouble.ts';
import { Vigil } from './vigil.ts';
import type { Answer, Kept, Opened } from './work.ts';

/** A failure that goes on for days is told again now and then: at 64 in a row, at 128 … */
const TOLD_AGAIN_FROM = 64;
/** A certificate on hold may be released (RFC 5280 section 5.3.1); nobody waits for the minute. */
const ON_HOLD_MS = 3_600_000;

export class Attempts<S, R> {
  readonly #options: KeeperOptions<S, R>;
  readonly #vigil: Vigil<S, R>;
  readonly #signal: AbortSignal;

  constructor(options: KeeperOptions<S, R>, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#vigil = new Vigil(options);
  }

  /** Reads what is on disk. Never throws. */
  async open(entry: Entry<S, R>): Promise<void> {
    try {
      const opened = await this.#options.work.open(entry.subject);
      if (entry.isKept && !this.#signal.aborted) this.#opened(entry, opened);
    } catch (error) {
      if (!entry.isKept || this.#signal.aborted) return;
      entry.phase = 'closed';
      this.#failed(entry, error);
    }
  }

  /** Asks the responder, or writes what it gave before. Never throws. @returns what it failed with. */
  async ask(entry: Entry<S, R>): Promise<unknown> {
    const { work } = this.#options;
    const { unwritten } = entry;
    let failure: unknown;
    try {
      if (unwritten && this.#options.clock.now() < unwritten.validUntil)
        this.#kept(entry, await work.keep(entry.subject, unwritten.response), undefined);
      else {
        const answer = await work.ask(entry.subject, entry.validators, this.#signal);
        if (entry.isKept) await this.#answered(entry, answer);
      }
    } catch (error) {
      failure = error;
      if (entry.isKept && !this.#signal.aborted) this.#failed(entry, error);
    }
    if (entry.phase === 'asking') entry.phase = 'waiting';
    const { asked } = entry;
    entry.asked = undefined;
    asked?.forEach((settle) => settle(failure));
    return failure;
  }

  /** Looks at the state of an entry without asking anybody. */
  watch(entry: Entry<S, R>, now: number): void {
    this.#vigil.look(entry, now);
  }

  /** How long it can wait for another to try in its place. */
  patienceOf(entry: Entry<S, R>, now: number): number {
    const remainingMs = entry.staple ? entry.staple.validUntil - now : 0;
    return retryLimitMs({ failures: entry.failures, temporary: true, remainingMs }, this.#policyOf(entry));
  }

  #opened(entry: Entry<S, R>, opened: Opened): void {
    const { clock, report } = this.#options;
    const now = clock.now();
    const { staple, memory } = opened;
    entry.isOpened = true;
    entry.responder = opened.responder ?? '';
    entry.silence = opened.silence;
    entry.mustStaple = opened.mustStaple;
    entry.notAfter = opened.notAfter;
    entry.staple = staple;
    entry.missingSince = staple ? 0 : now;
    entry.validators = { etag: memory?.etag, lastModified: memory?.lastModified };
    entry.revoked = memory?.revoked;
    for (const { path, message } of opened.damaged)
      report({ type: 'damaged', certificate: entry.label, path, message });
    if (staple && opened.published.length > 0) this.#published(entry, opened.published, staple.validUntil);

    const resumed = resume(opened, now, shareOf(entry.key), this.#policyOf(entry));
    entry.attemptAt = resumed.attemptAt;
    entry.failures = resumed.failures;
    entry.error = resumed.failures > 0 ? memory?.error : undefined;
    entry.phase = 'waiting';
    if (entry.revoked && !entry.revoked.onHold) entry.phase = 'over';
    this.#vigil.begin(entry, now);
    if (opened.unwritten && entry.phase === 'waiting') {
      entry.phase = 'closed';
      this.#failed(entry, opened.unwritten);
    }
  }

  async #answered(entry: Entry<S, R>, answer: Answer<R>): Promise<void> {
    const { clock, report, work } = this.#options;
    const { certStatus, responder } = answer;
    if (certStatus.type === 'revoked') {
      this.#revoked(entry, answer);
      return;
    }
    requireGood(certStatus);
    refuseOverRevocation(entry, answer);
    entry.validators = { etag: answer.etag, lastModified: answer.lastModified };
    const now = clock.now();
    const held = entry.staple && now < entry.staple.validUntil ? entry.staple : undefined;
    if (held && (answer.notModified || !isNewer(answer, held))) {
      const nextAt = Math.max(this.#refreshAt(entry), unchangedAt(held, now, answer.freshForMs));
      report({
        type: 'unchanged',
        certificate: entry.label,
        responder,
        validUntil: held.validUntil,
        nextAt,
      });
      this.#succeeded(entry, nextAt);
      return;
    }
    this.#kept(entry, await work.keep(entry.subject, answer.response), answer);
  }

  /** @param answer absent when it was given before and could not be written then. */
  #kept(entry: Entry<S, R>, kept: Kept, answer: Answer<R> | undefined): void {
    const { clock, report } = this.#options;
    const { staple } = kept;
    if (kept.unwritten) {
      if (answer) entry.unwritten = { response: answer.response, validUntil: answer.validUntil };
      throw kept.unwritten;
    }
    const now = clock.now();
    entry.unwritten = undefined;
    entry.revoked = undefined;
    entry.staple = staple;
    entry.missingSince = 0;
    // What a cache held back may be past its middle already: then it is as good as unchanged.
    const dueAt = this.#refreshAt(entry);
    const nextAt = dueAt > now ? dueAt : unchangedAt(staple, now, answer?.freshForMs ?? 0);
    const { failures, label: certificate, responder } = entry;
    const { thisUpdate, validUntil } = staple;
    report({
      type: 'fetched',
      certificate,
      responder: answer?.responder ?? responder,
      thisUpdate,
      validUntil,
      nextAt,
      failures,
    });
    if (kept.published.length > 0) this.#published(entry, kept.published, validUntil);
    this.#succeeded(entry, nextAt);
  }

  #succeeded(entry: Entry<S, R>, nextAt: number): void {
    const { clock, report } = this.#options;
    const now = clock.now();
    const wasTold = entry.told !== undefined || entry.alarm !== undefined;
    entry.attemptAt = nextAt;
    entry.failures = 0;
    entry.error = undefined;
    entry.told = undefined;
    this.#vigil.begin(entry, now);
    if (wasTold && entry.alarm === undefined && entry.staple) {
      report({ type: 'recovered', certificate: entry.label, validUntil: entry.staple.validUntil });
    }
    this.#remember(entry);
  }

  #failed(entry: Entry<S, R>, error: unknown): void {
    const { clock, random, report } = this.#options;
    const now = clock.now();
    const { staple } = entry;
    const remainingMs = staple ? staple.validUntil - now : 0;
    const complaint = complaintOf(error);
    entry.failures += 1;
    if (!staple && entry.missingSince === 0) entry.missingSince = now;
    entry.error = { ...complaint, at: now };
    const { failures } = entry;
    const temporary = isPassing(error);
    const failure = { failures, temporary, remainingMs, retryAfterMs: retryAfterOf(error) };
    entry.attemptAt = now + retryWaitMs(failure, random(), this.#policyOf(entry));
    const isRound = failures >= TOLD_AGAIN_FROM && (failures & (failures - 1)) === 0;
    if (entry.told !== complaint.code || isRound) {
      entry.told = complaint.code;
      const { label: certificate, attemptAt: nextAt } = entry;
      const validUntil = remainingMs > 0 && staple ? { validUntil: staple.validUntil } : {};
      report({ type: 'failed', certificate, ...complaint, failures, nextAt, ...validUntil });
    }
    this.#vigil.look(entry, now);
    this.#remember(entry);
  }

  #revoked(entry: Entry<S, R>, answer: Answer<R>): void {
    const { clock, report } = this.#options;
    const message = revocationMessage(answer);
    const onHold = answer.certStatus.type === 'revoked' && answer.certStatus.reason === CERTIFICATE_HOLD;
    const isNews = entry.revoked === undefined;
    entry.revoked = { since: answer.thisUpdate, onHold, message };
    entry.failures = 0;
    entry.error = { code: 'certificate-revoked', message, at: clock.now() };
    entry.phase = onHold ? 'waiting' : 'over';
    entry.attemptAt = Math.max(
      clock.now() + ON_HOLD_MS,
      refreshAt(answer, shareOf(entry.key), this.#policyOf(entry)),
    );
    if (isNews) {
      const { label: certificate, staple } = entry;
      report({
        type: 'revoked',
        certificate,
        message,
        ...(staple && { validUntil: staple.validUntil }),
      });
    }
    this.#vigil.begin(entry, clock.now());
    this.#remember(entry);
  }

  #published(entry: Entry<S, R>, files: readonly string[], validUntil: number): void {
    this.#options.report({ type: 'published', certificate: entry.label, files, validUntil });
  }

  #refreshAt(entry: Entry<S, R>): number {
    return entry.staple ? refreshAt(entry.staple, shareOf(entry.key), this.#policyOf(entry)) : 0;
  }

  #policyOf({ subject }: Entry<S, R>): Policy {
    return this.#options.policyOf(subject);
  }

  #remember({ subject, attemptAt, failures, validators, error, revoked }: Entry<S, R>): void {
    this.#options.work.remember(subject, { attemptAt, failures, ...validators, error, revoked });
  }
}

/** `certificateHold` of CRLReason (RFC 5280 section 5.3.1). */
const CERTIFICATE_HOLD = 6;

const isNewer = (answer: Answer<unknown>, held: { thisUpdate: number; validUntil: number }): boolean =>
  answer.thisUpdate > held.thisUpdate ||
  (answer.thisUpdate === held.thisUpdate && answer.validUntil > held.validUntil);

function revocationMessage({ certStatus }: Answer<unknown>): string {
  try {
    requireGood(certStatus);
    return '';
  } catch (error) {
    return complaintOf(error).message;
  }
}

/**
 * `good` after `revoked`: a cache that still has the old answer, or somebody who plays it back. Only a hold is ever
 * taken back, and only by something newer; anything else must be asked for by hand.
 */
function refuseOverRevocation<S, R>({ revoked, asked }: Entry<S, R>, { thisUpdate }: Answer<R>): void {
  if (!revoked) return;
  const mayBeLifted = revoked.onHold || asked !== undefined;
  if (mayBeLifted && thisUpdate > revoked.since) return;
  throw new ResponseError('certificate-revoked', `${revoked.message}; an older answer still calls it good`);
}
