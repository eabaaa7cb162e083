/** Rule 4: the answer to the question that was asked, and no other. */
import { ResponseError } from '../errors.ts';
import { hex } from '../text.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatName } from '../x509/name.ts';
import { oidName } from '../x509/oids.ts';
import { hashOf } from '../x509/signature-scheme.ts';
import { type AskedCertificate, matchesCertID } from './cert-id.ts';
import type { CertStatus } from './cert-status.ts';
import type { SingleResponse } from './single-response.ts';

/** Of several answers about one certificate the strictest counts: a responder of two minds must not help an attacker. */
const STRICTNESS: Readonly<Record<CertStatus['type'], number>> = { good: 0, unknown: 1, revoked: 2 };

/**
 * The SingleResponse for `certificate`: the strictest of several, the newest among equals.
 *
 * @throws ResponseError `certid-mismatch` when there is none.
 */
export function matchSingle(
  responses: readonly SingleResponse[],
  certificate: AskedCertificate,
  issuer: Certificate,
): SingleResponse {
  const match = strictest(responses.filter(({ certID }) => matchesCertID(certID, certificate, issuer)));
  if (!match) throw new ResponseError('certid-mismatch', mismatch(responses, certificate, issuer));
  return match;
}

/** The strictest of several answers about one certificate, the newest among equals. */
export function strictest(responses: readonly SingleResponse[]): SingleResponse | undefined {
  let first: SingleResponse | undefined;
  for (const single of responses) if (!first || counts(single, first)) first = single;
  return first;
}

function counts(a: SingleResponse, b: SingleResponse): boolean {
  const stricter = STRICTNESS[a.certStatus.type] - STRICTNESS[b.certStatus.type];
  return stricter > 0 || (stricter === 0 && a.thisUpdate > b.thisUpdate);
}

function mismatch(
  responses: readonly SingleResponse[],
  certificate: AskedCertificate,
  issuer: Certificate,
): string {
  const [first] = responses;
  if (!first) return 'the response is about no certificate at all';
  const asked = `serial ${hex(certificate.serialNumber)}`;
  const same = responses.find(({ certID }) => certID.serialNumber.equals(certificate.serialNumber));
  if (!same) {
    const more = responses.length > 1 ? ` and ${responses.length - 1} more` : '';
    return `the response is for serial ${hex(first.certID.serialNumber)}${more}, not for ${asked}`;
  }
  const { algorithm } = same.certID.hashAlgorithm;
  if (hashOf(algorithm) === undefined) {
    return `the response names the issuer of ${asked} by hash ${oidName(algorithm)}, not by SHA-1 or SHA-2`;
  }
  return `the response is for ${asked} of another issuer than ${formatName(issuer.subject)}`;
}
