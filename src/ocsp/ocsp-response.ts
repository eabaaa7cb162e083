/**
 * OCSPResponse ::= SEQUENCE { responseStatus OCSPResponseStatus, responseBytes [0] EXPLICIT ResponseBytes OPTIONAL }
 * ResponseBytes ::= SEQUENCE { responseType OBJECT IDENTIFIER, response OCTET STRING } (RFC 6960 section 4.2.1)
 */
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { enumerated, explicit, octetString, oid, sequence } from '../der/writer.ts';

/** By number; 4 is not used (RFC 6960 section 4.2.1). */
const STATUSES = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
] as const;

/** How a responder took a request (RFC 6960 section 4.2.1). */
export type OCSPResponseStatus = NonNullable<(typeof STATUSES)[number]>;

/** What a successful response holds: `response` is that of `responseType`, an object identifier as dotted text. */
export interface ResponseBytes {
  readonly responseType: string;
  readonly response: Buffer;
}

/** A response (RFC 6960 section 4.2.1), decoded, not verified. */
export interface OCSPResponse {
  readonly responseStatus: OCSPResponseStatus;
  /** There for `successful`, and usually for nothing else. */
  readonly responseBytes: ResponseBytes | undefined;
}

/**
 * Decodes a whole response as it comes from a responder or a file (RFC 6960 section 4.2.1). Nothing is verified.
 *
 * @throws DerError when it is not strict DER or no OCSPResponse; a status that RFC 6960 does not define is none.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { decodeOCSPResponse } from 'restaple/ocsp';
 *
 * const { responseStatus, responseBytes } = decodeOCSPResponse(readFileSync('domain.ocsp'));
 * console.log(responseStatus, responseBytes?.responseType); // successful 1.3.6.1.5.5.7.48.1.1
 * ```
 */
export function decodeOCSPResponse(der: Uint8Array): OCSPResponse {
  return decodeWhole(der, 'OCSPResponse', (reader) => {
    const fields = reader.sequence();
    const number = fields.enumerated();
    const responseStatus = STATUSES[number] ?? fields.unexpected(`responseStatus ${number} is not defined`);
    const wrapped = fields.explicit(0);
    const responseBytes = wrapped && decodeResponseBytes(wrapped.sequence());
    wrapped?.finish();
    fields.finish();
    return { responseStatus, responseBytes };
  });
}

function decodeResponseBytes(fields: DerReader): ResponseBytes {
  const bytes: ResponseBytes = { responseType: fields.oid(), response: fields.octetString() };
  fields.finish();
  return bytes;
}

/**
 * Encodes a whole response as a responder sends it (RFC 6960 section 4.2.1).
 * @example
 * ```ts
 * import { encodeOCSPResponse } from 'restaple/ocsp';
 *
 * const later = encodeOCSPResponse({ responseStatus: 'tryLater', responseBytes: undefined });
 * console.log(later.toString('hex')); // 30030a0103
 * ```
 */
export function encodeOCSPResponse({ responseStatus, responseBytes }: OCSPResponse): Buffer {
  return sequence(
    enumerated(STATUSES.indexOf(responseStatus)),
    ...(responseBytes
      ? [explicit(0, sequence(oid(responseBytes.responseType), octetString(responseBytes.response)))]
      : []),
  );
}

/**
 * True when bytes begin as an OCSPResponse does, with a SEQUENCE whose first member is ENUMERATED: whole, cut short or
 * otherwise broken. Not read: any length, and all behind the first tag; that is the decoder's, with its own words.
 */
export function startsLikeOCSPResponse(bytes: Buffer): boolean {
  const length = bytes[1] ?? 0;
  const octetsOfLength = length > 0x80 ? length & 0x7f : 0;
  return bytes[0] === TAG.sequence && bytes[2 + octetsOfLength] === TAG.enumerated;
}
