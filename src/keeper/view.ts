/** A certificate as others may see it: the status table, the control socket, the metrics. Moments in ms since 1970. */
import type { AlarmLevel } from '../staple/alarm.ts';
import type { Complaint } from './work.ts';

/**
 * `pending`: not looked at yet. `good`: a verified staple is in place. `missing`: there is none, or it has ended.
 * `nothing to ask`: the certificate names no responder, or its CA publishes no revocation.
 */
export type CertificateState = 'pending' | 'good' | 'missing' | 'revoked' | 'expired' | 'nothing to ask';

/** The state of one certificate. Times are milliseconds since 1970. */
export interface CertificateView {
  /** SHA-256 of the certificate in DER, as lower-case hex. */
  readonly key: string;
  /** The path that it was found under: text from outside. */
  readonly certificate: string;
  /** The files that its staple is written to. */
  readonly files: readonly string[];
  readonly state: CertificateState;
  readonly mustStaple: boolean;
  readonly responder: string | undefined;
  readonly thisUpdate: number | undefined;
  readonly validUntil: number | undefined;
  /** When the responder is asked next; `undefined` when never. */
  readonly nextAt: number | undefined;
  /** A request is under way. */
  readonly isAsking: boolean;
  /** In a row. */
  readonly failures: number;
  readonly error: Complaint | undefined;
  readonly alarm: AlarmLevel | undefined;
}
