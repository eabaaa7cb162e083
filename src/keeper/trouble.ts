/** What a failure says about who failed. */
import { DerError, type ErrorCode, InputError, RestapleError, TransportError } from '../errors.ts';

/** These are about where we were told to go, and say nothing of a responder. */
const NOT_ITS_FAULT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['url-invalid', 'address-refused']);
/** A responder that is there and says that it cannot. */
const LATER: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['responder-try-later', 'responder-internal-error']);
/** What stands between: the network, an edge that hands out something else, a disk that is full. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'redirect-refused',
  'proxy-failed',
  'http-unreachable',
  'http-timeout',
  'http-status',
  'http-too-large',
  'http-not-ocsp',
  'der-malformed',
  'der-trailing-bytes',
  'der-too-large',
  'der-too-deep',
  'asn1-unexpected',
  'output-unwritable',
]);
/**
 * With a working responder, these are what a newer answer of it cures. Not `this-update-in-future`: that is the clock
 * here, and when it is set right all is looked at anew.
 */
const LATER_TOO: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'response-expired',
  'response-too-old',
  'response-outlives-signer',
  'certificate-unknown',
]);

/**
 * What the end of an attempt tells of the responder: `down` when every certificate of it would have met the same,
 * `none` when it was not asked at all. An old answer is `up`: each edge has files of its own, so that what one
 * certificate gets says nothing of the next. In the simulation it cost hours of staples to wait for another's.
 */
export function signOf(error: unknown): 'up' | 'down' | 'none' {
  if (error === undefined) return 'up';
  if (error instanceof TransportError) return NOT_ITS_FAULT.has(error.code) ? 'none' : 'down';
  if (error instanceof DerError) return 'down';
  if (!(error instanceof RestapleError)) return 'none';
  // It answered; the disk did not take it.
  if (error instanceof InputError) return error.code === 'output-unwritable' ? 'up' : 'none';
  return LATER.has(error.code) ? 'down' : 'up';
}

/** False for what will be the same tomorrow unless somebody mends it. */
export function isPassing(code: ErrorCode): boolean {
  return PASSING.has(code) || LATER.has(code) || LATER_TOO.has(code);
}

/** A fault of restaple must not take ten thousand other certificates along: it is told, and tried again later. */
export function complaintOf(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  if (error instanceof RestapleError) return { code: error.code, message: error.message };
  return {
    code: 'internal',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
