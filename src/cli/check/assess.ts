/** From handshakes that brought one certificate to everything that is to be said of it. */
import { attempt } from '../../attempt.ts';
import { crlDistributionPoints } from '../../crl/crl-distribution-points.ts';
import { type CrlStatus, fetchCrlStatus } from '../../crl/fetch-crl-status.ts';
import { formatInstant } from '../../der/time.ts';
import { retiredCa } from '../../doctor/retired-cas.ts';
import { isSelfSigned } from '../../doctor/self-signed.ts';
import { RestapleError } from '../../errors.ts';
import { findIssuer, requireIssuer } from '../../issuer/find-issuer.ts';
import { ocspUrls } from '../../x509/authority-info-access.ts';
import { type Certificate, decodeCertificate } from '../../x509/certificate.ts';
import { hasNoRevAvail, isMustStaple } from '../../x509/tls-feature.ts';
import { askResponder, comparedFinding } from './compare.ts';
import { found, foundError, knownError } from './find.ts';
import { type Verdict, judgeStaple } from './judge-staple.ts';
import type { Group } from './looks.ts';
import type { Issuer, Presentation } from './presentation.ts';
import { type Finding, byGravity, bySeverity, severityOf } from './states.ts';
import type { CheckTools } from './tools.ts';

/** What the certificate itself says. */
type Own = Pick<Presentation, 'certificate' | 'chain' | 'mustStaple' | 'noRevAvail' | 'ocspUrls'>;

/** @returns a finding when the server presents nothing that can be read. */
export async function assess(group: Group, tools: CheckTools): Promise<Presentation | Finding> {
  const [look] = group;
  const [first] = look.chain;
  if (!first) return found('no certificate', 'the server presents no certificate');
  let certificate: Certificate;
  try {
    certificate = decodeCertificate(first);
  } catch (error) {
    const known = knownError(error);
    return foundError('no certificate', known, `the certificate cannot be read: ${known.message}`);
  }
  const own: Own = {
    certificate,
    chain: look.chain.flatMap((der) => attempt(() => decodeCertificate(der)) ?? []),
    mustStaple: attempt(() => isMustStaple(certificate)) === true,
    noRevAvail: hasNoRevAvail(certificate),
    ocspUrls: attempt(() => ocspUrls(certificate)) ?? [],
  };
  const staples = group.flatMap(({ staple }) => staple ?? []);
  const urls = tools.urls ?? own.ocspUrls;
  const isAsking = tools.compare && urls.length > 0;
  const isReadingCrl = tools.crl && namesCrl(own);
  const issuer = staples.length > 0 || isAsking || isReadingCrl ? await issuerOf(own, tools) : undefined;
  const known = issuer instanceof RestapleError ? undefined : issuer?.certificate;
  const worst = known && judgeEach(staples, certificate, known, tools);
  const staple = worst?.staple;
  const compared =
    isAsking && known ? await askResponder({ certificate, issuer: known, urls }, staple, tools) : undefined;
  const crl = isReadingCrl && known ? await crlOf(certificate, known, tools) : undefined;
  const findings = byGravity(
    [
      ended(certificate, tools.now()),
      absent(own, group.length, staples.length),
      issuer instanceof RestapleError ? notVerified(issuer) : undefined,
      worst?.finding,
      compared && comparedFinding(compared),
      crl && crlFinding(crl),
    ].filter((finding) => finding !== undefined),
  );
  const [gravest = notNeeded(own), ...others] = findings;
  return {
    ...own,
    look,
    handshakes: group.length,
    stapled: staples.length,
    issuer,
    staple,
    compared,
    crl,
    findings: [gravest, ...others],
  };
}

const namesCrl = ({ certificate, noRevAvail }: Own): boolean =>
  !noRevAvail && (attempt(() => crlDistributionPoints(certificate)) ?? []).length > 0;

async function issuerOf(
  { certificate, chain }: Own,
  { givenIssuers, ca = [], issuers }: CheckTools,
): Promise<Issuer | RestapleError> {
  try {
    if (givenIssuers) return { certificate: requireIssuer(certificate, givenIssuers), origin: 'given' };
    const sent = findIssuer(certificate, chain);
    if (sent) return { certificate: sent, origin: 'sent' };
    const named = findIssuer(certificate, ca);
    if (named) return { certificate: named, origin: 'given' };
    return { certificate: await issuers.fetchIssuer(certificate), origin: 'fetched' };
  } catch (error) {
    return knownError(error);
  }
}

/** Of the different staples the gravest, and among equals the oldest. */
function judgeEach(
  staples: readonly Buffer[],
  certificate: Certificate,
  issuer: Certificate,
  tools: CheckTools,
): Verdict | undefined {
  const different = new Map(staples.map((der) => [der.toString('latin1'), der]));
  const [worst] = [...different.values()]
    .map((der) => judgeStaple(der, certificate, issuer, tools))
    .toSorted(
      (a, b) =>
        bySeverity(severityOf(a.finding), severityOf(b.finding)) ||
        (b.staple.age?.used ?? 0) - (a.staple.age?.used ?? 0),
    );
  return worst;
}

function ended({ notAfter }: Certificate, now: Date): Finding | undefined {
  if (notAfter > now) return undefined;
  return found('certificate expired', `the certificate ended at ${formatInstant(notAfter)}`, 'renew it');
}

/** A staple that should be there and is not. */
function absent(
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

const notVerified = (error: RestapleError): Finding =>
  foundError('not verified', error, `nothing can be verified: ${error.message}`);

/** Why there is no staple, and none is missed. */
function notNeeded({ certificate, noRevAvail }: Own): Finding {
  const retired = retiredCa(certificate.issuer);
  const why = noRevAvail
    ? 'the CA publishes no revocation for it (noRevAvail, RFC 9608)'
    : isSelfSigned(certificate)
      ? 'it is self-signed, so no CA answers for it'
      : retired
        ? `${retired.name} turned OCSP off: ${retired.since} (${retired.source})`
        : 'it names no responder, as its CA answers no OCSP';
  return found('not needed', `no staple, and none is needed: ${why}`);
}

async function crlOf(
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

function crlFinding(crl: CrlStatus | RestapleError): Finding | undefined {
  if (crl instanceof RestapleError)
    return foundError('CRL failed', crl, `the CRL says nothing: ${crl.message}`);
  if (crl.certStatus.type === 'good') return undefined;
  const since = formatInstant(crl.certStatus.revocationTime);
  return found('revoked by CRL', `revoked since ${since}, by the CRL`, 'replace the certificate');
}
