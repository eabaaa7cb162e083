/** One certificate, every field of it. */
import { createHash } from 'node:crypto';
import { formatInstant } from '../../der/time.ts';
import { hex } from '../../text.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { formatName } from '../../x509/name.ts';
import type { AccessDescription } from './access.ts';
import { type AlgorithmDescription, describeSignatureAlgorithm } from './algorithm.ts';
import {
  type CertificateExtension,
  certificateExtensionRows,
  describeCertificateExtensions,
} from './certificate-extensions.ts';
import { type ExtensionDescription, listExtensions } from './extension.ts';
import { type KeyDescription, describeKey, keyWords } from './key.ts';
import { type LifeDescription, describeLife, lifeWords } from './life.ts';
import { type Listing, hexLines } from './listing.ts';
import { momentWords } from './moment.ts';
import { serialNumberHex } from './serial-number.ts';

export interface CertificateDescription {
  readonly type: 'certificate';
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly life: LifeDescription;
  readonly sha256Fingerprint: string;
  readonly publicKey: KeyDescription;
  readonly signatureAlgorithm: AlgorithmDescription;
  readonly signature: string;
  /** What stapling turns on, out of the extensions. */
  readonly ocspUrls: readonly string[];
  readonly caIssuersUrls: readonly string[];
  readonly mustStaple: boolean;
  readonly noRevAvail: boolean;
  readonly extensions: readonly ExtensionDescription<CertificateExtension>[];
}

/** The number of the TLS extension `status_request` (RFC 6066 section 8), in a certificate by RFC 7633. */
const STATUS_REQUEST = 5;

export function describeCertificate(certificate: Certificate, now: Date): CertificateDescription {
  const { notBefore, notAfter, version } = certificate;
  const extensions = describeCertificateExtensions(certificate);
  const known = extensions.flatMap(({ decoded }) => decoded ?? []);
  const access = known.flatMap((it) => (it.type === 'authorityInfoAccess' ? it.access : []));
  return {
    type: 'certificate',
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    serialNumber: serialNumberHex(certificate.serialNumber),
    version,
    notBefore: formatInstant(notBefore),
    notAfter: formatInstant(notAfter),
    life: describeLife(notBefore, notAfter, now),
    sha256Fingerprint: fingerprint(certificate),
    publicKey: describeKey(certificate),
    signatureAlgorithm: describeSignatureAlgorithm(certificate.signatureAlgorithm),
    signature: hex(certificate.signature),
    ocspUrls: urlsOf(access, 'ocsp'),
    caIssuersUrls: urlsOf(access, 'caIssuers'),
    mustStaple: known.some((it) => it.type === 'tlsFeature' && it.features.includes(STATUS_REQUEST)),
    noRevAvail: known.some((it) => it.type === 'noRevAvail'),
    extensions,
  };
}

const urlsOf = (access: readonly AccessDescription[], wanted: string): string[] =>
  access.flatMap(({ method, url }) => (method === wanted && url !== null ? [url] : []));

export function fingerprint(certificate: Certificate): string {
  return hex(createHash('sha256').update(certificate.raw).digest());
}

export function listCertificate(it: CertificateDescription): Listing {
  return [
    ['Subject', it.subject],
    ['Issuer', it.issuer],
    ['Serial Number', it.serialNumber],
    ['Version', String(it.version)],
    ['Not Before', momentWords(it.notBefore)],
    ['Not After', `${momentWords(it.notAfter)} (${lifeWords(it.life)})`],
    ['SHA-256 Fingerprint', it.sha256Fingerprint],
    ['Public Key', keyWords(it.publicKey)],
    ...listExtensions(it.extensions, certificateExtensionRows),
    ...(it.ocspUrls.length === 0 ? [['OCSP Responder', 'none'] as const] : []),
    ['Must-Staple', it.mustStaple ? 'yes' : 'no'],
    ['Signature Algorithm', it.signatureAlgorithm.name],
    ['Signature', hexLines(it.signature)],
  ];
}
