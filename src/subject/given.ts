/** A certificate as a program hands it over: bytes or text that it has, a file that it names, or an object of Node.js. */
import { X509Certificate } from 'node:crypto';
import { InputError } from '../errors.ts';
import { readInputFile } from '../issuer/load-certificates.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import { findLeaf } from '../x509/chain.ts';
import { formatName } from '../x509/name.ts';
import { subjectAltNames } from '../x509/subject-alt-name.ts';
import { isMustStaple } from '../x509/tls-feature.ts';
import { attempt } from '../attempt.ts';
import { printable } from '../text.ts';
import type { Subject } from './subject.ts';

/**
 * PEM text or the path of a file (a string with `-----BEGIN` in it is PEM), PEM or DER bytes, a decoded certificate, or
 * one of node:crypto. A chain may hold the issuers; what else lies in a PEM file, such as a key, is passed over.
 */
export type CertificateInput = string | Uint8Array | Certificate | X509Certificate;

/** A certificate with what it is called in events: the path, where there is one, or its first name. */
export interface Given extends Subject {
  readonly label: string;
}

/**
 * @throws InputError `file-unreadable` or `certificate-not-found`; a TypeError for what is none of these forms.
 * @throws DerError when what looks like a certificate is none.
 */
export function readGiven(input: CertificateInput): Given {
  const path = pathOf(input);
  const chain = certificatesOf(input, path);
  if (chain.length === 0) throw new InputError('certificate-not-found', 'no certificate in it', path);
  const certificate = findLeaf(chain);
  const label = path ?? nameOf(certificate);
  return { certificate, chain, mustStaple: isMustStaple(certificate), label };
}

/** All certificates of an input, in its order. Throws as `readGiven` does. */
export function certificatesOf(
  input: CertificateInput,
  path: string | undefined = pathOf(input),
): readonly Certificate[] {
  if (path !== undefined) return parseCertificates(readInputFile(path));
  if (typeof input === 'string') return parseCertificates(Buffer.from(input));
  if (input instanceof X509Certificate) return parseCertificates(input.raw);
  if (input instanceof Uint8Array) return parseCertificates(Buffer.from(input));
  // A program in JavaScript may hand over anything.
  if (!Buffer.isBuffer(Object(input).raw))
    throw new TypeError('a certificate is PEM text, the path of a file, bytes, or a decoded certificate');
  return [input];
}

const pathOf = (input: CertificateInput): string | undefined =>
  typeof input === 'string' && !input.includes('-----BEGIN') ? input : undefined;

/** Text from a certificate: printed with its control characters escaped. */
function nameOf(certificate: Certificate): string {
  const names = attempt(() => subjectAltNames(certificate)) ?? [];
  const first = names.find(({ type }) => type === 'DNS');
  return first ? printable(first.value) : formatName(certificate.subject);
}
