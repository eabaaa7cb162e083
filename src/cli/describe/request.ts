/** One OCSPRequest, every field of it. */
import type { OCSPRequest, RequestSignature } from '../../ocsp/ocsp-request.ts';
import { hex } from '../../text.ts';
import { formatGeneralName } from '../../x509/general-name.ts';
import { type AlgorithmDescription, describeSignatureAlgorithm } from './algorithm.ts';
import { type CertIDDescription, certIDRows, describeCertID } from './cert-id.ts';
import {
  type EmbeddedCertificateDescription,
  describeEmbeddedCertificate,
  groupEmbeddedCertificate,
} from './embedded-certificate.ts';
import { type ExtensionDescription, listExtensions } from './extension.ts';
import { type Listing, hexLines } from './listing.ts';
import { type OcspExtension, describeOcspExtensions, ocspExtensionRows } from './ocsp-extensions.ts';

interface SignatureDescription {
  readonly algorithm: AlgorithmDescription;
  readonly signature: string;
  readonly certificates: readonly EmbeddedCertificateDescription[];
}

export interface RequestDescription {
  readonly type: 'ocsp-request';
  readonly version: number;
  readonly requestorName: string | null;
  readonly requests: readonly {
    readonly certID: CertIDDescription;
    readonly extensions: readonly ExtensionDescription<OcspExtension>[];
  }[];
  readonly extensions: readonly ExtensionDescription<OcspExtension>[];
  /** `null` when it is not signed, as most are. */
  readonly signature: SignatureDescription | null;
}

export function describeRequest(request: OCSPRequest, now: Date): RequestDescription {
  const { version, requestorName, requestList, requestExtensions } = request.tbsRequest;
  return {
    type: 'ocsp-request',
    version,
    requestorName: requestorName ? formatGeneralName(requestorName) : null,
    requests: requestList.map(({ reqCert, singleRequestExtensions }) => ({
      certID: describeCertID(reqCert),
      extensions: describeOcspExtensions(singleRequestExtensions),
    })),
    extensions: describeOcspExtensions(requestExtensions),
    signature: request.optionalSignature ? describeSignature(request.optionalSignature, now) : null,
  };
}

function describeSignature(it: RequestSignature, now: Date): SignatureDescription {
  return {
    algorithm: describeSignatureAlgorithm(it.signatureAlgorithm),
    signature: hex(it.signature),
    certificates: it.certs.map((der) => describeEmbeddedCertificate(der, now)),
  };
}

export function listRequest(it: RequestDescription): Listing {
  return [
    ['Version', String(it.version)],
    ['Requestor', it.requestorName ?? 'not named'],
    ...it.requests.map(({ certID, extensions }) => ({
      title: 'Certificate Asked For',
      items: [...certIDRows(certID), ...listExtensions(extensions, ocspExtensionRows)],
    })),
    ...listExtensions(it.extensions, ocspExtensionRows),
    ...listSignature(it.signature),
  ];
}

function listSignature(it: SignatureDescription | null): Listing {
  if (!it) return [['Signature', 'none']];
  return [
    ['Signature Algorithm', it.algorithm.name],
    ['Signature', hexLines(it.signature)],
    ...it.certificates.map(groupEmbeddedCertificate),
  ];
}
