/**
 * `-CAfile` and `-CApath`: the way from the issuer up to a certificate that the user trusts.
 *
 * Each certificate on the way must be a CA that may sign certificates, be in its validity, and have signed the one
 * before it. Policies and trust settings are not looked at; a CA with critical name constraints, or any other critical
 * extension whose meaning is not taken into account, is no way.
 */
import { DerError } from '../../errors.ts';
import { formatInstant } from '../../der/time.ts';
import { isNamed } from '../../issuer/find-issuer.ts';
import { basicConstraints } from '../../x509/basic-constraints.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { keyUsage } from '../../x509/key-usage.ts';
import { formatName } from '../../x509/name.ts';
import { OID, oidName } from '../../x509/oids.ts';
import { verifyIssuedBy } from '../../x509/verify-signature.ts';

/** Public CAs have one or two certificates between leaf and root, cross-signed ones three. */
const MAX_LENGTH = 8;
/** The response brings up to eight, the user few; a name with more namesakes than this is an attack. */
const MAX_LOOKS = 100;

/** Critical extensions that are taken into account, or that say nothing about who may sign. */
const UNDERSTOOD: ReadonlySet<string> = new Set<string>([
  OID.basicConstraints,
  OID.keyUsage,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.subjectAltName,
  OID.authorityInfoAccess,
  OID.cRLDistributionPoints,
  OID.certificatePolicies,
]);

export interface Ways {
  /** What the user trusts, and what may stand between. */
  readonly anchors: readonly Certificate[];
  readonly between: readonly Certificate[];
  readonly now: Date;
}

/** Why `issuer` leads to none of the anchors; `undefined` when it leads to one. */
export function unanchored(issuer: Certificate, ways: Ways): string | undefined {
  let looks = 0;
  let farthest = { steps: -1, reason: '' };
  const note = (steps: number, reason: string): void => {
    if (steps > farthest.steps) farthest = { steps, reason };
  };
  const leads = (certificate: Certificate, below: readonly Certificate[]): boolean => {
    looks += 1;
    const problem = caProblem(certificate, below.length, ways.now);
    if (problem !== undefined) {
      note(below.length, problem);
      return false;
    }
    if (ways.anchors.some(({ raw }) => raw.equals(certificate.raw))) return true;
    note(below.length, `no certificate of ${formatName(certificate.issuer)} is given`);
    if (below.length + 1 === MAX_LENGTH) return false;
    const path = [...below, certificate];
    return [...ways.anchors, ...ways.between].some((parent) => {
      if (looks >= MAX_LOOKS || path.some(({ raw }) => raw.equals(parent.raw))) return false;
      return (
        isNamed(parent, certificate.issuer) && signed(parent, certificate, note, path) && leads(parent, path)
      );
    });
  };
  return leads(issuer, []) ? undefined : farthest.reason;
}

function signed(
  parent: Certificate,
  child: Certificate,
  note: (steps: number, reason: string) => void,
  path: readonly Certificate[],
): boolean {
  const bad = verifyIssuedBy(child, parent, { allowSha1: false });
  if (bad) note(path.length, `${formatName(parent.subject)} did not sign the one below it: ${bad.reason}`);
  return !bad;
}

/** Why a certificate with so many CA certificates below it is no CA to go by. */
function caProblem(certificate: Certificate, below: number, now: Date): string | undefined {
  try {
    const who = formatName(certificate.subject);
    const { notBefore, notAfter } = certificate;
    if (now < notBefore || now >= notAfter)
      return `${who} is valid from ${formatInstant(notBefore)} to ${formatInstant(notAfter)}, not at ${formatInstant(now)}`;
    const constraints = basicConstraints(certificate);
    if (constraints?.ca !== true) return `${who} is no CA`;
    if (below > (constraints.pathLength ?? Infinity))
      return `${who} allows ${constraints.pathLength} CA certificates below it, there are ${below}`;
    if (keyUsage(certificate)?.includes('keyCertSign') === false) return `${who} may not sign certificates`;
    const odd = certificate.extensions.find(({ critical, oid }) => critical && !UNDERSTOOD.has(oid));
    return odd && `${who} has the critical extension ${oidName(odd.oid)}, which is not taken into account`;
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}
