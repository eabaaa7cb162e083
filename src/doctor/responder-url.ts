/** Does the certificate say whom to ask, and if not, why? */
import { attempt } from '../attempt.ts';
import { crlDistributionPoints } from '../crl/crl-distribution-points.ts';
import { InputError, RestapleError } from '../errors.ts';
import { printableUrlText } from '../http/place.ts';
import { ocspUrls } from '../x509/authority-info-access.ts';
import type { Certificate } from '../x509/certificate.ts';
import { unusable } from './certificate-file.ts';
import { type Check, type Found, type Known, NOTHING } from './check.ts';
import { note, ok, problem } from './finding.ts';
import { knownResponder } from './known-responders.ts';
import { retiredCa } from './retired-cas.ts';
import { isSelfSigned } from './self-signed.ts';

const TITLE = 'OCSP URL';

export const checkResponderUrl: Check = (known, { givenUrls, crl }) => {
  const { certificate } = known;
  if (!certificate) return NOTHING;
  try {
    const named = ocspUrls(certificate);
    const urls = givenUrls ?? named;
    if (urls.length === 0) {
      const found = without(certificate, known);
      return found.error && crl && namesCrl(certificate) ? leftToCrl(found) : found;
    }
    const origin = givenUrls ? 'given with --url' : 'named by the certificate';
    const findings = [ok(TITLE, `${urls.map(printableUrlText).join(', ')}, ${origin}`)];
    if (givenUrls) return { findings: [...findings, ownUrls(named)], known: { urls } };
    const retired = retiredCa(certificate.issuer);
    if (retired) findings.push(note(TITLE, `${retired.name} turned OCSP off: ${retired.since}`));
    return { findings, known: { urls, retired } };
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    return unusable(TITLE, error);
  }
};

const ownUrls = (named: readonly string[]) =>
  named.length === 0
    ? note(TITLE, 'the certificate itself names none')
    : note(TITLE, `the certificate itself names ${named.map(printableUrlText).join(', ')}`);

/** With which error it ends is then for the check of the CRL to say. */
function leftToCrl({ findings, known }: Found): Found {
  return { findings, known: { ...known, leftToCrl: true } };
}

const namesCrl = (certificate: Certificate): boolean =>
  (attempt(() => crlDistributionPoints(certificate)) ?? []).length > 0;

function without(certificate: Certificate, { noRevAvail, mustStaple }: Known): Found {
  if (noRevAvail === true) {
    const meaning =
      'the CA will never publish revocation for this certificate (RFC 9608): no staple is needed';
    return { findings: [note(TITLE, 'none, and noRevAvail', { meaning })] };
  }
  const error = new InputError('responder-url-missing', 'the certificate names no OCSP responder');
  if (isSelfSigned(certificate)) {
    const meaning = 'a self-signed certificate has no issuer to answer for it: there is nothing to staple';
    return { findings: [problem(TITLE, 'none', { meaning })], error };
  }
  const { issuer } = certificate;
  const known = knownResponder(issuer);
  if (known) {
    const detail = `none; certificates of this issuer named ${known.url} (seen ${known.seen})`;
    const advice = `ask that one: --url ${known.url}`;
    const finding = problem(TITLE, detail, { meaning: `source: ${known.source}`, advice });
    return { findings: [finding], known: { knownResponder: known }, error };
  }
  const retired = retiredCa(issuer);
  const why = retired
    ? `none: ${retired.name} turned OCSP off (${retired.since}; ${retired.source})`
    : 'none: many CAs have turned OCSP off';
  const finding = problem(TITLE, why, {
    meaning:
      mustStaple === true
        ? 'there is nothing to staple, and a must-staple certificate cannot work without'
        : 'there is nothing to staple; clients that check revocation use CRLs, and --crl says what those say',
    advice:
      mustStaple === true
        ? 'renew the certificate without must-staple, and drop the stapling directives of the server'
        : 'drop the stapling directives of the server (ssl_stapling, SSLUseStapling, ocsp-update)',
  });
  return { findings: [finding], known: { retired }, error };
}
