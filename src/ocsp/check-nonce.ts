/** Rule 9: a response to a request with a nonce must repeat it, or it may be an old one played again. */
import { ResponseError } from '../errors.ts';
import { TAG } from '../der/tags.ts';
import { hex } from '../text.ts';
import { type Extension, findExtension } from '../x509/extension.ts';
import { OID } from '../x509/oids.ts';
import { encodeNonce } from './extensions/nonce.ts';

/** The nonce of a request, to which the response is put (RFC 9654 section 2.1). */
export interface ExpectedNonce {
  /** The bytes that were sent. */
  readonly value: Uint8Array;
  /** `if-supported` takes a response without any nonce, as pre-signing responders give. */
  readonly policy: 'required' | 'if-supported';
}

/** @throws ResponseError `nonce-missing` or `nonce-mismatch`. */
export function checkNonce(
  responseExtensions: readonly Extension[],
  expected: ExpectedNonce | undefined,
): void {
  if (!expected) return;
  const returned = findExtension(responseExtensions, OID.ocspNonce);
  if (!returned) {
    if (expected.policy === 'if-supported') return;
    throw new ResponseError('nonce-missing', 'the response has no nonce, though one was sent');
  }
  // Compared encoded: some responders repeat an extension they do not read.
  if (returned.value.equals(encodeNonce(expected.value).value)) return;
  throw new ResponseError(
    'nonce-mismatch',
    `the response has another nonce than was sent: ${shown(returned.value)}, not ${hex(expected.value)}`,
  );
}

/** The bytes inside the OCTET STRING, or all of them where there is none. */
function shown(value: Buffer): string {
  return hex(value[0] === TAG.octetString && value[1] === value.length - 2 ? value.subarray(2) : value);
}
