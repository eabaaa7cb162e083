/** Who issued a certificate: the candidate whose name fits and whose key really signed it. */
import { DerError, InputError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatName, formatNames, namesMatch } from '../x509/name.ts';
import { authorityKeyIdentifier, subjectKeyIdentifier } from '../x509/key-identifier.ts';
import { verifyIssuedBy } from '../x509/verify-signature.ts';

/**
 * The signature on the leaf only tells which of several CA certificates is the right one; it is the caller's server
 * that presents the leaf. So SHA-1 does no harm here, and old private CAs use it.
 */
const POLICY = { allowSha1: true };

/** CAs that renew their keys have a few certificates of one name; each that is tried costs a signature check. */
const MAX_NAMESAKES = 16;

/**
 * The issuer of `certificate` among `candidates`: it has the name, and its key made the signature (RFC 5280 section
 * 6.1.3); `undefined` when it is not there. Whether it may be a CA, and whether it is valid now, is not looked at.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { findIssuer, findLeaf, parseCertificates } from 'restaple';
 *
 * const chain = parseCertificates(readFileSync('domain.crt'));
 * console.log(findIssuer(findLeaf(chain), chain) === chain[1]);
 * ```
 */
export function findIssuer(
  certificate: Certificate,
  candidates: readonly Certificate[],
): Certificate | undefined {
  const namesakes = candidates.filter((candidate) => isNamed(candidate, certificate.issuer));
  return byKeyIdentifier(certificate, namesakes)
    .slice(0, MAX_NAMESAKES)
    .find((candidate) => !verifyIssuedBy(certificate, candidate, POLICY));
}

/** Those first whose key the certificate names: a hint that nobody need follow, so it proves nothing. */
function byKeyIdentifier(
  certificate: Certificate,
  namesakes: readonly Certificate[],
): readonly Certificate[] {
  if (namesakes.length < 2) return namesakes;
  const wanted = identifierOf(() => authorityKeyIdentifier(certificate));
  if (wanted === undefined) return namesakes;
  const isNamedKey = (candidate: Certificate): boolean =>
    identifierOf(() => subjectKeyIdentifier(candidate))?.equals(wanted) === true;
  return [...namesakes.filter(isNamedKey), ...namesakes.filter((candidate) => !isNamedKey(candidate))];
}

function identifierOf(read: () => Buffer | undefined): Buffer | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
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
      : `the certificate was issued by ${wanted}, the given issuer is ${formatNames(candidates.map(({ subject }) => subject))}`,
  );
}

/** A name that cannot be read is nobody's: one odd file among CA certificates must not hide the others. */
export function isNamed({ subject }: Certificate, name: Buffer): boolean {
  try {
    return namesMatch(subject, name);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}
