/** From an error code to the exit code of the process: sysexits, so that cron, systemd, h2o and nghttpx read them. */
import { type ErrorCode, RestapleError } from '../errors.ts';

export const EXIT = {
  ok: 0,
  /** Revoked or unknown. */
  notGood: 1,
  usage: 64,
  dataError: 65,
  noInput: 66,
  /** Not to be had: no responder, no issuer, or the responder says that it will not answer. */
  unavailable: 69,
  software: 70,
  cannotCreate: 73,
  /** Worth another try. */
  temporary: 75,
  config: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  'der-malformed': EXIT.dataError,
  'der-trailing-bytes': EXIT.dataError,
  'der-too-large': EXIT.dataError,
  'der-too-deep': EXIT.dataError,
  'asn1-unexpected': EXIT.dataError,
  'pem-malformed': EXIT.dataError,
  'usage-invalid': EXIT.usage,
  'file-unreadable': EXIT.noInput,
  'output-unwritable': EXIT.cannotCreate,
  'format-unknown': EXIT.dataError,
  'certificate-not-found': EXIT.dataError,
  'certificate-ambiguous': EXIT.dataError,
  'certificate-expired': EXIT.dataError,
  'issuer-not-found': EXIT.unavailable,
  'issuer-mismatch': EXIT.dataError,
  'responder-url-missing': EXIT.unavailable,
  'key-unusable': EXIT.dataError,
  'url-invalid': EXIT.unavailable,
  'address-refused': EXIT.unavailable,
  'redirect-refused': EXIT.temporary,
  'proxy-failed': EXIT.temporary,
  'http-unreachable': EXIT.temporary,
  'http-tls-failed': EXIT.temporary,
  'http-timeout': EXIT.temporary,
  'http-status': EXIT.temporary,
  'http-too-large': EXIT.dataError,
  'http-not-ocsp': EXIT.temporary,
  'responder-malformed-request': EXIT.unavailable,
  'responder-internal-error': EXIT.temporary,
  'responder-try-later': EXIT.temporary,
  'responder-sig-required': EXIT.unavailable,
  'responder-unauthorized': EXIT.unavailable,
  'response-type-unknown': EXIT.dataError,
  'response-version-unknown': EXIT.dataError,
  'certid-mismatch': EXIT.dataError,
  'signature-invalid': EXIT.dataError,
  'signature-algorithm-refused': EXIT.dataError,
  'signature-algorithm-unknown': EXIT.dataError,
  'signer-not-found': EXIT.dataError,
  'signer-not-issued': EXIT.dataError,
  'signer-not-authorized': EXIT.dataError,
  'signer-key-usage': EXIT.dataError,
  'signer-not-valid': EXIT.dataError,
  'this-update-in-future': EXIT.dataError,
  'next-update-missing': EXIT.dataError,
  'next-update-before-this-update': EXIT.dataError,
  'response-expired': EXIT.dataError,
  'response-too-old': EXIT.dataError,
  'response-outlives-signer': EXIT.dataError,
  'response-outlives-certificate': EXIT.dataError,
  'critical-extension-unknown': EXIT.dataError,
  'nonce-missing': EXIT.dataError,
  'nonce-mismatch': EXIT.dataError,
  'certificate-revoked': EXIT.notGood,
  'certificate-unknown': EXIT.notGood,
  'crl-not-found': EXIT.unavailable,
  'crl-not-served': EXIT.temporary,
  'crl-malformed': EXIT.dataError,
  'crl-signer-refused': EXIT.dataError,
  'crl-signature-invalid': EXIT.dataError,
  'crl-algorithm-refused': EXIT.dataError,
  'crl-not-current': EXIT.dataError,
  'crl-out-of-scope': EXIT.dataError,
  'crl-unsupported': EXIT.dataError,
  'keeper-not-running': EXIT.unavailable,
  'keeper-no-answer': EXIT.temporary,
  'socket-unusable': EXIT.cannotCreate,
  'certificate-not-kept': EXIT.unavailable,
  'store-not-found': EXIT.unavailable,
  // The other one may be on its way out, as in a restart.
  'store-locked': EXIT.temporary,
  'server-refused': EXIT.temporary,
  'server-check-failed': EXIT.config,
  'server-reload-failed': EXIT.temporary,
  'probe-unreachable': EXIT.temporary,
  'probe-starttls-failed': EXIT.unavailable,
  'probe-tls-failed': EXIT.temporary,
  'probe-timeout': EXIT.temporary,
  'config-invalid': EXIT.config,
  internal: EXIT.software,
};

/** Whether a code that came from another process is one of this version. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(CODES, code);

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof RestapleError ? CODES[error.code] : EXIT.software;
}

/** From the gravest to none: of several certificates in one call, the gravest counts. */
const GRAVITY: readonly ExitCode[] = [70, 78, 64, 66, 73, 1, 65, 69, 75, 0];

export function gravest(codes: Iterable<ExitCode>): ExitCode {
  const present = new Set(codes);
  return GRAVITY.find((code) => present.has(code)) ?? EXIT.ok;
}
