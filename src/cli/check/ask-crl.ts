/** The CRL of a certificate that a server presents. */
import { attempt } from '../../attempt.ts';
import { crlDistributionPoints } from '../../crl/crl-distribution-points.ts';
import { type CrlStatus, fetchCrlStatus } from '../../crl/fetch-crl-status.ts';
import { formatInstant } from '../../der/time.ts';
import { RestapleError } from '../../errors.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { once } from './asked.ts';
import { found, foundError, knownError } from './find.ts';
import type { Own } from './own-findings.ts';
import type { Finding } from './states.ts';
import type { CheckTools } from './tools.ts';

export const namesCrl = ({ certificate, noRevAvail }: Own): boolean =>
  !noRevAvail && (attempt(() => crlDistributionPoints(certificate)) ?? []).length > 0;

export const crlOf = (
  certificate: Certificate,
  issuer: Certificate,
  tools: CheckTools,
): Promise<CrlStatus | RestapleError> =>
  once(tools.asked.crls, [certificate, issuer], () => fetchFor(certificate, issuer, tools));

async function fetchFor(
  certificate: Certificate,
  issuer: Certificate,
  { crls, client, now, judgement, headers, timeoutMs }: CheckTools,
): Promise<CrlStatus | RestapleError> {
  const { allowSha1 } = judgement;
  try {
    return await crls.run('', () =>
      fetchCrlStatus({ certificate, issuer, client, now: now(), allowSha1, headers, timeoutMs }),
    );
  } catch (error) {
    return knownError(error);
  }
}

export function crlFinding(crl: CrlStatus | RestapleError): Finding | undefined {
  if (crl instanceof RestapleError)
    return foundError('CRL failed', crl, `the CRL says nothing: ${crl.message}`);
  if (crl.certStatus.type === 'good') return undefined;
  const since = formatInstant(crl.certStatus.revocationTime);
  return found('revoked by CRL', `revoked since ${since}, by the CRL`, 'replace the certificate');
}
