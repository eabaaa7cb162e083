/** What a certificate says of itself, and what follows from that alone. */
import { formatInstant } from '../../der/time.ts';
import { retiredCa } from '../../doctor/retired-cas.ts';
import { isSelfSigned } from '../../doctor/self-signed.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { found } from './find.ts';
import type { Presentation } from './presentation.ts';
import type { Finding } from './states.ts';

export type Own = Pick<Presentation, 'certificate' | 'chain' | 'mustStaple' | 'noRevAvail' | 'ocspUrls'>;

export function ended({ notAfter }: Certificate, now: Date): Finding | undefined {
  if (notAfter > now) return undefined;
  return found('certificate expired', `the certificate ended at ${formatInstant(notAfter)}`, 'renew it');
}

/** A staple that should be there and is not. */
export function absent(
  { mustStaple, ocspUrls: urls }: Own,
  handshakes: number,
  stapled: number,
): Finding | undefined {
  if (stapled === handshakes) return undefined;
  if (stapled === 0 && urls.length === 0 && !mustStaple) return undefined;
  const what = stapled === 0 ? 'no staple' : `only ${stapled} of ${handshakes} handshakes had a staple`;
  if (mustStaple) {
    const promise = `${what}, though the certificate promises one (must-staple)`;
    return found('must-staple broken', promise, urls.length === 0 ? RENEW_WITHOUT : SEE_DOCTOR);
  }
  if (stapled > 0) return found('missing', what, 'one of several processes or machines has none');
  return found('missing', `${what}, though the certificate names a responder`, SEE_DOCTOR);
}

const SEE_DOCTOR = '--compare says whether there is one to be had, restaple doctor why not';
const RENEW_WITHOUT = 'its CA answers no OCSP: renew the certificate without must-staple';

/** Why there is no staple, and none is missed. */
export function notNeeded({ certificate, noRevAvail }: Own, lacksCrl: boolean): Finding {
  const retired = retiredCa(certificate.issuer);
  const why = noRevAvail
    ? 'the CA publishes no revocation for it (noRevAvail, RFC 9608)'
    : isSelfSigned(certificate)
      ? 'it is self-signed, so no CA answers for it'
      : retired
        ? `${retired.name} turned OCSP off: ${retired.since} (${retired.source})`
        : 'it names no responder, as its CA answers no OCSP';
  const crl = lacksCrl && !noRevAvail ? '; no CRL either' : '';
  return found('not needed', `no staple, and none is needed: ${why}${crl}`);
}
