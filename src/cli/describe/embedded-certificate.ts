/** A certificate that travels inside a request or a response: enough to see whose it is and what it may do. */
import { formatInstant } from '../../der/time.ts';
import { DerError } from '../../errors.ts';
import { hex } from '../../text.ts';
import { decodeCertificate } from '../../x509/certificate.ts';
import { extendedKeyUsage } from '../../x509/key-usage.ts';
import { formatName } from '../../x509/name.ts';
import { oidName } from '../../x509/oids.ts';
import { fingerprint } from './certificate.ts';
import { type LifeDescription, describeLife, lifeWords } from './life.ts';
import { type Group, hexLines } from './listing.ts';
import { momentWords } from './moment.ts';
import { serialNumberHex } from './serial-number.ts';

interface Brief {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly life: LifeDescription;
  /** `null` when the certificate does not restrict it. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly sha256Fingerprint: string;
}

export interface EmbeddedCertificateDescription {
  /** `null` when the bytes are no certificate. */
  readonly certificate: Brief | null;
  readonly malformed: string | null;
  readonly der: string;
}

export function describeEmbeddedCertificate(der: Buffer, now: Date): EmbeddedCertificateDescription {
  try {
    return { certificate: brief(der, now), malformed: null, der: hex(der) };
  } catch (error) {
    if (error instanceof DerError) return { certificate: null, malformed: error.message, der: hex(der) };
    throw error;
  }
}

function brief(der: Buffer, now: Date): Brief {
  const certificate = decodeCertificate(der);
  const { subject, issuer, serialNumber, notBefore, notAfter } = certificate;
  return {
    subject: formatName(subject),
    issuer: formatName(issuer),
    serialNumber: serialNumberHex(serialNumber),
    notBefore: formatInstant(notBefore),
    notAfter: formatInstant(notAfter),
    life: describeLife(notBefore, notAfter, now),
    extendedKeyUsage: extendedKeyUsage(certificate)?.map(oidName) ?? null,
    sha256Fingerprint: fingerprint(certificate),
  };
}

export function groupEmbeddedCertificate(it: EmbeddedCertificateDescription): Group {
  const { certificate, malformed, der } = it;
  if (!certificate) {
    return { title: 'Certificate', items: [['Cannot Be Read', [malformed ?? '', ...hexLines(der)]]] };
  }
  return {
    title: 'Certificate',
    items: [
      ['Subject', certificate.subject],
      ['Issuer', certificate.issuer],
      ['Serial Number', certificate.serialNumber],
      ['Not Before', momentWords(certificate.notBefore)],
      ['Not After', `${momentWords(certificate.notAfter)} (${lifeWords(certificate.life)})`],
      ['Extended Key Usage', certificate.extendedKeyUsage?.join(', ') ?? 'not restricted'],
      ['SHA-256 Fingerprint', certificate.sha256Fingerprint],
    ],
  };
}
