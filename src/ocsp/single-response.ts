/**
 * SingleResponse ::= SEQUENCE { certID CertID, certStatus CertStatus, thisUpdate GeneralizedTime,
 *   nextUpdate [0] EXPLICIT GeneralizedTime OPTIONAL, singleExtensions [1] EXPLICIT Extensions OPTIONAL }
 * (RFC 6960 section 4.2.1)
 */
import type { DerReader } from '../der/reader.ts';
import { explicit, generalizedTime, sequence } from '../der/writer.ts';
import type { Extension } from '../x509/extension.ts';
import { type CertID, decodeCertID, encodeCertID } from './cert-id.ts';
import { type CertStatus, decodeCertStatus, encodeCertStatus } from './cert-status.ts';
import { decodeOptionalExtensions, encodeOptionalExtensions } from './optional-extensions.ts';

/** The answer to one question (RFC 6960 section 4.2.1). */
export interface SingleResponse {
  readonly certID: CertID;
  readonly certStatus: CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly singleExtensions: readonly Extension[];
}

export function decodeSingleResponse(reader: DerReader): SingleResponse {
  const fields = reader.sequence();
  const certID = decodeCertID(fields);
  const certStatus = decodeCertStatus(fields);
  const thisUpdate = fields.generalizedTime();
  const next = fields.explicit(0);
  const nextUpdate = next?.generalizedTime();
  next?.finish();
  const singleExtensions = decodeOptionalExtensions(fields, 1);
  fields.finish();
  return { certID, certStatus, thisUpdate, nextUpdate, singleExtensions };
}

export function encodeSingleResponse(single: SingleResponse): Buffer {
  const { certID, certStatus, thisUpdate, nextUpdate, singleExtensions } = single;
  return sequence(
    encodeCertID(certID),
    encodeCertStatus(certStatus),
    generalizedTime(thisUpdate),
    ...(nextUpdate ? [explicit(0, generalizedTime(nextUpdate))] : []),
    ...encodeOptionalExtensions(singleExtensions, 1),
  );
}
