/** `restaple/ocsp`: the protocol of RFC 6960 without any I/O. */
export {
  type DerCode,
  DerError,
  InputError,
  type ResponseCode,
  ResponseError,
  RestapleError,
} from '../errors.ts';
export { type AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
export { type Certificate, decodeCertificate } from '../x509/certificate.ts';
export { parseCertificates } from '../x509/bundle.ts';
export type { AccessDescription } from '../x509/authority-info-access.ts';
export type { GeneralName } from '../x509/general-name.ts';
export type { Hash } from '../x509/signature-scheme.ts';
export { type Extension, findExtension } from '../x509/extension.ts';
export { caIssuersUrls, ocspUrls } from '../x509/authority-info-access.ts';
export { hasNoRevAvail, isMustStaple } from '../x509/tls-feature.ts';
export {
  type BasicOCSPResponse,
  decodeBasicOCSPResponse,
  encodeBasicOCSPResponse,
} from './basic-ocsp-response.ts';
export { type AskedCertificate, type CertID, createCertID, matchesCertID } from './cert-id.ts';
export { type CRLReason, type CertStatus, crlReasonName } from './cert-status.ts';
export type { ExpectedNonce } from './check-nonce.ts';
export type { Signer } from './authenticate.ts';
export { type RuleOutcome, explainResponse } from './explain-response.ts';
export { decodeAcceptableResponses, encodeAcceptableResponses } from './extensions/acceptable-responses.ts';
export { decodeArchiveCutoff, encodeArchiveCutoff } from './extensions/archive-cutoff.ts';
export { type CrlID, decodeCrlID, encodeCrlID } from './extensions/crl-id.ts';
export { decodeExtendedRevoke, encodeExtendedRevoke } from './extensions/extended-revoke.ts';
export { decodeNonce, encodeNonce } from './extensions/nonce.ts';
export {
  type PreferredSignatureAlgorithm,
  decodePreferredSignatureAlgorithms,
  encodePreferredSignatureAlgorithms,
} from './extensions/preferred-signature-algorithms.ts';
export {
  type ServiceLocator,
  decodeServiceLocator,
  encodeServiceLocator,
} from './extensions/service-locator.ts';
export {
  type OCSPRequest,
  type Request,
  type RequestSignature,
  type TBSRequest,
  createRequest,
  decodeOCSPRequest,
  encodeOCSPRequest,
  encodeTBSRequest,
} from './ocsp-request.ts';
export {
  type OCSPResponse,
  type OCSPResponseStatus,
  type ResponseBytes,
  decodeOCSPResponse,
  encodeOCSPResponse,
} from './ocsp-response.ts';
export type { ResponderID } from './responder-id.ts';
export { type ResponseData, encodeResponseData } from './response-data.ts';
export { RULES, type Rule, type RuleName } from './rules.ts';
export type { SingleResponse } from './single-response.ts';
export { type Verdict, type VerifyOptions, verifyResponse } from './verify-response.ts';
