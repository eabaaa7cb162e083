/** Anything that `inspect` can show: one plain description, from which both the listing and the JSON are made. */
import { decodeOCSPRequest } from '../../ocsp/ocsp-request.ts';
import { decodeOCSPResponse } from '../../ocsp/ocsp-response.ts';
import { decodeCertificate } from '../../x509/certificate.ts';
import { type CertificateDescription, describeCertificate, listCertificate } from './certificate.ts';
import type { Listing } from './listing.ts';
import type { Part } from './parts.ts';
import { type RequestDescription, describeRequest, listRequest } from './request.ts';
import { type ResponseDescription, describeResponse, listResponse } from './response.ts';

/** Text in it is safe to print, bytes are upper-case hex, times are ISO, what is not there is `null`. */
export type Description = CertificateDescription | RequestDescription | ResponseDescription;

export const TITLES: Readonly<Record<Description['type'], string>> = {
  certificate: 'certificate',
  'ocsp-request': 'OCSP request',
  'ocsp-response': 'OCSP response',
};

/** @throws DerError when the part is not what its first bytes promise. */
export function describePart({ kind, der }: Part, now: Date): Description {
  switch (kind) {
    case 'certificate':
      return describeCertificate(decodeCertificate(der), now);
    case 'ocsp-request':
      return describeRequest(decodeOCSPRequest(der), now);
    case 'ocsp-response':
      return describeResponse(decodeOCSPResponse(der), now);
  }
}

export function listDescription(description: Description): Listing {
  switch (description.type) {
    case 'certificate':
      return listCertificate(description);
    case 'ocsp-request':
      return listRequest(description);
    case 'ocsp-response':
      return listResponse(description);
  }
}
