/** One OCSPResponse, every field of it. */
import { formatInstant } from '../../der/time.ts';
import { type BasicOCSPResponse, decodeBasicOCSPResponse } from '../../ocsp/basic-ocsp-response.ts';
import type { OCSPResponse } from '../../ocsp/ocsp-response.ts';
import type { ResponderID } from '../../ocsp/responder-id.ts';
import { hex } from '../../text.ts';
import { formatName } from '../../x509/name.ts';
import { OID, oidName } from '../../x509/oids.ts';
import { type AlgorithmDescription, describeSignatureAlgorithm } from './algorithm.ts';
import {
  type EmbeddedCertificateDescription,
  describeEmbeddedCertificate,
  groupEmbeddedCertificate,
} from './embedded-certificate.ts';
import { type ExtensionDescription, listExtensions } from './extension.ts';
import { type Listing, hexLines } from './listing.ts';
import { momentWords } from './moment.ts';
import { type OcspExtension, describeOcspExtensions, ocspExtensionRows } from './ocsp-extensions.ts';
import {
  type SingleResponseDescription,
  describeSingleResponse,
  groupSingleResponse,
} from './single-response.ts';

export interface ResponseDescription {
  readonly type: 'ocsp-response';
  readonly responseStatus: string;
  /** `null` when the responder sent nothing but a status. */
  readonly responseType: { readonly oid: string; readonly name: string } | null;
  /** What a response of type id-pkix-ocsp-basic holds. */
  readonly basic: BasicDescription | null;
  /** What a response of any other type holds. */
  readonly otherBytes: string | null;
}

interface BasicDescription {
  readonly version: number;
  readonly responderID: { readonly byName: string | null; readonly byKey: string | null };
  readonly producedAt: string;
  readonly responses: readonly SingleResponseDescription[];
  readonly extensions: readonly ExtensionDescription<OcspExtension>[];
  readonly signatureAlgorithm: AlgorithmDescription;
  readonly signature: string;
  readonly certificates: readonly EmbeddedCertificateDescription[];
}

/** @throws DerError for a basic response that cannot be read. */
export function describeResponse(
  { responseStatus, responseBytes }: OCSPResponse,
  now: Date,
): ResponseDescription {
  const common = { type: 'ocsp-response', responseStatus } as const;
  if (!responseBytes) return { ...common, responseType: null, basic: null, otherBytes: null };
  const { responseType: oid, response } = responseBytes;
  const responseType = { oid, name: oidName(oid) };
  return oid === OID.ocspBasic
    ? {
        ...common,
        responseType,
        basic: describeBasic(decodeBasicOCSPResponse(response), now),
        otherBytes: null,
      }
    : { ...common, responseType, basic: null, otherBytes: hex(response) };
}

function describeBasic(basic: BasicOCSPResponse, now: Date): BasicDescription {
  const { version, responderID, producedAt, responses, responseExtensions } = basic.tbsResponseData;
  return {
    version,
    responderID: describeResponderID(responderID),
    producedAt: formatInstant(producedAt),
    responses: responses.map((single) => describeSingleResponse(single, now)),
    extensions: describeOcspExtensions(responseExtensions),
    signatureAlgorithm: describeSignatureAlgorithm(basic.signatureAlgorithm),
    signature: hex(basic.signature),
    certificates: basic.certs.map((der) => describeEmbeddedCertificate(der, now)),
  };
}

function describeResponderID(id: ResponderID): BasicDescription['responderID'] {
  return id.type === 'byName'
    ? { byName: formatName(id.name), byKey: null }
    : { byName: null, byKey: hex(id.keyHash) };
}

export function listResponse(it: ResponseDescription): Listing {
  return [
    ['Response Status', it.responseStatus],
    ...(it.responseType ? [['Response Type', it.responseType.name] as const] : []),
    ...(it.basic ? listBasic(it.basic) : []),
    ...(it.otherBytes === null ? [] : [['Response', hexLines(it.otherBytes)] as const]),
  ];
}

function listBasic({ responderID: { byName, byKey }, ...it }: BasicDescription): Listing {
  return [
    ['Version', String(it.version)],
    byName === null ? ['Responder Key Hash', byKey ?? ''] : ['Responder Name', byName],
    ['Produced At', momentWords(it.producedAt)],
    ...it.responses.map(groupSingleResponse),
    ...listExtensions(it.extensions, ocspExtensionRows),
    ['Signature Algorithm', it.signatureAlgorithm.name],
    ['Signature', hexLines(it.signature)],
    ...it.certificates.map(groupEmbeddedCertificate),
  ];
}
