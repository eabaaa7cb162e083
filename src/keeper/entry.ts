/** One certificate in the keeper's memory: small, because there may be a million. Moments are milliseconds since 1970. */
import type { RestapleError } from '../errors.ts';
import type { AlarmLevel } from '../staple/alarm.ts';
import type { Life } from '../staple/policy.ts';
import type { Caller, Phase } from './caller.ts';
import type { Due } from './due-heap.ts';
import type { Complaint, Issuer, Revocation, Validators } from './work.ts';

/** A good response that is not in all of its places yet. */
export interface Unwritten<R> extends Life {
  /** Absent when it lies on disk, and is to be read from there. */
  readonly response: R | undefined;
  readonly error: RestapleError;
  /** The end of what all places are known to hold meanwhile; 0 when one may hold nothing. */
  readonly inPlaceUntil: number;
  /** When its successor is to be asked for, whether or not it could be written by then. */
  askAt: number;
  /** It could not be written just now, and its successor is due: that one is asked for before the next try. */
  isTried: boolean;
}

export class Entry<S, R> implements Due, Caller {
  readonly key: string;
  label: string;
  subject: S;
  phase: Phase = 'closed';
  /** False until it was read once. */
  isOpened: boolean = false;
  /** What is known of it changed while something was under way. */
  mustReopen: boolean = false;
  isKept: boolean = true;
  hasFailed: boolean = false;
  isQueued: boolean = false;

  place: number = -1;
  /** When the responder is to be asked. */
  attemptAt: number = 0;
  /** When the state of the staple or the certificate is to be looked at without asking. */
  watchAt: number = Infinity;

  staple: Life | undefined;
  validators: Validators = NO_VALIDATORS;
  responder: string = '';
  issuer: Issuer = NO_ISSUER;
  silence: string | undefined;
  mustStaple: boolean = false;
  notBefore: number = -Infinity;
  notAfter: number = Infinity;
  /** Since when there has been no staple, while there is none. */
  missingSince: number = 0;

  failures: number = 0;
  error: Complaint | undefined;
  /** The code of the failure that was told last, while it goes on. */
  told: string | undefined;
  alarm: AlarmLevel | undefined;
  revoked: Revocation | undefined;
  unwritten: Unwritten<R> | undefined;
  /** Somebody asked for it by hand. */
  asked: ((error?: unknown) => void)[] | undefined;

  constructor(key: string, label: string, subject: S) {
    this.key = key;
    this.label = label;
    this.subject = subject;
  }
}

export const NO_VALIDATORS: Validators = {};
/** Nobody is asked for its certificates. */
export const NO_ISSUER: Issuer = { key: '', name: '' };
