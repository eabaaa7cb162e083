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
 * Decodes what `responseBytes` of an OCSPResponse holds.
 *
 * @throws DerError when it is not strict DER or no BasicOCSPResponse.
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

/** Encodes from `tbs`, the bytes that were signed; `tbsResponseData` is not looked at. */
export function encodeBasicOCSPResponse(basic: Omit<BasicOCSPResponse, 'tbsResponseData'>): Buffer {
  return sequence(
    basic.tbs,
    encodeAlgorithmIdentifier(basic.signatureAlgorithm),
    bitString(basic.signature),
    ...encodeCerts(basic.certs),
  );
}
