/** Who signed a CRL: the issuer of the certificate itself, whose key may sign CRLs, and with a signature that is good. */
import { type CrlCode, CrlError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import { keyUsage } from '../x509/key-usage.ts';
import { formatName, namesMatch } from '../x509/name.ts';
import { type SignaturePolicy, type SignatureProblem, verifySignature } from '../x509/verify-signature.ts';
import type { CertificateList } from './certificate-list.ts';

const CODES: Readonly<Record<SignatureProblem['problem'], CrlCode>> = {
  invalid: 'crl-signature-invalid',
  unknown: 'crl-signature-invalid',
  refused: 'crl-algorithm-refused',
};

/**
 * RFC 5280 section 6.3.3 (f, g). That the issuer really issued the certificate is the caller's to know.
 *
 * @throws CrlError `crl-signer-refused`, `crl-signature-invalid` or `crl-algorithm-refused`.
 */
export function checkSigner(list: CertificateList, issuer: Certificate, policy: SignaturePolicy): void {
  const who = formatName(issuer.subject);
  if (!namesMatch(list.issuer, issuer.subject)) {
    const message = `the CRL was issued by ${formatName(list.issuer)}, the certificate by ${who}`;
    throw new CrlError('crl-signer-refused', message);
  }
  const usage = keyUsage(issuer);
  // A key that the CA set apart for another purpose may be kept with less care.
  if (usage && !usage.includes('cRLSign')) {
    const message = `${who} has a key for ${usage.join(', ') || 'nothing'}, not for CRLs (cRLSign)`;
    throw new CrlError('crl-signer-refused', message);
  }
  const { signatureAlgorithm, tbs, signature } = list;
  const bad = verifySignature(signatureAlgorithm, tbs, signature, issuer.subjectPublicKeyInfo, policy);
  if (bad) throw new CrlError(CODES[bad.problem], `${bad.reason} (signer ${who})`);
}
