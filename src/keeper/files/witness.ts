/** Sees what the keeper holds, for whoever gives it out. Called in the middle of the keeper's work: it waits for nothing. */
import type { Certificate } from '../../x509/certificate.ts';
import type { Revocation } from '../work.ts';
import type { CertificateSubject } from './certificate-subject.ts';
import type { VerifiedResponse } from './verified-response.ts';
import type { Group } from './responder-rules.ts';

/** A certificate as it was read. */
export interface Met {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** Who is asked, and how. */
  readonly groups: readonly Group[];
  /** It was revoked before a restart, and is not asked for any more. */
  readonly revoked: Revocation | undefined;
}

export interface Witness {
  /** It was read, and its issuer is known. May come again, also for another certificate that the same file holds now. */
  met(subject: CertificateSubject, met: Met): void;
  /** This staple is in place. */
  holds(subject: CertificateSubject, response: VerifiedResponse): void;
  /** A verified answer that is not good. */
  heard(subject: CertificateSubject, response: VerifiedResponse): void;
  /** Nothing came of an attempt, for now. */
  failed(subject: CertificateSubject): void;
}
