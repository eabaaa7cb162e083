/** From handshakes that brought one certificate to everything that is to be said of it. */
import { attempt } from '../../attempt.ts';
import { RestapleError } from '../../errors.ts';
import { findIssuer, requireIssuer } from '../../issuer/find-issuer.ts';
import { ocspUrls } from '../../x509/authority-info-access.ts';
import { type Certificate, decodeCertificate } from '../../x509/certificate.ts';
import { hasNoRevAvail, isMustStaple } from '../../x509/tls-feature.ts';
import { crlFinding, crlOf, namesCrl } from './ask-crl.ts';
import { compare, comparedFinding } from './compare.ts';
import { found, foundError, knownError } from './find.ts';
import { type Verdict, judgeStaple } from './judge-staple.ts';
import type { Group } from './looks.ts';
import { type Own, absent, ended, notNeeded } from './own-findings.ts';
import type { Issuer, Presentation } from './presentation.ts';
import { type Finding, byGravity, bySeverity, severityOf } from './states.ts';
import type { CheckTools } from './tools.ts';

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
    isAsking && known ? await compare({ certificate, issuer: known, urls }, staple, tools) : undefined;
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
  const [gravest = notNeeded(own, tools.crl && !isReadingCrl), ...others] = findings;
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

const notVerified = (error: RestapleError): Finding =>
  foundError('not verified', error, `nothing can be verified: ${error.message}`);
