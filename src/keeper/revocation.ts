/** What an answer means for a certificate that is revoked, or was said to be. */
import { ResponseError } from '../errors.ts';
import { CERTIFICATE_HOLD } from '../ocsp/cert-status.ts';
import { requireGood } from '../ocsp/require-good.ts';
import { complaintOf } from './trouble.ts';
import type { Answer, Revocation } from './work.ts';

/** `undefined` for an answer that does not say so. */
export function revocationOf({ certStatus, thisUpdate }: Answer<unknown>): Revocation | undefined {
  if (certStatus.type !== 'revoked') return undefined;
  try {
    requireGood(certStatus);
    return undefined;
  } catch (error) {
    const onHold = certStatus.reason === CERTIFICATE_HOLD;
    return { since: thisUpdate, onHold, message: complaintOf(error).message };
  }
}

/**
 * `good` after `revoked`: a cache that still has the old answer, or somebody who plays it back. Only a hold is ever
 * taken back, and only by something newer; anything else must be asked for by hand.
 */
export function refuseOverRevocation(
  { onHold, since, message }: Revocation,
  thisUpdate: number,
  isByHand: boolean,
): void {
  if ((onHold || isByHand) && thisUpdate > since) return;
  throw new ResponseError('certificate-revoked', `${message}; an older answer still calls it good`);
}
