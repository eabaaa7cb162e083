/** What a responder of one CA answers to a request: the bytes, whatever carries them. */
import { createHash } from 'node:crypto';
import { DerError } from '../../errors.ts';
import type { CertID } from '../../ocsp/cert-id.ts';
import type { CertStatus } from '../../ocsp/cert-status.ts';
import { decodeNonce } from '../../ocsp/extensions/nonce.ts';
import { type OCSPRequest, decodeOCSPRequest } from '../../ocsp/ocsp-request.ts';
import { hasNoParameters } from '../../x509/algorithm-identifier.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { type Extension, findExtension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';
import { hashOf } from '../../x509/signature-scheme.ts';
import { type ResponseFields, createErrorResponse, createResponse } from './response.ts';

/**
 * `issuer` is the CA whose certificates it knows; `statusOf` takes the content octets of a serial number. The signer's
 * certificate is sent along unless the issuer signs itself.
 */
export interface AnswerOptions extends Pick<ResponseFields, 'signer' | 'responderID'> {
  readonly issuer: Certificate;
  readonly statusOf: (serialNumber: Buffer) => CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

/**
 * An OCSPResponse in DER for a request in DER: `malformedRequest` for what is none, `unauthorized` when it asks for a
 * certificate of another issuer (RFC 6960 section 2.3), else signed, with the nonce of the request if it has one.
 */
export function answerRequest(request: Uint8Array, options: AnswerOptions): Buffer {
  const { issuer, statusOf, thisUpdate, nextUpdate, ...common } = options;
  const asked = decoded(request);
  if (asked === undefined) return createErrorResponse('malformedRequest');
  const { requestList, requestExtensions } = asked.tbsRequest;
  if (requestList.length === 0) return createErrorResponse('malformedRequest');
  if (!requestList.every(({ reqCert }) => isOf(reqCert, issuer))) return createErrorResponse('unauthorized');
  const nonce = findExtension(requestExtensions, OID.ocspNonce);
  if (nonce && !isNonce(nonce)) return createErrorResponse('malformedRequest');
  const signerCertificate = options.signer.certificate;
  return createResponse({
    ...common,
    producedAt: thisUpdate,
    responses: requestList.map(({ reqCert }) => ({
      certID: reqCert,
      certStatus: statusOf(reqCert.serialNumber),
      thisUpdate,
      nextUpdate,
    })),
    responseExtensions: nonce ? [nonce] : [],
    certs: signerCertificate.raw.equals(issuer.raw) ? [] : [signerCertificate.raw],
  });
}

/** RFC 9654 section 2.1: 1 to 128 octets, anything else is a malformed request. */
function isNonce({ value }: Extension): boolean {
  try {
    return decodeNonce(value).length > 0;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

function decoded(request: Uint8Array): OCSPRequest | undefined {
  try {
    return decodeOCSPRequest(request);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function isOf({ hashAlgorithm, issuerNameHash, issuerKeyHash }: CertID, issuer: Certificate): boolean {
  const hash = hashOf(hashAlgorithm.algorithm);
  if (hash === undefined || !hasNoParameters(hashAlgorithm)) return false;
  const digest = (bytes: Buffer): Buffer => createHash(hash).update(bytes).digest();
  return issuerNameHash.equals(digest(issuer.subject)) && issuerKeyHash.equals(digest(issuer.publicKey));
}
