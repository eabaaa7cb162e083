/** What one server presents under one key, and all that was found of it. */
import type { CrlStatus } from '../../crl/fetch-crl-status.ts';
import type { RestapleError } from '../../errors.ts';
import type { Look } from '../../probe/look.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Judged } from '../verify/judged.ts';
import type { Compared } from './compare.ts';
import type { Finding } from './states.ts';
import type { CheckTarget } from './target.ts';
import type { Age } from './thresholds.ts';

export interface Issuer {
  readonly certificate: Certificate;
  readonly origin: 'given' | 'sent' | 'fetched';
}

export interface Presentation {
  /** Of the first handshake; all of them brought the same certificate. */
  readonly look: Look;
  readonly handshakes: number;
  /** How many of them had a staple. */
  readonly stapled: number;
  readonly certificate: Certificate;
  /** As the server sent it; what cannot be read is left out. */
  readonly chain: readonly Certificate[];
  readonly mustStaple: boolean;
  readonly noRevAvail: boolean;
  readonly ocspUrls: readonly string[];
  /** Or why it is not to be had; `undefined` where nobody needs it. */
  readonly issuer: Issuer | RestapleError | undefined;
  /** Of several staples the gravest; `undefined` when there is none, or no issuer. */
  readonly staple: JudgedStaple | undefined;
  /** With `--compare`. */
  readonly compared: Compared | undefined;
  /** With `--crl`. */
  readonly crl: CrlStatus | RestapleError | undefined;
  /** The gravest first, at least one. */
  readonly findings: readonly [Finding, ...Finding[]];
}

export interface JudgedStaple {
  readonly der: Buffer;
  readonly judged: Judged;
  /** `undefined` when nobody can say. */
  readonly age: Age | undefined;
}

export interface ServerReport {
  readonly target: CheckTarget;
  readonly presentations: readonly Presentation[];
  /** Handshakes that failed, each reason once, and certificates that cannot be read. */
  readonly failures: readonly Finding[];
}
