/** One file of one server, and what is to be done about it. */
import type { Due } from '../due-heap.ts';

export class Target {
  readonly file: string;
  /** The certificate file that the server knows it by. */
  certificate: string;
  /** The certificate whose staple lies in it, and what that is called in events. */
  key: string = '';
  label: string = '';
  /** SHA-256 of what was handed to the adapter last. */
  taken: string | undefined;
  /** SHA-256 of what lay in it when it was withdrawn: some servers want a file, whatever it holds. */
  withdrawn: string | undefined;
  /** SHA-256 of what the server did not bear. */
  refused: string | undefined;
  /** When what lies in it ends; `-Infinity` when nothing does. */
  validUntil: number = -Infinity;
  task: Task | undefined;
  /** By the monotonic clock: when that is tried. */
  dueAt: number = 0;
  /** In a row, and what was told of them. */
  failures: number = 0;
  told: string | undefined;
  /** While the keeper writes to it, nothing is done here. */
  writers: number = 0;
  /** What is being done with the file. */
  busy: Promise<unknown> | undefined;
  /** By the wall clock: when it has to be withdrawn. */
  readonly end: Appointment = new Appointment(this);
  readonly turn: Appointment = new Appointment(this);

  constructor(file: string, certificate: string) {
    this.file = file;
    this.certificate = certificate;
  }
}

/** A place of a target in a heap. */
export class Appointment implements Due {
  readonly target: Target;
  place: number = -1;

  constructor(target: Target) {
    this.target = target;
  }
}

export type Task =
  | {
      readonly kind: 'publish';
      readonly change: Change;
      /** The server did not bear it, and the file holds what was there before. */
      readonly isTakenBack?: boolean;
      /** A running server has read it already. */
      readonly isRead?: boolean;
      /** Done already, for a server that may have been loading meanwhile. */
      readonly isAgain?: boolean;
    }
  | { readonly kind: 'withdraw'; readonly message: string; readonly isAgain?: boolean };

/** What a file holds and the server has yet to read. */
export interface Change {
  /** Absent when it was withdrawn. */
  readonly der?: Buffer;
  readonly validUntil: number;
  /** What the server has read before, or nothing. */
  readonly previous: Buffer | undefined;
  /** The end of what the server has read before, in milliseconds since 1970. */
  readonly servedUntil: number;
}
