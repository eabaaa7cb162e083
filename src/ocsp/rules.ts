/**
 * The rules by which a response is judged: their numbers, names and sources, and which codes break which.
 * `docs/rfc-conformance.md` tells each at length.
 */
import { DerError, type ResponseCode, ResponseError } from '../errors.ts';

/** A rule by its name. */
export type RuleName =
  | 'strict DER'
  | 'response status'
  | 'response type'
  | 'CertID'
  | 'signature'
  | 'signer'
  | 'times'
  | 'critical extensions'
  | 'nonce'
  | 'certificate status';

/** A rule by which a response is judged; `source` is where it is written. */
export interface Rule {
  readonly number: number;
  readonly name: RuleName;
  readonly source: string;
}

/**
 * The rules by which a response is judged, in the order of their numbers: those of `verifyResponse`, and the last one,
 * that only `good` becomes a staple.
 * @example
 * ```ts
 * import { RULES } from 'restaple/ocsp';
 *
 * for (const { number, name, source } of RULES) console.log(`${number}. ${name} (${source})`);
 * ```
 */
export const RULES: readonly Rule[] = [
  { number: 1, name: 'strict DER', source: 'X.690; RFC 6960 section 4.2.1' },
  { number: 2, name: 'response status', source: 'RFC 6960 section 4.2.1' },
  { number: 3, name: 'response type', source: 'RFC 6960 section 4.2.1' },
  { number: 4, name: 'CertID', source: 'RFC 6960 section 3.2 (1)' },
  { number: 5, name: 'signature', source: 'RFC 6960 section 3.2 (2)' },
  { number: 6, name: 'signer', source: 'RFC 6960 section 3.2 (3, 4), 4.2.2.2' },
  { number: 7, name: 'times', source: 'RFC 6960 section 3.2 (5, 6), 4.2.2.1' },
  { number: 8, name: 'critical extensions', source: 'RFC 6960 section 4.4; RFC 5280 section 4.2' },
  { number: 9, name: 'nonce', source: 'RFC 9654 section 2.1' },
  { number: 10, name: 'certificate status', source: 'RFC 6960 section 2.2' },
];

const NUMBERS: Readonly<Record<ResponseCode, number>> = {
  'responder-malformed-request': 2,
  'responder-internal-error': 2,
  'responder-try-later': 2,
  'responder-sig-required': 2,
  'responder-unauthorized': 2,
  'response-type-unknown': 3,
  'response-version-unknown': 3,
  'certid-mismatch': 4,
  'signature-invalid': 5,
  'signature-algorithm-refused': 5,
  'signature-algorithm-unknown': 5,
  'signer-not-found': 6,
  'signer-not-issued': 6,
  'signer-not-authorized': 6,
  'signer-key-usage': 6,
  'signer-not-valid': 6,
  'this-update-in-future': 7,
  'next-update-missing': 7,
  'next-update-before-this-update': 7,
  'response-expired': 7,
  'response-too-old': 7,
  'response-outlives-signer': 7,
  'response-outlives-certificate': 7,
  'critical-extension-unknown': 8,
  'nonce-missing': 9,
  'nonce-mismatch': 9,
  'certificate-revoked': 10,
  'certificate-unknown': 10,
};

export const isResponseCode = (code: string): code is ResponseCode => Object.hasOwn(NUMBERS, code);

/** The types of which a response is made: an error in the DER of a certificate file breaks no rule for responses. */
const RESPONSE_TYPES: ReadonlySet<string> = new Set([
  'OCSPResponse',
  'BasicOCSPResponse',
  'ResponseData',
  'Certificate in the response',
]);

/** The rule that an error of the verification broke; `undefined` for any other error. */
export function brokenRule(error: unknown): Rule | undefined {
  if (error instanceof DerError) return RESPONSE_TYPES.has(error.what) ? RULES[0] : undefined;
  return error instanceof ResponseError ? RULES[NUMBERS[error.code] - 1] : undefined;
}
