/**
 * Every failure that restaple knows, as one closed union of codes and one class a layer.
 *
 * A code is stable: scripts, logs and JSON output may rely on it, and `docs/reference/errors.md` has an entry for
 * each. The message holds the values that clash. What to do next is said at the edge, in `cli/hints.ts`.
 */

/** Bytes that are no strict DER, no PEM, or not the ASN.1 type that was expected. */
export type DerCode =
  | 'der-malformed'
  | 'der-trailing-bytes'
  | 'der-too-large'
  | 'der-too-deep'
  | 'asn1-unexpected'
  | 'pem-malformed';

/** What the user gave: arguments, files, certificates. */
export type InputCode =
  | 'usage-invalid'
  | 'file-unreadable'
  | 'output-unwritable'
  | 'format-unknown'
  | 'certificate-not-found'
  | 'certificate-ambiguous'
  | 'certificate-expired'
  | 'issuer-not-found'
  | 'issuer-mismatch'
  | 'responder-url-missing'
  | 'key-unusable';

/** What happened between restaple and a responder. */
export type TransportCode =
  | 'url-invalid'
  | 'address-refused'
  | 'redirect-refused'
  | 'proxy-failed'
  | 'http-unreachable'
  | 'http-tls-failed'
  | 'http-timeout'
  | 'http-status'
  | 'http-too-large'
  | 'http-not-ocsp';

/** The rules of verification; `ocsp/rules.ts` gives each its number and its RFC section. */
export type ResponseCode =
  | 'responder-malformed-request'
  | 'responder-internal-error'
  | 'responder-try-later'
  | 'responder-sig-required'
  | 'responder-unauthorized'
  | 'response-type-unknown'
  | 'response-version-unknown'
  | 'certid-mismatch'
  | 'signature-invalid'
  | 'signature-algorithm-refused'
  | 'signature-algorithm-unknown'
  | 'signer-not-found'
  | 'signer-not-issued'
  | 'signer-not-authorized'
  | 'signer-key-usage'
  | 'signer-not-valid'
  | 'this-update-in-future'
  | 'next-update-missing'
  | 'next-update-before-this-update'
  | 'response-expired'
  | 'response-too-old'
  | 'response-outlives-signer'
  | 'response-outlives-certificate'
  | 'critical-extension-unknown'
  | 'nonce-missing'
  | 'nonce-mismatch'
  | 'certificate-revoked'
  | 'certificate-unknown';

/** Why a CRL says nothing about a certificate. */
export type CrlCode =
  | 'crl-not-found'
  | 'crl-not-served'
  | 'crl-malformed'
  | 'crl-signer-refused'
  | 'crl-signature-invalid'
  | 'crl-algorithm-refused'
  | 'crl-not-current'
  | 'crl-out-of-scope'
  | 'crl-unsupported';

/** What happened between a verb and the keeper, and at the places that they share. */
export type KeeperCode =
  | 'keeper-not-running'
  | 'keeper-no-answer'
  | 'socket-unusable'
  | 'certificate-not-kept'
  | 'store-not-found'
  | 'store-locked';

/** What happened between the keeper and a server that staples. */
export type ServerCode = 'server-refused' | 'server-check-failed' | 'server-reload-failed';

/** What happened on the way to the certificate that a server presents. */
export type ProbeCode = 'probe-unreachable' | 'probe-starttls-failed' | 'probe-tls-failed' | 'probe-timeout';

/** What is wrong with a config file. */
export type ConfigCode = 'config-invalid';

/** Every code that an error of restaple has. */
export type ErrorCode =
  | DerCode
  | InputCode
  | TransportCode
  | ResponseCode
  | CrlCode
  | KeeperCode
  | ServerCode
  | ProbeCode
  | ConfigCode
  | 'internal';

/**
 * The base of every error that restaple throws on purpose. `code` is one word of a closed union, the same from release
 * to release, by which a program decides; `message` is for people. docs/reference/errors.md has an entry for each
 * code.
 * @example
 * ```ts
 * import { RestapleError, fetchStaple } from 'restaple';
 *
 * try {
 *   await fetchStaple('no-such-file.crt');
 * } catch (error) {
 *   if (!(error instanceof RestapleError)) throw error;
 *   console.log(error.name, error.code); // InputError file-unreadable
 * }
 * ```
 */
export abstract class RestapleError extends Error {
  abstract readonly code: ErrorCode;

  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * Bytes that are not strict DER (X.690), or not of the type that was expected. `what` is the type that was decoded,
 * such as `OCSPResponse`; `offset` the byte, counted from the start of the outermost value, at which decoding stopped.
 * @example
 * ```ts
 * import { DerError, decodeOCSPResponse } from 'restaple/ocsp';
 *
 * try {
 *   decodeOCSPResponse(Buffer.from('3003', 'hex'));
 * } catch (error) {
 *   if (!(error instanceof DerError)) throw error;
 *   console.log(error.code, error.what, error.offset); // der-malformed OCSPResponse 0
 * }
 * ```
 */
export class DerError extends RestapleError {
  readonly code: DerCode;
  readonly what: string;
  readonly offset: number;

  constructor(code: DerCode, what: string, problem: string, offset = 0) {
    super(`${what}: ${problem}`);
    this.code = code;
    this.what = what;
    this.offset = offset;
  }
}

/**
 * What was handed over is not what it should be, or not enough: a file, a certificate, an option. `path` is the file
 * that the error is about, where there is one.
 * @example
 * ```ts
 * import { InputError, findLeaf } from 'restaple';
 *
 * try {
 *   findLeaf([]);
 * } catch (error) {
 *   if (!(error instanceof InputError)) throw error;
 *   console.log(error.code, error.path); // certificate-not-found undefined
 * }
 * ```
 */
export class InputError extends RestapleError {
  readonly code: InputCode;
  readonly path: string | undefined;

  constructor(code: InputCode, message: string, path?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}

/** What stands before a responder and spoke in its place, where that is plain: `http/edge-words.ts` tells them apart. */
export type EdgeSign = 'host-not-served' | 'rate-limited' | 'origin-gone' | 'blocked' | 'page' | 'portal';

/** What a TransportError has besides its words. */
export interface TransportErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number | undefined;
  readonly edge?: EdgeSign | undefined;
  readonly isMetadata?: boolean;
}

/**
 * No answer of a responder, or none that could be one. `url` is what was asked, without credentials; `status` the HTTP
 * status code, where an answer came; `retryAfterMs` the milliseconds that its Retry-After said (RFC 9110 section
 * 10.2.3); `edge` what spoke in the place of the responder, where that is plain; `isMetadata` that the refused address
 * is one that hands out the credentials of a cloud, and so nobody's responder.
 * @example
 * ```ts
 * import { TransportError, createHttpClient } from 'restaple';
 *
 * const client = createHttpClient();
 * try {
 *   await client.exchange({ method: 'GET', url: new URL('http://127.0.0.1/'), maxBytes: 65_536 });
 * } catch (error) {
 *   if (!(error instanceof TransportError)) throw error;
 *   console.log(error.code, error.url); // address-refused http://127.0.0.1/
 * } finally {
 *   client.close();
 * }
 * ```
 */
export class TransportError extends RestapleError {
  readonly code: TransportCode;
  readonly url: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly edge: EdgeSign | undefined;
  readonly isMetadata: boolean;

  constructor(
    code: TransportCode,
    message: string,
    url: string,
    status?: number,
    options?: TransportErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.url = url;
    this.status = status;
    this.retryAfterMs = options?.retryAfterMs;
    this.edge = options?.edge;
    this.isMetadata = options?.isMetadata === true;
  }
}

/** What a ResponseError has besides its words. */
export interface ResponseErrorOptions extends ErrorOptions {
  readonly isCached?: boolean;
  readonly retryAfterMs?: number | undefined;
}

/**
 * A response that a rule of verification refused (RFC 6960 section 3.2). `isCached`: it was a cache that kept it too
 * long; `retryAfterMs` the milliseconds that the Retry-After beside a `tryLater` said.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { ResponseError, parseCertificates, verifyResponse } from 'restaple/ocsp';
 *
 * const [, issuer] = parseCertificates(readFileSync('domain.crt'));
 * try {
 *   verifyResponse(readFileSync('domain.ocsp'), { certificate: issuer, issuer, now: new Date() });
 * } catch (error) {
 *   if (!(error instanceof ResponseError)) throw error;
 *   console.log(error.code); // certid-mismatch
 * }
 * ```
 */
export class ResponseError extends RestapleError {
  readonly code: ResponseCode;
  readonly isCached: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ResponseCode, message: string, options?: ResponseErrorOptions) {
    super(message, options);
    this.code = code;
    this.isCached = options?.isCached === true;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** `url` is where the CRL came from, once that is known. */
export class CrlError extends RestapleError {
  readonly code: CrlCode;
  readonly url: string | undefined;

  constructor(code: CrlCode, message: string, url?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.url = url;
  }
}

/** What a verb and the keeper, or the places that they share, have against each other. */
export class KeeperError extends RestapleError {
  readonly code: KeeperCode;

  constructor(code: KeeperCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A server that staples did not do what was asked of it; the message has its name and its words. */
export class ServerError extends RestapleError {
  readonly code: ServerCode;

  constructor(code: ServerCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a ProbeError has besides its words. */
export interface ProbeErrorOptions extends ErrorOptions {
  readonly said?: Buffer | undefined;
}

/** A server's certificate could not be seen; the message begins with the server. `said` is what came in place of TLS. */
export class ProbeError extends RestapleError {
  readonly code: ProbeCode;
  readonly said: Buffer | undefined;

  constructor(code: ProbeCode, message: string, options?: ProbeErrorOptions) {
    super(message, options);
    this.code = code;
    this.said = options?.said;
  }
}

/** One thing that is wrong in a config: what, where, and what may have been meant. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** The key, such as `certificates[2].issuer`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** `path:line:column: key: what is wrong`. */
export function formatProblem({ file, line, column, path, message }: ConfigProblem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** A config with everything that is wrong in it, in the order of the file; the message has the first. */
export class ConfigError extends RestapleError {
  readonly code: ConfigCode = 'config-invalid';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const [first, ...more] = problems.map((problem) => formatProblem(problem));
    super(`${first ?? 'no problem'}${more.length > 0 ? ` (and ${more.length} more)` : ''}`);
    this.problems = problems;
  }
}

/** Any error as its message: for text that quotes the reason of another layer. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
