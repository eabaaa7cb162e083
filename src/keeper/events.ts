/**
 * What happens to the certificates that are kept, as data: the log, the hooks and the metrics turn it into words,
 * commands and numbers. One event is one thing that matters; a failure that goes on is not told each time.
 */
import type { ErrorCode } from '../errors.ts';
import type { AlarmLevel } from '../staple/alarm.ts';

/** Moments are milliseconds since 1970. `certificate` is the path that it was found under: text from outside. */
export type KeeperEvent =
  /** A newer staple was fetched and is in the store. */
  | {
      readonly type: 'fetched';
      readonly certificate: string;
      readonly responder: string;
      readonly thisUpdate: number;
      readonly validUntil: number;
      /** When it is due for its successor. */
      readonly nextAt: number;
      /** How many tries before this one failed. */
      readonly failures: number;
    }
  /** The responder, or a cache before it, had nothing newer than what is kept. */
  | {
      readonly type: 'unchanged';
      readonly certificate: string;
      readonly responder: string;
      readonly validUntil: number;
      readonly nextAt: number;
    }
  /** A staple reached files that servers read. */
  | {
      readonly type: 'published';
      readonly certificate: string;
      readonly files: readonly string[];
      readonly validUntil: number;
    }
  | {
      readonly type: 'failed';
      readonly certificate: string;
      /** `internal` for a fault of restaple itself. */
      readonly code: ErrorCode;
      readonly message: string;
      readonly failures: number;
      readonly nextAt: number;
      /** The end of the staple that goes on being served; absent when there is none. */
      readonly validUntil?: number;
    }
  /** From now on its staple is not renewed. */
  | {
      readonly type: 'revoked';
      readonly certificate: string;
      readonly message: string;
      readonly validUntil?: number;
    }
  | {
      readonly type: 'alarm';
      readonly certificate: string;
      readonly level: AlarmLevel;
      readonly message: string;
      readonly validUntil?: number;
    }
  /** All is well again after a failure or an alarm that was told. */
  | { readonly type: 'recovered'; readonly certificate: string; readonly validUntil: number }
  /** Nothing is asked for it any more, or yet. */
  | {
      readonly type: 'let-go';
      readonly certificate: string;
      readonly reason: 'expired' | 'gone' | 'nothing to ask';
      readonly message: string;
    }
  /** A kept file that is no staple any more, and what became of it. */
  | {
      readonly type: 'damaged';
      readonly certificate: string;
      readonly path: string;
      readonly message: string;
    }
  /** So many failures in a row that only one certificate at a time asks it. */
  | {
      readonly type: 'responder-down';
      readonly responder: string;
      /** For whose certificates; others of the same host may be answered. */
      readonly issuer: string;
      readonly message: string;
    }
  | {
      readonly type: 'responder-back';
      readonly responder: string;
      readonly issuer: string;
      readonly afterMs: number;
      readonly waiting: number;
    }
  /** A server has read its files again. */
  | {
      readonly type: 'reloaded';
      readonly server: string;
      /** How many of them were new, or gone. */
      readonly staples: number;
    }
  /** A server did not do what was asked of it; told once for as long as it stays the same. */
  | {
      readonly type: 'server-failed';
      readonly server: string;
      /** Where it is about the staple of one. */
      readonly certificate?: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly failures: number;
      readonly nextAt: number;
    }
  /** All is well again with it. */
  | { readonly type: 'server-recovered'; readonly server: string }
  /** A staple was taken out of the sight of a server. */
  | {
      readonly type: 'withdrawn';
      readonly server: string;
      readonly certificate: string;
      readonly files: readonly string[];
      readonly message: string;
    }
  /** A TLS handshake has shown that clients get what was published. */
  | {
      readonly type: 'observed';
      readonly server: string;
      readonly certificate: string;
      readonly address: string;
    }
  /** Clients do not get what was published. */
  | {
      readonly type: 'mismatch';
      readonly server: string;
      readonly certificate: string;
      readonly address: string;
      readonly message: string;
    }
  /** No certificate is valid yet by the wall clock: told at the start, and after it was set. */
  | {
      readonly type: 'clock-wrong';
      readonly now: number;
      /** The first of all beginnings, and the certificate whose it is. */
      readonly notBefore: number;
      readonly certificate: string;
    }
  /** The wall clock was set, or the machine slept. Positive when it is later now than it should be. */
  | { readonly type: 'clock-jumped'; readonly byMs: number };

/** The names of the events of a keeper. */
export type KeeperEventType = KeeperEvent['type'];
