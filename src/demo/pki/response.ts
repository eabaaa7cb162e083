/** Signed OCSP responses (RFC 6960 section 4.2.1). */
import { encodeBasicOCSPResponse } from '../../ocsp/basic-ocsp-response.ts';
import { type OCSPResponseStatus, encodeOCSPResponse } from '../../ocsp/ocsp-response.ts';
import { type ResponderID, keyHash } from '../../ocsp/responder-id.ts';
import { encodeResponseData } from '../../ocsp/response-data.ts';
import type { SingleResponse } from '../../ocsp/single-response.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';
import type { Entity } from './entity.ts';

/** What is said about one certificate; without `nextUpdate`, newer information may be there at any time. */
export type SingleFields = Omit<SingleResponse, 'nextUpdate' | 'singleExtensions'> &
  Partial<Pick<SingleResponse, 'nextUpdate' | 'singleExtensions'>>;

/**
 * `responderID` names the signer by its key unless told otherwise. `certs` are certificates in DER, none by default:
 * a delegated signer has to send its own.
 */
export interface ResponseFields {
  readonly signer: Pick<Entity, 'certificate' | 'signer'>;
  readonly producedAt: Date;
  readonly responses: readonly SingleFields[];
  readonly responderID?: ResponderID | ResponderID['type'];
  readonly responseExtensions?: readonly Extension[];
  readonly certs?: readonly Buffer[];
  readonly version?: number;
}

/** A `successful` OCSPResponse in DER. */
export function createResponse(fields: ResponseFields): Buffer {
  const { certificate, signer } = fields.signer;
  const tbs = encodeResponseData({
    version: fields.version ?? 1,
    responderID: responderIDOf(fields.responderID ?? 'byKey', certificate),
    producedAt: fields.producedAt,
    responses: fields.responses.map((single) => ({
      nextUpdate: undefined,
      singleExtensions: [],
      ...single,
    })),
    responseExtensions: fields.responseExtensions ?? [],
  });
  const response = encodeBasicOCSPResponse({
    tbs,
    signatureAlgorithm: signer.algorithmIdentifier,
    signature: signer.sign(tbs),
    certs: fields.certs ?? [],
  });
  const responseBytes = { responseType: OID.ocspBasic, response };
  return encodeOCSPResponse({ responseStatus: 'successful', responseBytes });
}

/** An OCSPResponse that says why there is no answer; nobody signs it. */
export function createErrorResponse(responseStatus: Exclude<OCSPResponseStatus, 'successful'>): Buffer {
  return encodeOCSPResponse({ responseStatus, responseBytes: undefined });
}

function responderIDOf(id: ResponderID | ResponderID['type'], signer: Certificate): ResponderID {
  if (typeof id !== 'string') return id;
  return id === 'byName' ? { type: id, name: signer.subject } : { type: id, keyHash: keyHash(signer) };
}
