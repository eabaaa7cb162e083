/**
 * The certificates of a file, whatever its form: PEM (also between other text and private keys), DER, PKCS#7.
 */
import { parsePem } from '../der/pem.ts';
import { type Certificate, decodeCertificate } from './certificate.ts';
import { decodePkcs7, isPkcs7 } from './pkcs7.ts';

/** What openssl and others write on a BEGIN line (RFC 7468 section 5.1, appendix of openssl-format-options). */
const CERTIFICATE = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
const PKCS7 = new Set(['PKCS7', 'CMS']);

/**
 * All certificates in the order of the file, whatever its form: PEM (RFC 7468) between other text, DER, PKCS#7; empty
 * when it has none. `file` is not kept, but the certificates are views into it when it is DER. A file that holds a
 * private key too is wiped by this: read it again for the key.
 *
 * @throws DerError when what looks like a certificate is none.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { parseCertificates } from 'restaple';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * console.log(certificate.notAfter.toISOString(), issuer.notAfter.toISOString());
 * ```
 */
export function parseCertificates(file: Buffer): readonly Certificate[] {
  // No DER certificate starts like text, and no text starts with 0x30 0x8x.
  if (file[0] === 0x30 && (file[1] ?? 0) >= 0x80) return decodeAny(file);
  const certificates: Certificate[] = [];
  for (const { label, der } of parsePem(file).blocks) {
    if (CERTIFICATE.has(label)) certificates.push(decodeCertificate(der));
    else if (PKCS7.has(label)) certificates.push(...decodePkcs7(der));
  }
  return certificates;
}

/** One certificate or a PKCS#7 file in DER. */
export function decodeAny(der: Buffer): readonly Certificate[] {
  return isPkcs7(der) ? decodePkcs7(der) : [decodeCertificate(der)];
}
