/**
 * ResponseData ::= SEQUENCE { version [0] EXPLICIT Version DEFAULT v1, responderID ResponderID,
 *   producedAt GeneralizedTime, responses SEQUENCE OF SingleResponse,
 *   responseExtensions [1] EXPLICIT Extensions OPTIONAL } (RFC 6960 section 4.2.1)
 */
import type { DerReader } from '../der/reader.ts';
import { generalizedTime, sequence } from '../der/writer.ts';
import type { Extension } from '../x509/extension.ts';
import { decodeVersion, encodeVersion } from '../x509/version.ts';
import { decodeOptionalExtensions, encodeOptionalExtensions } from './optional-extensions.ts';
import { type ResponderID, decodeResponderID, encodeResponderID } from './responder-id.ts';
import { type SingleResponse, decodeSingleResponse, encodeSingleResponse } from './single-response.ts';

/** What the signature of a response covers (RFC 6960 section 4.2.1). */
export interface ResponseData {
  /** 1 for v1, the only version there is. */
  readonly version: number;
  readonly responderID: ResponderID;
  readonly producedAt: Date;
  readonly responses: readonly SingleResponse[];
  readonly responseExtensions: readonly Extension[];
}

export function decodeResponseData(reader: DerReader): ResponseData {
  const fields = reader.sequence();
  const version = decodeVersion(fields);
  const responderID = decodeResponderID(fields);
  const producedAt = fields.generalizedTime();
  const responses = fields.sequenceOf(decodeSingleResponse);
  const responseExtensions = decodeOptionalExtensions(fields, 1);
  fields.finish();
  return { version, responderID, producedAt, responses, responseExtensions };
}

/**
 * Encodes what a responder signs (RFC 6960 section 4.2.1): the `tbs` of `encodeBasicOCSPResponse`.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { decodeBasicOCSPResponse, decodeOCSPResponse, encodeResponseData } from 'restaple/ocsp';
 *
 * const { responseBytes } = decodeOCSPResponse(readFileSync('domain.ocsp'));
 * if (responseBytes) {
 *   const { tbs, tbsResponseData } = decodeBasicOCSPResponse(responseBytes.response);
 *   console.log(encodeResponseData(tbsResponseData).equals(tbs)); // true
 * }
 * ```
 */
export function encodeResponseData(data: ResponseData): Buffer {
  return sequence(
    ...encodeVersion(data.version),
    encodeResponderID(data.responderID),
    generalizedTime(data.producedAt),
    sequence(...data.responses.map(encodeSingleResponse)),
    ...encodeOptionalExtensions(data.responseExtensions, 1),
  );
}
