/**
 * What the keeper has done for it: reading, asking, writing. Real files and sockets behind it in the daemon, a world on
 * a virtual clock in the simulation; the keeper alone decides when, and what is better than what.
 */
import type { CertStatus } from '../ocsp/cert-status.ts';
import type { RestapleError } from '../errors.ts';
import type { Life } from '../staple/policy.ts';

/** By what a responder recognises what it gave before (RFC 9110 section 8.8). */
export interface Validators {
  readonly etag?: string | undefined;
  /** In milliseconds since 1970. */
  readonly lastModified?: number | undefined;
}

/** What is written down beside a staple, so that a restart neither forgets nor hurries. */
export interface Memory extends Validators {
  /** When it is to be asked for next. */
  readonly attemptAt: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly error?: Complaint | undefined;
  readonly revoked?: Revocation | undefined;
}

export interface Complaint {
  readonly code: RestapleError['code'];
  readonly message: string;
  readonly at: number;
}

export interface Revocation {
  /** The thisUpdate of the response that said so. */
  readonly since: number;
  /** `certificateHold` is the one reason that can be taken back (RFC 5280 section 5.3.1). */
  readonly onHold: boolean;
  readonly message: string;
}

export interface Damage {
  readonly path: string;
  readonly message: string;
}

/** Whose key signed a certificate, by which doors are told apart. One object for all certificates that share it. */
export interface Issuer {
  /** The issuerKeyHash of a CertID by SHA-1, as lower-case hex. */
  readonly key: string;
  /** For those who look: text from outside. */
  readonly name: string;
}

/** What is known of a certificate before anybody is asked. */
export interface Opened {
  /** The best staple in store and files, verified as of now. It is in all of them when `open` is done, or `unwritten` says why not. */
  readonly staple: Life | undefined;
  /** Files that got the staple just now. */
  readonly published: readonly string[];
  readonly unwritten: RestapleError | undefined;
  readonly damaged: readonly Damage[];
  readonly memory: Memory | undefined;
  /** Who is asked, for taking turns; `undefined` when there is nobody to ask, and `silence` says why. */
  readonly responder: string | undefined;
  /** Whose signature on the certificate was verified; `undefined` when nobody is asked. */
  readonly issuer: Issuer | undefined;
  readonly silence?: string;
  readonly mustStaple: boolean;
  /** The beginning and the end of the certificate. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A verified answer; `response` is opaque to the keeper. */
export interface Answer<R> extends Life, Validators {
  readonly certStatus: CertStatus;
  readonly responder: string;
  /** It is the staple that is kept. */
  readonly notModified: boolean;
  /** How long a cache on the way may give out the same, in milliseconds. */
  readonly freshForMs: number;
  readonly response: R;
}

export interface Kept {
  /** What is in place now: the response, or a better one that another process put there. */
  readonly staple: Life;
  /** Files that hold it now and did not before. */
  readonly published: readonly string[];
  /** The first of the places that could not be written. */
  readonly unwritten: RestapleError | undefined;
}

export type IsUnwanted = (file: string, der: Buffer) => boolean;

/**
 * `subject` is whatever names a certificate to the world. Every method may be called for many certificates at once, for
 * one certificate never twice at a time. What is thrown is a RestapleError, or a fault of restaple.
 */
export interface Work<S, R> {
  /**
   * @param aside called when it waits for the network from now on, and others may be opened meanwhile.
   * @param isUnwanted whether a file that lacks this staple is to be left as it is.
   */
  open(subject: S, aside?: () => void, isUnwanted?: IsUnwanted): Promise<Opened>;
  /** Asks the responder, and takes nothing that a rule of verification refuses. */
  ask(subject: S, known: Validators, signal: AbortSignal): Promise<Answer<R>>;
  /**
   * Puts a response that is good into store and files, wherever there is nothing better. What is there and is newer, but
   * not valid yet by the clock, is better: it is the clock that is wrong.
   */
  keep(subject: S, response: R): Promise<Kept>;
  /** Writes down; never throws, and is lost at no harm. */
  remember(subject: S, memory: Memory): void;
}
