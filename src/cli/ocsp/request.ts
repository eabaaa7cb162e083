/** The request: made from the questions, or read from a file. */
import { InputError } from '../../errors.ts';
import { findExtension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';
import { decodeNonce, encodeNonce } from '../../ocsp/extensions/nonce.ts';
import {
  type OCSPRequest,
  type TBSRequest,
  decodeOCSPRequest,
  encodeOCSPRequest,
  encodeTBSRequest,
} from '../../ocsp/ocsp-request.ts';
import type { Question } from './questions.ts';

/** `nonce` is what the answer should repeat, if anything. */
export interface PreparedRequest {
  readonly der: Buffer;
  readonly request: OCSPRequest;
  readonly nonce: Buffer | undefined;
}

export function requestFor(questions: readonly Question[], nonce: Buffer | undefined): PreparedRequest {
  return encoded({
    version: 1,
    requestorName: undefined,
    requestList: questions.map(({ certID }) => ({ reqCert: certID, singleRequestExtensions: [] })),
    requestExtensions: nonce ? [encodeNonce(nonce)] : [],
  });
}

/**
 * The request of a file, with `nonce` in it if one is given.
 *
 * @throws InputError `usage-invalid` for a nonce in a signed request.
 * @throws DerError when it is no OCSPRequest.
 */
export function requestFrom(der: Buffer, nonce: Buffer | undefined): PreparedRequest {
  const request = decodeOCSPRequest(der);
  if (!nonce) return prepared(der);
  if (request.optionalSignature)
    throw new InputError('usage-invalid', '-nonce would break the signature of the request');
  const others = request.tbsRequest.requestExtensions.filter(({ oid }) => oid !== OID.ocspNonce);
  return encoded({ ...request.tbsRequest, requestExtensions: [...others, encodeNonce(nonce)] });
}

const encoded = (tbsRequest: TBSRequest): PreparedRequest =>
  prepared(encodeOCSPRequest({ tbs: encodeTBSRequest(tbsRequest), optionalSignature: undefined }));

function prepared(der: Buffer): PreparedRequest {
  const request = decodeOCSPRequest(der);
  const nonce = findExtension(request.tbsRequest.requestExtensions, OID.ocspNonce);
  return { der, request, nonce: nonce && decodeNonce(nonce.value) };
}
