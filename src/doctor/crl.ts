/** What does the CRL say? Where nobody answers by OCSP, it has the last word. */
import { crlDistributionPoints } from '../crl/crl-distribution-points.ts';
import { type CrlStatus, fetchCrlStatus } from '../crl/fetch-crl-status.ts';
import { crlWords } from '../crl/words.ts';
import { InputError, RestapleError } from '../errors.ts';
import { requireGood } from '../ocsp/require-good.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type Check, type Found, type Known, NOTHING, type Tools } from './check.ts';
import { note, ok, problem } from './finding.ts';

const TITLE = 'CRL';

export const checkCrl: Check = async (known, tools) => {
  const { certificate, issuer, noRevAvail } = known;
  if (!tools.crl || !certificate || noRevAvail === true) return NOTHING;
  try {
    if (crlDistributionPoints(certificate).length === 0)
      return { findings: [note(TITLE, 'none is named by the certificate')] };
    if (!issuer) return NOTHING;
    return judged(await statusOf(certificate, issuer, tools), known);
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    const finding = problem(TITLE, error.message, { meaning: 'the CRL says nothing of the certificate' });
    const found = { findings: [finding], known: { crlError: error } };
    return known.leftToCrl === true ? { ...found, error } : found;
  }
};

const statusOf = (certificate: Certificate, issuer: Certificate, tools: Tools): Promise<CrlStatus> =>
  fetchCrlStatus({
    certificate,
    issuer,
    client: tools.client,
    now: tools.now(),
    allowSha1: tools.judgement.allowSha1 === true,
    headers: tools.headers,
    timeoutMs: tools.timeoutMs,
  });

function judged(status: CrlStatus, { leftToCrl, mustStaple }: Known): Found {
  const words = crlWords(status);
  const notes = status.notes.map((text) => note(TITLE, text));
  const known = { crl: status };
  try {
    requireGood(status.certStatus);
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    const finding = problem(TITLE, words, { meaning: 'clients that check will refuse it' });
    return { findings: [finding, ...notes], known, error };
  }
  const found = { findings: [ok(TITLE, words), ...notes], known };
  if (leftToCrl !== true || mustStaple !== true) return found;
  // A CRL is no staple, and such a certificate promises one.
  const error = new InputError('responder-url-missing', 'the certificate names no OCSP responder');
  return { ...found, error };
}
