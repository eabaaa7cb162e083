/** `restaple`: from a certificate to a verified staple. The protocol alone is `restaple/ocsp`, TLS servers `restaple/tls`. */
export {
  type DerCode,
  DerError,
  type ErrorCode,
  type InputCode,
  InputError,
  type ResponseCode,
  ResponseError,
  RestapleError,
  type TransportCode,
  TransportError,
} from './errors.ts';
export { parseCertificates } from './x509/bundle.ts';
export type { HeaderList } from './http/headers.ts';
export type { Extension } from './x509/extension.ts';
export { type Certificate, decodeCertificate } from './x509/certificate.ts';
export { findLeaf } from './x509/chain.ts';
export { ocspUrls } from './x509/authority-info-access.ts';
export { isMustStaple } from './x509/tls-feature.ts';
export {
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  createHttpClient,
} from './http/client.ts';
export type { Lookup } from './http/connect-rules.ts';
export type { ConnectTo, ResolveTo } from './http/detours.ts';
export type { Freshness } from './http/freshness.ts';
export { type ProxyChoice, proxyChoice } from './http/proxy-choice.ts';
export { type Limiter, type LimiterOptions, createLimiter } from './http/limiter.ts';
export { findIssuer } from './issuer/find-issuer.ts';
export { type IssuerCache, IssuerFetcher } from './issuer/fetch-issuer.ts';
export {
  type FetchResponseOptions,
  type FetchedResponse,
  type KeptResponse,
  type RetryOptions,
  fetchResponse,
} from './staple/fetch-response.ts';
export { type FetchStapleOptions, type FetchedStaple, fetchStaple } from './staple/fetch-staple.ts';
export { type Staple, verifyStaple } from './staple/staple.ts';
export { type Verdict, type VerifyOptions, verifyResponse } from './ocsp/verify-response.ts';
export type { CertificateInput } from './subject/given.ts';
export {
  type CheckServerOptions,
  type ServerReport,
  type StapleState,
  checkServer,
} from './tls/check-server.ts';
export { createKeeper } from './tls/create-keeper.ts';
export type { StapleKeeperOptions } from './tls/options.ts';
export type { StapleKeeper } from './tls/staple-keeper.ts';
