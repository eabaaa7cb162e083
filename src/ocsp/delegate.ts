/**
 * Rule 6 for a delegated signer: what does not change with the time.
 *
 * Without these checks, any certificate of the same CA (an attacker's own server certificate, say) could sign `good`
 * for a stolen one. Some widely used clients check only the signature.
 */
import { DerError, type ResponseCode } from '../errors.ts';
import { hex } from '../text.ts';
import type { Certificate } from '../x509/certificate.ts';
import { extendedKeyUsage, keyUsage } from '../x509/key-usage.ts';
import { formatName, namesMatch } from '../x509/name.ts';
import { OID } from '../x509/oids.ts';
import { type SignaturePolicy, verifyIssuedBy } from '../x509/verify-signature.ts';
import { unknownCritical } from './critical-extensions.ts';

export interface DelegateProblem {
  readonly code: ResponseCode;
  readonly reason: string;
}

interface Judgement {
  readonly issuer: Certificate;
  readonly allowSha1: boolean;
  readonly problem: DelegateProblem | undefined;
}

/** The last judgement on each delegate: a delegate has one issuer, and comes with every response of its CA. */
const judged = new WeakMap<Certificate, Judgement>();

/** Why `delegate` may not sign for `issuer`; `undefined` when it may. Judged once for each pair. */
export function delegateProblem(
  delegate: Certificate,
  issuer: Certificate,
  { allowSha1 }: SignaturePolicy,
): DelegateProblem | undefined {
  const known = judged.get(delegate);
  if (
    known &&
    known.allowSha1 === allowSha1 &&
    (known.issuer === issuer || known.issuer.raw.equals(issuer.raw))
  ) {
    return known.problem;
  }
  const problem = readable(delegate, () => judge(delegate, issuer, { allowSha1 }));
  judged.set(delegate, { issuer, allowSha1, problem });
  return problem;
}

/** What of a certificate cannot be read gives it no authority; another one in the response may still have it. */
function readable(
  delegate: Certificate,
  judgement: () => DelegateProblem | undefined,
): DelegateProblem | undefined {
  try {
    return judgement();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const reason = `signer with serial ${hex(delegate.serialNumber)} cannot be read: ${error.message}`;
    return { code: 'signer-not-authorized', reason };
  }
}

function judge(
  delegate: Certificate,
  issuer: Certificate,
  policy: SignaturePolicy,
): DelegateProblem | undefined {
  const who = `signer ${formatName(delegate.subject)}`;
  if (!namesMatch(delegate.issuer, issuer.subject)) {
    return {
      code: 'signer-not-issued',
      reason: `${who} was issued by ${formatName(delegate.issuer)}, not by ${formatName(issuer.subject)}`,
    };
  }
  const bad = verifyIssuedBy(delegate, issuer, policy);
  if (bad) {
    const code = bad.problem === 'refused' ? 'signature-algorithm-refused' : 'signer-not-issued';
    return {
      code,
      reason: `${who} was not issued by the key of ${formatName(issuer.subject)}: ${bad.reason}`,
    };
  }
  // anyExtendedKeyUsage is not enough: RFC 6960 section 4.2.2.2 wants the purpose itself.
  if (extendedKeyUsage(delegate)?.includes(OID.kpOCSPSigning) !== true) {
    return { code: 'signer-not-authorized', reason: `${who} lacks the extended key usage OCSPSigning` };
  }
  const usage = keyUsage(delegate);
  if (usage && !usage.includes('digitalSignature') && !usage.includes('nonRepudiation')) {
    return {
      code: 'signer-key-usage',
      reason: `${who} has a key for ${usage.join(', ') || 'nothing'}, not for signatures`,
    };
  }
  const critical = unknownCritical(delegate.extensions, 'signer');
  if (critical !== undefined) return { code: 'critical-extension-unknown', reason: `${who}: ${critical}` };
  return undefined;
}
