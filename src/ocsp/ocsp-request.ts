/**
 * OCSPRequest ::= SEQUENCE { tbsRequest TBSRequest, optionalSignature [0] EXPLICIT Signature OPTIONAL }
 * TBSRequest ::= SEQUENCE { version [0] EXPLICIT Version DEFAULT v1, requestorName [1] EXPLICIT GeneralName OPTIONAL,
 *   requestList SEQUENCE OF Request, requestExtensions [2] EXPLICIT Extensions OPTIONAL }
 * Request ::= SEQUENCE { reqCert CertID, singleRequestExtensions [0] EXPLICIT Extensions OPTIONAL }
 * Signature ::= SEQUENCE { signatureAlgorithm, signature BIT STRING, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
 * (RFC 6960 section 4.1.1)
 */
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { bitString, explicit, sequence } from '../der/writer.ts';
import {
  type AlgorithmIdentifier,
  decodeAlgorithmIdentifier,
  encodeAlgorithmIdentifier,
} from '../x509/algorithm-identifier.ts';
import type { Extension } from '../x509/extension.ts';
import { type GeneralName, decodeGeneralName } from '../x509/general-name.ts';
import { decodeVersion, encodeVersion } from '../x509/version.ts';
import { decodeCerts, encodeCerts } from './basic-ocsp-response.ts';
import { type CertID, decodeCertID, encodeCertID } from './cert-id.ts';
import { decodeOptionalExtensions, encodeOptionalExtensions } from './optional-extensions.ts';

/** One question (RFC 6960 section 4.1.1). */
export interface Request {
  readonly reqCert: CertID;
  readonly singleRequestExtensions: readonly Extension[];
}

/** The questions of a request: what its signature covers (RFC 6960 section 4.1.1). `version` is 1 for v1. */
export interface TBSRequest {
  readonly version: number;
  readonly requestorName: GeneralName | undefined;
  readonly requestList: readonly Request[];
  readonly requestExtensions: readonly Extension[];
}

/** Who asks (RFC 6960 section 4.1.2). `certs` are encoded. */
export interface RequestSignature {
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Buffer;
  readonly certs: readonly Buffer[];
}

/** A request (RFC 6960 section 4.1.1), decoded. */
export interface OCSPRequest {
  /** The encoded TBSRequest: what a signature covers. */
  readonly tbs: Buffer;
  readonly tbsRequest: TBSRequest;
  readonly optionalSignature: RequestSignature | undefined;
}

/**
 * Decodes a whole request (RFC 6960 section 4.1.1). A signature is not verified.
 *
 * @throws DerError when it is not strict DER or no OCSPRequest.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createCertID, createRequest, decodeOCSPRequest, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const { tbsRequest } = decodeOCSPRequest(createRequest(createCertID(certificate, issuer)));
 * for (const { reqCert } of tbsRequest.requestList) console.log(reqCert.serialNumber.toString('hex'));
 * ```
 */
export function decodeOCSPRequest(der: Uint8Array): OCSPRequest {
  return decodeWhole(der, 'OCSPRequest', (reader) => {
    const fields = reader.sequence();
    const tbs = fields.raw(TAG.sequence);
    const wrapped = fields.explicit(0);
    const optionalSignature = wrapped && decodeSignature(wrapped.sequence());
    wrapped?.finish();
    fields.finish();
    return { tbs, tbsRequest: decodeWhole(tbs, 'TBSRequest', decodeTBSRequest), optionalSignature };
  });
}

function decodeTBSRequest(reader: DerReader): TBSRequest {
  const fields = reader.sequence();
  const version = decodeVersion(fields);
  const named = fields.explicit(1);
  const requestorName = named && decodeGeneralName(named);
  named?.finish();
  const requestList = fields.sequenceOf(decodeRequest);
  const requestExtensions = decodeOptionalExtensions(fields, 2);
  fields.finish();
  return { version, requestorName, requestList, requestExtensions };
}

function decodeRequest(reader: DerReader): Request {
  const fields = reader.sequence();
  const reqCert = decodeCertID(fields);
  const singleRequestExtensions = decodeOptionalExtensions(fields, 0);
  fields.finish();
  return { reqCert, singleRequestExtensions };
}

function decodeSignature(fields: DerReader): RequestSignature {
  const signatureAlgorithm = decodeAlgorithmIdentifier(fields);
  const signature = fields.bitOctets();
  const certs = decodeCerts(fields);
  fields.finish();
  return { signatureAlgorithm, signature, certs };
}

/**
 * Encodes the questions: what `encodeOCSPRequest` takes, and what a signature is made over (RFC 6960 section 4.1.1).
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createCertID, encodeOCSPRequest, encodeTBSRequest, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const requestList = (['sha1', 'sha256'] as const).map((hash) => ({
 *   reqCert: createCertID(certificate, issuer, hash),
 *   singleRequestExtensions: [],
 * }));
 * const tbs = encodeTBSRequest({ version: 1, requestorName: undefined, requestList, requestExtensions: [] });
 * console.log(encodeOCSPRequest({ tbs, optionalSignature: undefined }).length);
 * ```
 */
export function encodeTBSRequest(request: TBSRequest): Buffer {
  return sequence(
    ...encodeVersion(request.version),
    ...(request.requestorName ? [explicit(1, request.requestorName.raw)] : []),
    sequence(...request.requestList.map(encodeRequest)),
    ...encodeOptionalExtensions(request.requestExtensions, 2),
  );
}

function encodeRequest({ reqCert, singleRequestExtensions }: Request): Buffer {
  return sequence(encodeCertID(reqCert), ...encodeOptionalExtensions(singleRequestExtensions, 0));
}

/**
 * Encodes from `tbs`, which a signature may cover (RFC 6960 section 4.1.1).
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createCertID, createRequest, decodeOCSPRequest } from 'restaple/ocsp';
 * import { encodeOCSPRequest, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const request = createRequest(createCertID(certificate, issuer));
 * console.log(encodeOCSPRequest(decodeOCSPRequest(request)).equals(request)); // true
 * ```
 */
export function encodeOCSPRequest({ tbs, optionalSignature }: Omit<OCSPRequest, 'tbsRequest'>): Buffer {
  if (!optionalSignature) return sequence(tbs);
  const { signatureAlgorithm, signature, certs } = optionalSignature;
  const fields = [encodeAlgorithmIdentifier(signatureAlgorithm), bitString(signature), ...encodeCerts(certs)];
  return sequence(tbs, explicit(0, sequence(...fields)));
}

/**
 * The request that asks for one certificate (RFC 6960 section 4.1.1), in DER: no signature, no requestor, and no
 * extensions but those given.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createCertID, createRequest, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const request = createRequest(createCertID(certificate, issuer));
 * console.log(request.toString('base64'));
 * ```
 */
export function createRequest(certID: CertID, requestExtensions: readonly Extension[] = []): Buffer {
  const requestList = [{ reqCert: certID, singleRequestExtensions: [] }];
  const tbs = encodeTBSRequest({ version: 1, requestorName: undefined, requestList, requestExtensions });
  return encodeOCSPRequest({ tbs, optionalSignature: undefined });
}
