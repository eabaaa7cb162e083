/** Who issued a certificate: the candidate whose name fits and whose key really signed it. */
import { DerError, InputError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatName, namesMatch } from '../x509/name.ts';
import { verifyIssuedBy } from '../x509/verify-signature.ts';

/**
 * The signature on the leaf only tells which of several CA certificates is the right one; it is the caller's server
 * that presents the leaf. So SHA-1 does no harm here, and old private CAs use it.
 */
const POLICY = { allowSha1: true };

/** The issuer of `certificate` among `candidates`; `undefined` when it is not there. */
export function findIssuer(
  certificate: Certificate,
  candidates: readonly Certificate[],
): Certificate | undefined {
  return candidates.find(
    (candidate) => isNamed(candidate, certificate.issuer) && !verifyIssuedBy(certificate, candidate, POLICY),
  );
}

/**
 * The same for candidates that the user named: one of them must be it.
 *
 * @throws InputError `issuer-mismatch` that says what each is.
 */
export function requireIssuer(certificate: Certificate, candidates: readonly Certificate[]): Certificate {
  const found = findIssuer(certificate, candidates);
  if (found) return found;
  const wanted = formatName(certificate.issuer);
  const namesake = candidates.find((candidate) => isNamed(candidate, certificate.issuer));
  const problem = namesake && verifyIssuedBy(certificate, namesake, POLICY);
  throw new InputError(
    'issuer-mismatch',
    problem
      ? `the given issuer has the name ${wanted}, but its key did not sign the certificate: ${problem.reason}`
      : `the certificate was issued by ${wanted}, the given issuer is ${names(candidates)}`,
  );
}

/** A name that cannot be read is nobody's: one odd file among CA certificates must not hide the others. */
function isNamed({ subject }: Certificate, name: Buffer): boolean {
  try {
    return namesMatch(subject, name);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/** The first few: a root store given by mistake has more than a hundred. */
function names(candidates: readonly Certificate[]): string {
  const shown = candidates.slice(0, 3).map(({ subject }) => formatName(subject));
  const more = candidates.length - shown.length;
  return shown.join('; ') + (more > 0 ? ` and ${more} more` : '');
}
