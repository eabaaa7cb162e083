import type { CertID } from '../../ocsp/cert-id.ts';
import { hex } from '../../text.ts';
import { type AlgorithmDescription, describePlainAlgorithm } from './algorithm.ts';
import type { Row } from './listing.ts';
import { serialNumberHex } from './serial-number.ts';

/** How OCSP names a certificate (RFC 6960 section 4.1.1). */
export interface CertIDDescription {
  readonly hashAlgorithm: AlgorithmDescription;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

export function describeCertID(certID: CertID): CertIDDescription {
  return {
    hashAlgorithm: describePlainAlgorithm(certID.hashAlgorithm),
    issuerNameHash: hex(certID.issuerNameHash),
    issuerKeyHash: hex(certID.issuerKeyHash),
    serialNumber: serialNumberHex(certID.serialNumber),
  };
}

export function certIDRows(it: CertIDDescription): readonly Row[] {
  return [
    ['Hash Algorithm', it.hashAlgorithm.name],
    ['Issuer Name Hash', it.issuerNameHash],
    ['Issuer Key Hash', it.issuerKeyHash],
    ['Serial Number', it.serialNumber],
  ];
}
