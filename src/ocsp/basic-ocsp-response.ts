/**
 * BasicOCSPResponse ::= SEQUENCE { tbsResponseData ResponseData, signatureAlgorithm AlgorithmIdentifier,
 *   signature BIT STRING, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL } (RFC 6960 section 4.2.1)
 * The certificates are kept encoded: which of them are worth reading only the verification knows.
 */
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { bitString, explicit, sequence } from '../der/writer.ts';
import {
  type AlgorithmIdentifier,
  decodeAlgorithmIdentifier,
  encodeAlgorithmIdentifier,
} from '../x509/algorithm-identifier.ts';
import { type ResponseData, decodeResponseData } from './response-data.ts';

/** A response of the only type there is (RFC 6960 section 4.2.1), decoded, not verified. */
export interface BasicOCSPResponse {
  /** The encoded ResponseData: what is signed. */
  readonly tbs: Buffer;
  readonly tbsResponseData: ResponseData;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Buffer;
  /** Encoded certificates, in the order of the response. */
  readonly certs: readonly Buffer[];
}

/**
 * Decodes what `responseBytes` of an OCSPResponse holds (RFC 6960 section 4.2.1). Nothing is verified.
 *
 * @throws DerError when it is not strict DER or no BasicOCSPResponse.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { decodeBasicOCSPResponse, decodeOCSPResponse } from 'restaple/ocsp';
 *
 * const { responseBytes } = decodeOCSPResponse(readFileSync('domain.ocsp'));
 * if (responseBytes) {
 *   const { tbsResponseData } = decodeBasicOCSPResponse(responseBytes.response);
 *   for (const { certStatus, thisUpdate } of tbsResponseData.responses)
 *     console.log(certStatus.type, thisUpdate.toISOString());
 * }
 * ```
 */
export function decodeBasicOCSPResponse(der: Uint8Array): BasicOCSPResponse {
  return decodeWhole(der, 'BasicOCSPResponse', (reader) => {
    const fields = reader.sequence();
    const tbs = fields.raw(TAG.sequence);
    const signatureAlgorithm = decodeAlgorithmIdentifier(fields);
    const signature = fields.bitOctets();
    const certs = decodeCerts(fields);
    fields.finish();
    const tbsResponseData = decodeWhole(tbs, 'ResponseData', decodeResponseData);
    return { tbs, tbsResponseData, signatureAlgorithm, signature, certs };
  });
}

/** `certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL`; a signed OCSPRequest ends in the same way. */
export function decodeCerts(fields: DerReader): readonly Buffer[] {
  const wrapped = fields.explicit(0);
  const certs = wrapped?.sequenceOf((cert) => cert.raw(TAG.sequence)) ?? [];
  wrapped?.finish();
  return certs;
}

export function encodeCerts(certs: readonly Uint8Array[]): Buffer[] {
  return certs.length === 0 ? [] : [explicit(0, sequence(...certs))];
}

/**
 * Encodes from `tbs`, the bytes that were signed (`encodeResponseData`); the result goes into an OCSPResponse.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { decodeBasicOCSPResponse, decodeOCSPResponse, encodeBasicOCSPResponse } from 'restaple/ocsp';
 *
 * const { responseBytes } = decodeOCSPResponse(readFileSync('domain.ocsp'));
 * if (responseBytes) {
 *   const { tbs, signatureAlgorithm, signature } = decodeBasicOCSPResponse(responseBytes.response);
 *   const smaller = encodeBasicOCSPResponse({ tbs, signatureAlgorithm, signature, certs: [] });
 *   console.log(`${responseBytes.response.length} bytes, ${smaller.length} without certificates`);
 * }
 * ```
 */
export function encodeBasicOCSPResponse(basic: Omit<BasicOCSPResponse, 'tbsResponseData'>): Buffer {
  return sequence(
    basic.tbs,
    encodeAlgorithmIdentifier(basic.signatureAlgorithm),
    bitString(basic.signature),
    ...encodeCerts(basic.certs),
  );
}
