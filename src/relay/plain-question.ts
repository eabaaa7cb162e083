/** Which questions can be answered with what was kept for anybody. */
import type { CertID } from '../ocsp/cert-id.ts';
import type { OCSPRequest } from '../ocsp/ocsp-request.ts';
import { type Extension, findExtension } from '../x509/extension.ts';
import { OID } from '../x509/oids.ts';

/**
 * What is asked for, when that is one certificate, with nothing that an answer made for all would leave out: no nonce, no
 * signature, no extension that must be understood.
 */
export function plainCertID({ optionalSignature, tbsRequest }: OCSPRequest): CertID | undefined {
  const { requestExtensions, requestList } = tbsRequest;
  const [request] = requestList;
  if (requestList.length !== 1 || request === undefined || optionalSignature) return undefined;
  if (requestExtensions.some(isCritical) || request.singleRequestExtensions.some(isCritical))
    return undefined;
  if (findExtension(requestExtensions, OID.ocspNonce)) return undefined;
  return request.reqCert;
}

const isCritical = ({ critical }: Extension): boolean => critical;
