/**
 * What responders and CRLs say of certificates, asked once for all servers and addresses that present the same one: a fleet
 * behind one name would ask a CA a hundred times, or fetch its CRL as often.
 */
import type { CrlStatus } from '../../crl/fetch-crl-status.ts';
import type { RestapleError } from '../../errors.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Answer } from './compare.ts';

type Key = string;

export interface Asked {
  readonly responders: Map<Key, Promise<Answer>>;
  readonly crls: Map<Key, Promise<CrlStatus | RestapleError>>;
}

/** For one round of looks: in the next one all may be otherwise. */
export const nothingAsked = (): Asked => ({ responders: new Map(), crls: new Map() });

/** What `ask` brings, or brought before for the same certificate and issuer. */
export function once<T>(
  known: Map<Key, Promise<T>>,
  [certificate, issuer]: readonly [certificate: Certificate, issuer: Certificate],
  ask: () => Promise<T>,
): Promise<T> {
  const key: Key = `${certificate.raw.toString('base64')} ${issuer.raw.toString('base64')}`;
  const asked = known.get(key) ?? ask();
  known.set(key, asked);
  return asked;
}
