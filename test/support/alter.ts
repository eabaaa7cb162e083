/** Responses that no encoder would write: taken apart, changed, put together again without signing anew. */
import { enumerated, explicit, octetString, oid, sequence } from '../../src/der/writer.ts';
import {
  type BasicOCSPResponse,
  decodeBasicOCSPResponse,
  encodeBasicOCSPResponse,
} from '../../src/ocsp/basic-ocsp-response.ts';
import { decodeOCSPResponse, encodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { OID } from '../../src/x509/oids.ts';

type Parts = Omit<BasicOCSPResponse, 'tbsResponseData'>;

/**
 * `response` (DER, `successful`) with some of its parts replaced.
 *
 * @example
 * const forged = alterResponse(response, ({ signature }) => ({ signature: flipBit(signature) }));
 */
export function alterResponse(response: Buffer, change: (parts: Parts) => Partial<Parts>): Buffer {
  const { responseStatus, responseBytes } = decodeOCSPResponse(response);
  if (!responseBytes) throw new TypeError(`nothing to alter in a response that says ${responseStatus}`);
  const parts = decodeBasicOCSPResponse(responseBytes.response);
  const altered = encodeBasicOCSPResponse({ ...parts, ...change(parts) });
  return encodeOCSPResponse({ responseStatus, responseBytes: { ...responseBytes, response: altered } });
}

/** A copy of `bytes` with the lowest bit of one byte turned over, of the last one unless told otherwise. */
export function flipBit(bytes: Uint8Array, at: number = bytes.length - 1): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

/** An OCSPResponse with any number as its status and, if given, any bytes as its BasicOCSPResponse. */
export function rawResponse(
  status: number,
  basic?: Uint8Array,
  responseType: string = OID.ocspBasic,
): Buffer {
  const responseBytes = basic && explicit(0, sequence(oid(responseType), octetString(basic)));
  return sequence(enumerated(status), ...(responseBytes ? [responseBytes] : []));
}
