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

export type OCSPResponseStatus = NonNullable<(typeof STATUSES)[number]>;

export interface ResponseBytes {
  readonly responseType: string;
  readonly response: Buffer;
}

export interface OCSPResponse {
  readonly responseStatus: OCSPResponseStatus;
  /** There for `successful`, and usually for nothing else. */
  readonly responseBytes: ResponseBytes | undefined;
}

/**
 * Decodes a whole response as it comes from a responder or a file.
 *
 * @throws DerError when it is not strict DER or no OCSPResponse; a status that RFC 6960 does not define is none.
 * @example
 * const { responseStatus } = decodeOCSPResponse(readFileSync('domain.ocsp'));
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
