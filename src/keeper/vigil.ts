/** Looks after the state of a certificate between attempts: its end, its staple's end, and the alarms before that. */
import { formatInstant } from '../der/time.ts';
import { formatDuration } from '../duration.ts';
import { type AlarmLevel, alarmAt, alarmTimes, missingTimes } from '../staple/alarm.ts';
import type { Entry } from './entry.ts';
import type { KeeperOptions } from './options.ts';

/** Longer than a try takes, with all its responders. */
const FIRST_TRY_MS = 60_000;

export class Vigil<S, R> {
  readonly #options: KeeperOptions<S, R>;

  constructor(options: KeeperOptions<S, R>) {
    this.#options = options;
  }

  /** The state of an entry has changed: alarms are given anew, and those that no longer hold are over. */
  begin(entry: Entry<S, R>, now: number): void {
    const before = entry.alarm;
    entry.alarm = undefined;
    this.#look(entry, now, before);
  }

  /**
   * The same when a new staple has come. A cache may have held it back: that it is old already is worth a word when the
   * next try brings nothing newer.
   */
  renewed(entry: Entry<S, R>, now: number): void {
    const before = entry.alarm;
    entry.alarm = undefined;
    this.#look(entry, now, before, entry.attemptAt + FIRST_TRY_MS);
  }

  look(entry: Entry<S, R>, now: number): void {
    this.#look(entry, now, entry.alarm);
  }

  /**
   * @param told the alarm that was told last.
   * @param mildUntil nobody is called before that for a warning.
   */
  #look(entry: Entry<S, R>, now: number, told: AlarmLevel | undefined, mildUntil = now): void {
    if (now >= entry.notAfter) {
      this.#expired(entry);
      return;
    }
    if (entry.silence !== undefined) {
      this.#silent(entry);
      return;
    }
    if (entry.told === 'expired' || entry.told === 'nothing to ask') entry.told = undefined;
    const { staple } = entry;
    if (staple && now >= staple.validUntil) {
      entry.staple = undefined;
      entry.missingSince = staple.validUntil;
      this.#raise(
        entry,
        'critical',
        `the staple ended at ${instant(staple.validUntil)}, and there is no newer one`,
      );
      entry.watchAt = entry.notAfter;
      return;
    }
    if (entry.revoked) {
      if (told !== 'critical') this.#raise(entry, 'critical', entry.revoked.message);
      entry.alarm = 'critical';
      entry.watchAt = Math.min(staple?.validUntil ?? Infinity, entry.notAfter);
      return;
    }
    const policy = this.#options.policyOf(entry.subject);
    const times = staple
      ? alarmTimes(staple, policy)
      : missingTimes(entry.missingSince, entry.mustStaple && entry.failures > 0);
    const { level, changesAt } = alarmAt(times, now);
    // After a night without power every staple is old, and most are new again a second later.
    if (level !== undefined && told === undefined && isAboutToBeAsked(entry, now)) {
      entry.watchAt = Math.min(now + FIRST_TRY_MS, staple?.validUntil ?? Infinity, entry.notAfter);
      return;
    }
    if (level === 'warning' && told === undefined && now < mildUntil) {
      entry.watchAt = Math.min(mildUntil, changesAt, staple?.validUntil ?? Infinity, entry.notAfter);
      return;
    }
    if (level !== undefined && RANK[level] > rankOf(told)) this.#raise(entry, level, this.#lack(entry, now));
    else entry.alarm = graver(level, entry.alarm);
    entry.watchAt = Math.min(changesAt, staple?.validUntil ?? Infinity, entry.notAfter);
  }

  #lack({ staple, mustStaple, error, responder }: Entry<S, R>, now: number): string {
    const why = error ? `: ${error.message}` : '';
    if (staple) {
      return `the staple ends in ${formatDuration(staple.validUntil - now)}, and no newer one is to be had${why}`;
    }
    const reason = why || `: others are before it at ${responder}, which was not asked about it yet`;
    return `no staple${mustStaple ? ', and clients refuse the certificate without one' : ''}${reason}`;
  }

  #raise(entry: Entry<S, R>, level: AlarmLevel, message: string): void {
    const { label: certificate, staple } = entry;
    entry.alarm = level;
    const validUntil = staple ? { validUntil: staple.validUntil } : {};
    this.#options.report({ type: 'alarm', certificate, level, message, ...validUntil });
  }

  #expired(entry: Entry<S, R>): void {
    entry.alarm = undefined;
    this.#letGo(entry, 'expired', `the certificate ended at ${instant(entry.notAfter)}`);
  }

  #silent(entry: Entry<S, R>): void {
    this.#letGo(entry, 'nothing to ask', entry.silence ?? '');
    entry.watchAt = entry.notAfter;
  }

  /** Told once, however often it is looked at. What is under way for it comes to its end. */
  #letGo(entry: Entry<S, R>, reason: 'expired' | 'nothing to ask', message: string): void {
    if (entry.phase !== 'asking') entry.phase = 'over';
    entry.watchAt = Infinity;
    if (entry.told === reason) return;
    entry.told = reason;
    this.#options.report({ type: 'let-go', certificate: entry.label, reason, message });
  }
}

const isAboutToBeAsked = ({ phase, failures, attemptAt }: Entry<unknown, unknown>, now: number): boolean =>
  phase === 'waiting' && failures === 0 && attemptAt <= now;

const RANK: Readonly<Record<AlarmLevel, number>> = { warning: 1, critical: 2 };

const graver = (a: AlarmLevel | undefined, b: AlarmLevel | undefined): AlarmLevel | undefined =>
  rankOf(a) > rankOf(b) ? a : b;

const rankOf = (level: AlarmLevel | undefined): number => (level === undefined ? 0 : RANK[level]);

const instant = (ms: number): string => formatInstant(new Date(ms));
