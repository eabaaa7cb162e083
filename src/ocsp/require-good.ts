/** Rule 10: only `good` becomes a staple. */
import { ResponseError } from '../errors.ts';
import { formatInstant } from '../der/time.ts';
import { type CertStatus, crlReasonName } from './cert-status.ts';

/** @throws ResponseError `certificate-revoked` or `certificate-unknown`. */
export function requireGood(certStatus: CertStatus): void {
  switch (certStatus.type) {
    case 'good':
      return;
    case 'revoked': {
      const reason = certStatus.reason === undefined ? '' : `, ${crlReasonName(certStatus.reason)}`;
      const since = formatInstant(certStatus.revocationTime);
      throw new ResponseError('certificate-revoked', `the certificate is revoked since ${since}${reason}`);
    }
    case 'unknown':
      throw new ResponseError('certificate-unknown', 'the responder does not know the certificate');
  }
}
