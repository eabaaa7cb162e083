/** What is said where there is no answer (RFC 6960 section 2.3). */
import { RestapleError } from '../errors.ts';
import { type OCSPResponseStatus, encodeOCSPResponse } from '../ocsp/ocsp-response.ts';
import type { RelayAnswer } from './slot.ts';

const says = (responseStatus: OCSPResponseStatus): RelayAnswer => ({
  der: encodeOCSPResponse({ responseStatus, responseBytes: undefined }),
  life: undefined,
});

export const TRY_LATER: RelayAnswer = says('tryLater');
/** Also for what nobody here can verify (RFC 9919 section 3.2.3): asking again will bring nothing else. */
export const UNAUTHORIZED: RelayAnswer = says('unauthorized');
export const MALFORMED_REQUEST: RelayAnswer = says('malformedRequest');

/** A responder that does not know the certificate will not know it in a minute; all else may pass. */
export function statusFor(error: unknown): RelayAnswer {
  return error instanceof RestapleError && error.code === 'responder-unauthorized' ? UNAUTHORIZED : TRY_LATER;
}
