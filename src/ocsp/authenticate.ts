/** Rules 5 and 6: who signed, may they, and is the signature good. */
import { X509Certificate } from 'node:crypto';
import { ContentCache } from '../bounded-cache.ts';
import { DerError, type ResponseCode, ResponseError, reasonOf } from '../errors.ts';
import { formatInstant } from '../der/time.ts';
import { type Certificate, decodeCertificate } from '../x509/certificate.ts';
import { formatName } from '../x509/name.ts';
import { type SignaturePolicy, verifySignature } from '../x509/verify-signature.ts';
import type { BasicOCSPResponse } from './basic-ocsp-response.ts';
import { delegateProblem } from './delegate.ts';
import { type ResponderID, formatResponderID, matchesResponderID } from './responder-id.ts';

/** `issuer`: the CA itself. `delegate`: a certificate that the CA issued for it. `trusted`: one that the caller named. */
export interface Signer {
  readonly kind: 'issuer' | 'delegate' | 'trusted';
  readonly certificate: Certificate;
}

export interface AuthenticateOptions extends SignaturePolicy {
  readonly issuer: Certificate;
  readonly trustedSigners: readonly Certificate[];
  readonly now: Date;
}

/**
 * From the vaguest to the most specific: the later a candidate stumbles, the more its error tells. The error of the
 * candidate that came furthest is the one reported.
 */
const RANK: readonly ResponseCode[] = [
  'signer-not-found',
  'signer-not-issued',
  'signer-not-authorized',
  'signer-key-usage',
  'critical-extension-unknown',
  'signer-not-valid',
  'response-outlives-signer',
  'signature-algorithm-unknown',
  'signature-algorithm-refused',
  'signature-invalid',
];

/** Whom the ResponderID may mean: first those that it names to the letter, then those whose name is spelt otherwise. */
const SPELLINGS = ['same', 'other'] as const;

/** Responders send one or two. Firefox takes no more than this (mozilla::pkix, `NonOwningDERArray`), nor does restaple. */
const MAX_CERTS = 8;

/** Twice the largest certificate with ML-DSA-87; it bounds what the cache below can hold. */
const MAX_CERTIFICATE_BYTES = 16 * 1024;

/** What errors call a certificate of a response. */
const EMBEDDED = 'Certificate in the response';

/** The same few delegates come with every response of a CA. */
const decoded = new ContentCache<Certificate>(256);

/**
 * The signer of a response, authorized and with its signature checked.
 *
 * @throws DerError when a certificate of the response cannot be read, or there are too many.
 * @throws ResponseError `signer-…`, `signature-…`, `response-outlives-signer` or `critical-extension-unknown`: the most
 *   specific, where several candidates fail.
 */
export function authenticate(basic: BasicOCSPResponse, options: AuthenticateOptions): Signer {
  let furthest: ResponseError | undefined;
  const known = knownSigners(decodeEmbedded(basic.certs), options);
  const { responderID } = basic.tbsResponseData;
  for (const spelling of SPELLINGS) {
    for (const signer of known) {
      if (!isMeant(responderID, signer.certificate, spelling)) continue;
      const error = signerError(signer, basic, options) ?? signatureError(signer, basic, options);
      if (!error) return signer;
      if (!furthest || RANK.indexOf(error.code) >= RANK.indexOf(furthest.code)) furthest = error;
    }
  }
  throw furthest ?? notFound(basic);
}

function knownSigners(embedded: readonly Certificate[], options: AuthenticateOptions): Signer[] {
  const { issuer, trustedSigners } = options;
  const known: Signer[] = [{ kind: 'issuer', certificate: issuer }];
  for (const certificate of trustedSigners) known.push({ kind: 'trusted', certificate });
  for (const certificate of embedded) {
    // The issuer's own certificate in the response adds nothing to the one that the caller gave.
    if (certificate.subjectPublicKeyInfo.equals(issuer.subjectPublicKeyInfo)) continue;
    known.push({ kind: 'delegate', certificate });
  }
  return known;
}

/** A name that cannot be read names nobody. */
function isMeant(responderID: ResponderID, certificate: Certificate, spelling: 'same' | 'other'): boolean {
  try {
    return matchesResponderID(responderID, certificate, spelling);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/**
 * The certificates of the response, those that have no part in it too. Nobody signed them, and OpenSSL, with it HAProxy
 * and curl, reads a BasicOCSPResponse whole or not at all: one touched on the way would spoil a staple that verifies.
 */
function decodeEmbedded(certs: readonly Buffer[]): Certificate[] {
  if (certs.length > MAX_CERTS) {
    const reason = `${certs.length} certificates, more than the ${MAX_CERTS} that clients take`;
    throw new DerError('asn1-unexpected', 'BasicOCSPResponse', reason);
  }
  return certs.map(decodedOnce);
}

function decodedOnce(der: Buffer): Certificate {
  const before = decoded.get(der);
  if (before) return before;
  if (der.length > MAX_CERTIFICATE_BYTES) {
    throw new DerError(
      'der-too-large',
      EMBEDDED,
      `${der.length} bytes, more than the ${MAX_CERTIFICATE_BYTES} allowed`,
    );
  }
  try {
    // A copy: the cache must not hold on to the whole response.
    const certificate = decodeCertificate(Buffer.from(der));
    // OpenSSL's own opinion, which reads names to the last character.
    void new X509Certificate(certificate.raw);
    decoded.set(certificate.raw, certificate);
    return certificate;
  } catch (error) {
    throw new DerError(error instanceof DerError ? error.code : 'der-malformed', EMBEDDED, reasonOf(error));
  }
}

function signerError(
  { kind, certificate }: Signer,
  { tbsResponseData }: BasicOCSPResponse,
  options: AuthenticateOptions,
): ResponseError | undefined {
  if (kind !== 'delegate') return undefined;
  const problem = delegateProblem(certificate, options.issuer, options);
  if (problem) return new ResponseError(problem.code, problem.reason);
  const { notBefore, notAfter } = certificate;
  const nowMs = options.now.getTime();
  if (nowMs >= notBefore.getTime() && nowMs < notAfter.getTime()) return undefined;
  const who = `signer ${formatName(certificate.subject)}`;
  const now = formatInstant(options.now);
  if (options.now >= notAfter && tbsResponseData.producedAt < notAfter) {
    return new ResponseError(
      'response-outlives-signer',
      `${who} ended at ${formatInstant(notAfter)}, before now ${now}, and with it what it signed`,
    );
  }
  const validity = `${formatInstant(notBefore)} to ${formatInstant(notAfter)}`;
  return new ResponseError('signer-not-valid', `${who} is valid from ${validity}, not at ${now}`);
}

function signatureError(
  { certificate }: Signer,
  basic: BasicOCSPResponse,
  options: AuthenticateOptions,
): ResponseError | undefined {
  const { signatureAlgorithm, tbs, signature } = basic;
  const bad = verifySignature(signatureAlgorithm, tbs, signature, certificate.subjectPublicKeyInfo, options);
  if (!bad) return undefined;
  const code =
    bad.problem === 'invalid' ? 'signature-invalid' : (`signature-algorithm-${bad.problem}` as const);
  return new ResponseError(code, `${bad.reason} (signer ${formatName(certificate.subject)})`);
}

function notFound({ tbsResponseData: { responderID }, certs }: BasicOCSPResponse): ResponseError {
  const carried =
    certs.length === 0
      ? 'and the response carries no certificate'
      : certs.length === 1
        ? 'nor the certificate in the response'
        : `nor one of the ${certs.length} certificates in the response`;
  return new ResponseError(
    'signer-not-found',
    `the response says it is signed by ${formatResponderID(responderID)}, which is not the issuer, ${carried}`,
  );
}
