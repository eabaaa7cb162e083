/**
 * What a CRL says of one certificate (RFC 5280 sections 5 and 6.3). Pure: the time is an argument, and nothing is fetched.
 *
 * Taken are complete CRLs that the issuer of the certificate signed. Refused, each with a word: delta CRLs, indirect CRLs,
 * CRLs for some reasons only, and whatever else would leave open whether a certificate that is not listed is good.
 */
import { CrlError } from '../errors.ts';
import type { CertStatus } from '../ocsp/cert-status.ts';
import type { Certificate } from '../x509/certificate.ts';
import { decodeCertificateList } from './certificate-list.ts';
import { checkCurrent } from './check-current.ts';
import { checkScope } from './check-scope.ts';
import { checkSigner } from './check-signer.ts';
import type { DistributionPoint } from './crl-distribution-points.ts';
import type { RevokedCertificate } from './revoked-certificate.ts';
import { findRevoked } from './revoked-certificates.ts';

export interface VerifyCrlOptions {
  readonly certificate: Certificate;
  /** The CA certificate whose key signed `certificate`. */
  readonly issuer: Certificate;
  /** That of the certificate which led to the CRL. */
  readonly point: DistributionPoint;
  readonly now: Date;
  /** Take SHA-1 signatures. */
  readonly allowSha1: boolean;
}

export interface CrlVerdict {
  /** Never `unknown`. */
  readonly certStatus: Exclude<CertStatus, { type: 'unknown' }>;
  /** Since when the key may have been in other hands, where the CRL tells. */
  readonly invalidityDate: Date | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** How many certificates the CRL lists. */
  readonly entries: number;
}

/** RFC 5280 section 5.3.1: it may stand in delta CRLs only. */
const REMOVE_FROM_CRL = 8;

/**
 * @throws DerError when it is not strict DER.
 * @throws CrlError for the first rule that it breaks.
 */
export function verifyCrl(der: Uint8Array, options: VerifyCrlOptions): CrlVerdict {
  const { certificate, issuer, point, now, allowSha1 } = options;
  const list = decodeCertificateList(der);
  checkSigner(list, issuer, { allowSha1 });
  checkScope(list, certificate, point);
  const nextUpdate = checkCurrent(list, now);
  const { entries, found } = findRevoked(list, certificate.serialNumber);
  return {
    certStatus: found ? revoked(found) : { type: 'good' },
    invalidityDate: found?.invalidityDate,
    thisUpdate: list.thisUpdate,
    nextUpdate,
    entries,
  };
}

function revoked({ revocationDate, reason }: RevokedCertificate): CrlVerdict['certStatus'] {
  if (reason === REMOVE_FROM_CRL)
    throw new CrlError('crl-unsupported', 'removeFromCRL in a complete CRL: it contradicts itself');
  return { type: 'revoked', revocationTime: revocationDate, reason };
}
