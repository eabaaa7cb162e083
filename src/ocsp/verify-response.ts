/**
 * The rules for responses together, 1 to 9. Pure: the time is an argument, and nothing is fetched. The last rule, that only
 * `good` becomes a staple, is `verifyStaple`'s: `revoked` is a verdict, too.
 */
import type { Certificate } from '../x509/certificate.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { Extension } from '../x509/extension.ts';
import { type Signer, authenticate } from './authenticate.ts';
import type { CertStatus } from './cert-status.ts';
import type { AskedCertificate, CertID } from './cert-id.ts';
import { type ExpectedNonce, checkNonce } from './check-nonce.ts';
import { checkTimes, validUntil } from './check-times.ts';
import { checkCriticalExtensions } from './critical-extensions.ts';
import { matchSingle } from './match-single.ts';
import { readResponse } from './read-response.ts';
import type { ResponderID } from './responder-id.ts';

/** What a response is put to. Durations are milliseconds. */
export interface VerifyOptions {
  /** The certificate that was asked about, and the CA certificate that issued it, which is taken as given. */
  readonly certificate: AskedCertificate;
  readonly issuer: Certificate;
  readonly now: Date;
  /** Take SHA-1 signatures. Default false. */
  readonly allowSha1?: boolean;
  /** Certificates whose keys may sign although the issuer did not delegate to them. Default none. */
  readonly trustedSigners?: readonly Certificate[];
  /** How far ahead of ours the responder's clock may run, in milliseconds. Default 300,000. */
  readonly skewMs?: number | undefined;
  /** Refuse what was known longer ago than this many milliseconds. */
  readonly maxAgeMs?: number | undefined;
  /** Take a response without nextUpdate until `maxAgeMs` has passed. Default false. */
  readonly allowMissingNextUpdate?: boolean;
  /** The nonce of the request. */
  readonly nonce?: ExpectedNonce | undefined;
}

/** What a verified response says. `certStatus` may be revoked or unknown: that is an answer, too. */
export interface Verdict {
  readonly certStatus: CertStatus;
  readonly certID: CertID;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly producedAt: Date;
  /** From then on the response is of no use: the earliest end of it, its certificate and its delegated signer. */
  readonly validUntil: Date;
  readonly responderID: ResponderID;
  readonly signer: Signer;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly responseExtensions: readonly Extension[];
  readonly singleExtensions: readonly Extension[];
}

/**
 * Verifies a response for one certificate by the rules of RFC 6960 section 3.2 and those of docs/rfc-conformance.md.
 * Pure: the time is an argument, and nothing is fetched. `revoked` and `unknown` are verdicts, too; `verifyStaple`
 * takes only `good`.
 *
 * @param der the OCSPResponse.
 * @throws DerError when it is not strict DER.
 * @throws ResponseError for the first rule that it breaks.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { parseCertificates, verifyResponse } from 'restaple';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const der = readFileSync('domain.ocsp');
 * const { certStatus, validUntil } = verifyResponse(der, { certificate, issuer, now: new Date() });
 * if (certStatus.type === 'good') console.log(`staple until ${validUntil.toISOString()}`);
 * ```
 */
export function verifyResponse(der: Uint8Array, options: VerifyOptions): Verdict {
  const { certificate, issuer, now, allowSha1 = false, trustedSigners = [] } = options;
  const basic = readResponse(der);
  const { tbsResponseData: data } = basic;
  const single = matchSingle(data.responses, certificate, issuer);
  const signer = authenticate(basic, { issuer, now, allowSha1, trustedSigners });
  const end = checkTimes(single, {
    now,
    certificate,
    skewMs: options.skewMs,
    maxAgeMs: options.maxAgeMs,
    allowMissingNextUpdate: options.allowMissingNextUpdate ?? false,
  });
  checkCriticalExtensions(basic, single);
  checkNonce(data.responseExtensions, options.nonce);
  return {
    certStatus: single.certStatus,
    certID: single.certID,
    thisUpdate: single.thisUpdate,
    nextUpdate: single.nextUpdate,
    producedAt: data.producedAt,
    validUntil: validUntil(end, certificate, signer),
    responderID: data.responderID,
    signer,
    signatureAlgorithm: basic.signatureAlgorithm,
    responseExtensions: data.responseExtensions,
    singleExtensions: single.singleExtensions,
  };
}
