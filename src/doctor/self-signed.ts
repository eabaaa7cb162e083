/** A certificate that vouches for itself: nobody but its own key could answer for it, so no responder does. */
import { findIssuer } from '../issuer/find-issuer.ts';
import type { Certificate } from '../x509/certificate.ts';

export const isSelfSigned = (certificate: Certificate): boolean =>
  findIssuer(certificate, [certificate]) !== undefined;
