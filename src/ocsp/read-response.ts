/** Rules 1 to 3: from bytes to a BasicOCSPResponse, or the responder's own word that there is none. */
import { DerError, type ResponseCode, ResponseError } from '../errors.ts';
import { OID } from '../x509/oids.ts';
import { type BasicOCSPResponse, decodeBasicOCSPResponse } from './basic-ocsp-response.ts';
import { type OCSPResponse, type OCSPResponseStatus, decodeOCSPResponse } from './ocsp-response.ts';

const REFUSALS: Readonly<Record<Exclude<OCSPResponseStatus, 'successful'>, ResponseCode>> = {
  malformedRequest: 'responder-malformed-request',
  internalError: 'responder-internal-error',
  tryLater: 'responder-try-later',
  sigRequired: 'responder-sig-required',
  unauthorized: 'responder-unauthorized',
};

/**
 * Decodes a response whose status is `successful` and whose type is id-pkix-ocsp-basic, version 1.
 *
 * @throws DerError when it is not strict DER.
 * @throws ResponseError `responder-…`, `response-type-unknown` or `response-version-unknown`.
 */
export function readResponse(der: Uint8Array): BasicOCSPResponse {
  return readBasicResponse(decodeOCSPResponse(der));
}

/** The same from a decoded OCSPResponse. */
export function readBasicResponse({ responseStatus, responseBytes }: OCSPResponse): BasicOCSPResponse {
  if (responseStatus !== 'successful') {
    throw new ResponseError(REFUSALS[responseStatus], `the responder answers ${responseStatus}`);
  }
  if (!responseBytes)
    throw new DerError('asn1-unexpected', 'OCSPResponse', 'successful without responseBytes');
  if (responseBytes.responseType !== OID.ocspBasic) {
    throw new ResponseError(
      'response-type-unknown',
      `response type ${responseBytes.responseType} is not id-pkix-ocsp-basic (${OID.ocspBasic})`,
    );
  }
  const basic = decodeBasicOCSPResponse(responseBytes.response);
  const { version } = basic.tbsResponseData;
  if (version !== 1)
    throw new ResponseError('response-version-unknown', `response version ${version} is not 1`);
  return basic;
}
