/**
 * CertStatus ::= CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo, unknown [2] IMPLICIT NULL }
 * RevokedInfo ::= SEQUENCE { revocationTime GeneralizedTime, revocationReason [0] EXPLICIT CRLReason OPTIONAL }
 * (RFC 6960 section 4.2.1; CRLReason in RFC 5280 section 5.3.1)
 */
import type { DerReader } from '../der/reader.ts';
import { constructed, primitive } from '../der/tags.ts';
import { enumerated, explicit, generalizedTime, nullValue, tlv } from '../der/writer.ts';

/** What a responder says of a certificate (RFC 6960 section 2.2). */
export type CertStatus =
  | { readonly type: 'good' }
  | { readonly type: 'revoked'; readonly revocationTime: Date; readonly reason: CRLReason | undefined }
  | { readonly type: 'unknown' };

/** The number as the responder sent it. RFC 5280 names 0 to 10 without 7. */
export type CRLReason = number;

/** The one reason that can be taken back (RFC 5280 section 5.3.1). */
export const CERTIFICATE_HOLD: CRLReason = 6;

const REASONS: readonly (string | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/**
 * A reason by its name in RFC 5280 section 5.3.1; `reason 7` for a number that has none.
 * @example
 * ```ts
 * import { crlReasonName } from 'restaple/ocsp';
 *
 * console.log(crlReasonName(1)); // keyCompromise
 * ```
 */
export function crlReasonName(reason: CRLReason): string {
  return REASONS[reason] ?? `reason ${reason}`;
}

const GOOD: CertStatus = { type: 'good' };
const UNKNOWN: CertStatus = { type: 'unknown' };

export function decodeCertStatus(reader: DerReader): CertStatus {
  switch (reader.peek()) {
    case primitive(0):
      reader.null(primitive(0));
      return GOOD;
    case constructed(1):
      return decodeRevokedInfo(reader.enter(constructed(1)));
    case primitive(2):
      reader.null(primitive(2));
      return UNKNOWN;
    default:
      return reader.unexpected('certStatus is not good, revoked or unknown');
  }
}

function decodeRevokedInfo(fields: DerReader): CertStatus {
  const revocationTime = fields.generalizedTime();
  const wrapped = fields.explicit(0);
  const reason = wrapped?.enumerated();
  wrapped?.finish();
  fields.finish();
  return { type: 'revoked', revocationTime, reason };
}

export function encodeCertStatus(status: CertStatus): Buffer {
  switch (status.type) {
    case 'good':
      return nullValue(primitive(0));
    case 'revoked': {
      const reason = status.reason === undefined ? [] : [explicit(0, enumerated(status.reason))];
      return tlv(constructed(1), generalizedTime(status.revocationTime), ...reason);
    }
    case 'unknown':
      return nullValue(primitive(2));
  }
}
