/** `Responder Error: trylater (3)`, as openssl prints it. */
import type { OCSPResponseStatus } from '../../ocsp/ocsp-response.ts';

/** RFC 6960 section 4.2.1; 4 is not used. */
const NUMBERS: Readonly<Record<OCSPResponseStatus, number>> = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
};

export const responderError = (status: OCSPResponseStatus): string =>
  `Responder Error: ${status.toLowerCase()} (${NUMBERS[status]})\n`;
