/** One certificate in the keeper's memory: small, because there may be a million. Moments are milliseconds since 1970. */
import type { AlarmLevel } from '../staple/alarm.ts';
import type { Life } from '../staple/policy.ts';
import type { Due } from './due-heap.ts';
import type { Complaint, Revocation, Validators } from './work.ts';

/**
 * `closed`: not read yet, or to be read again. `parked`: waits at its responder's door. `over`: nothing is asked for it,
 * and nothing will be, unless the clock is set back or somebody asks by hand.
 */
export type Phase = 'closed' | 'waiting' | 'parked' | 'asking' | 'over';

export class Entry<S, R> implements Due {
  readonly key: string;
  label: string;
  subject: S;
  phase: Phase = 'closed';
  /** False until it was read once. */
  isOpened: boolean = false;
  /** What is known of it changed while something was under way. */
  mustReopen: boolean = false;
  /** False when it was let go while something was under way for it. */
  isKept: boolean = true;

  dueAt: number = Infinity;
  place: number = -1;
  /** When the responder is to be asked. */
  attemptAt: number = 0;
  /** When the state of the staple or the certificate is to be looked at without asking. */
  watchAt: number = Infinity;

  staple: Life | undefined;
  validators: Validators = NO_VALIDATORS;
  responder: string = '';
  silence: string | undefined;
  mustStaple: boolean = false;
  notAfter: number = Infinity;
  /** Since when there has been no staple, while there is none. */
  missingSince: number = 0;

  failures: number = 0;
  error: Complaint | undefined;
  /** The code of the failure that was told last, while it goes on. */
  told: string | undefined;
  alarm: AlarmLevel | undefined;
  revoked: Revocation | undefined;
  /** A good response that could not be written yet. */
  unwritten: { readonly response: R; readonly validUntil: number } | undefined;
  /** Somebody asked for it by hand. */
  asked: ((error?: unknown) => void)[] | undefined;

  constructor(key: string, label: string, subject: S) {
    this.key = key;
    this.label = label;
    this.subject = subject;
  }
}

const NO_VALIDATORS: Validators = {};
