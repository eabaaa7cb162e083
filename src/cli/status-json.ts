/** Parts of a verdict as the JSON of every verb spells them: `null` for what there is not. */
import { formatInstant } from '../der/time.ts';
import { type CertStatus, crlReasonName } from '../ocsp/cert-status.ts';
import type { Verdict } from '../ocsp/verify-response.ts';
import { formatName } from '../x509/name.ts';

export const timeJson = (date: Date | undefined): string | null => (date ? formatInstant(date) : null);

export interface RevocationJson {
  readonly revocationTime: string | null;
  readonly revocationReason: string | null;
}

export function revocationJson(status: CertStatus | undefined): RevocationJson {
  if (status?.type !== 'revoked') return { revocationTime: null, revocationReason: null };
  const reason = status.reason === undefined ? null : crlReasonName(status.reason);
  return { revocationTime: formatInstant(status.revocationTime), revocationReason: reason };
}

export interface SignerJson {
  readonly kind: string;
  readonly subject: string;
}

export const signerJson = (verdict: Verdict | undefined): SignerJson | null =>
  verdict ? { kind: verdict.signer.kind, subject: formatName(verdict.signer.certificate.subject) } : null;
