/** The parts that `-text` prints of requests and responses alike, in the layout of openssl. */
import { formatTime } from '../../der/time.ts';
import type { CertID } from '../../ocsp/cert-id.ts';
import { decodeArchiveCutoff } from '../../ocsp/extensions/archive-cutoff.ts';
import { DerError } from '../../errors.ts';
import { hex } from '../../text.ts';
import type { AlgorithmIdentifier } from '../../x509/algorithm-identifier.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID, oidName } from '../../x509/oids.ts';
import { signatureAlgorithmName } from '../../x509/signature-scheme.ts';
import { formatPem } from '../../der/pem.ts';
import { serialNumberHex } from '../describe/serial-number.ts';

/** openssl breaks a string of octets behind each 35, with a backslash. */
const hexText = (octets: Buffer): string => hex(octets).replaceAll(/.{70}(?!$)/g, '$&\\\n');

const spaces = (count: number): string => ' '.repeat(count);

export function certIDLines(certID: CertID, indent: number): string[] {
  const inner = spaces(indent + 2);
  return [
    `${spaces(indent)}Certificate ID:`,
    `${inner}Hash Algorithm: ${oidName(certID.hashAlgorithm.algorithm)}`,
    `${inner}Issuer Name Hash: ${hexText(certID.issuerNameHash)}`,
    `${inner}Issuer Key Hash: ${hexText(certID.issuerKeyHash)}`,
    `${inner}Serial Number: ${serialText(certID.serialNumber)}`,
  ];
}

/** As openssl prints an INTEGER: the magnitude, a minus before it where there is one. */
function serialText(octets: Buffer): string {
  if (((octets[0] ?? 0) & 0x80) === 0) return serialNumberHex(octets);
  const magnitude = (1n << BigInt(octets.length * 8)) - BigInt(`0x${octets.toString('hex')}`);
  const digits = magnitude.toString(16).toUpperCase();
  return `-${digits.padStart(digits.length + (digits.length % 2), '0')}`;
}

const EXTENSION_TITLES: Readonly<Record<string, string>> = {
  [OID.ocspNonce]: 'OCSP Nonce',
  [OID.ocspCrl]: 'OCSP CRL ID',
  [OID.ocspResponse]: 'Acceptable OCSP Responses',
  [OID.ocspArchiveCutoff]: 'OCSP Archive Cutoff',
  [OID.ocspServiceLocator]: 'OCSP Service Locator',
};

/** Nothing when there are none. Values that openssl takes apart in ways of its own are printed in hexadecimal. */
export function extensionLines(title: string, extensions: readonly Extension[], indent: number): string[] {
  if (extensions.length === 0) return [];
  return [
    `${spaces(indent)}${title}:`,
    ...extensions.flatMap((extension) => [
      `${spaces(indent + 4)}${EXTENSION_TITLES[extension.oid] ?? extension.oid}: ${extension.critical ? 'critical' : ''}`,
      `${spaces(indent + 8)}${extensionValue(extension)}`,
    ]),
  ];
}

function extensionValue({ oid, value }: Extension): string {
  if (oid !== OID.ocspArchiveCutoff) return hexText(value);
  try {
    return formatTime(decodeArchiveCutoff(value));
  } catch (error) {
    if (error instanceof DerError) return hex(value);
    throw error;
  }
}

/** Two digits an octet, 18 octets a line. */
const OCTETS_A_LINE = 18;

export function signatureLines(algorithm: AlgorithmIdentifier, signature: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < signature.length; at += OCTETS_A_LINE) {
    const octets = signature
      .subarray(at, at + OCTETS_A_LINE)
      .toString('hex')
      .replaceAll(/..(?!$)/g, '$&:');
    lines.push(`${spaces(8)}${octets}${at + OCTETS_A_LINE < signature.length ? ':' : ''}`);
  }
  return [`    Signature Algorithm: ${signatureName(algorithm)}`, '    Signature Value:', ...lines];
}

/** openssl's long names, where they are not those of the RFCs. */
function signatureName(algorithm: AlgorithmIdentifier): string {
  const name = signatureAlgorithmName(algorithm);
  if (algorithm.algorithm === OID.rsaPss) return 'rsassaPss';
  return /^Ed\d/.test(name) ? name.toUpperCase() : name;
}

/** `restaple inspect` and `openssl x509 -text` show what is in one. */
export const certificatesText = (certs: readonly Buffer[]): string =>
  certs.map((der) => formatPem('CERTIFICATE', der)).join('');
