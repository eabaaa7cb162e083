/** Certificates as tenants upload them: whatever they hold, nothing but a RestapleError comes out of looking at them. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/demo/pki/entity.ts';
import { formatPem } from '../../src/der/pem.ts';
import { RestapleError } from '../../src/errors.ts';
import { caIssuersUrls, ocspUrls } from '../../src/x509/authority-info-access.ts';
import { basicConstraints } from '../../src/x509/basic-constraints.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { type Certificate, decodeCertificate } from '../../src/x509/certificate.ts';
import { findLeaf } from '../../src/x509/chain.ts';
import { formatGeneralName } from '../../src/x509/general-name.ts';
import { authorityKeyIdentifier, subjectKeyIdentifier } from '../../src/x509/key-identifier.ts';
import { extendedKeyUsage, keyUsage } from '../../src/x509/key-usage.ts';
import { formatName, namesMatch } from '../../src/x509/name.ts';
import { importPublicKey } from '../../src/x509/public-key.ts';
import { signatureAlgorithmName } from '../../src/x509/signature-scheme.ts';
import { subjectAltNames } from '../../src/x509/subject-alt-name.ts';
import { hasNoRevAvail, isMustStaple } from '../../src/x509/tls-feature.ts';
import { verifyIssuedBy } from '../../src/x509/verify-signature.ts';
import { spoilt, torn } from '../ocsp/mutate.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { createTestPki } from '../support/pki.ts';

const pki = createTestPki();
const issuer = pki.issuer.certificate;
const server = createServer(pki.issuer, {
  name: pki.leaf.certificate.subject,
  keys: pki.leaf.keys,
  serial: 0x77,
  notBefore: pki.leaf.certificate.notBefore,
  notAfter: pki.leaf.certificate.notAfter,
  dns: ['a.example.test', 'b.example.test'],
  ip: ['192.0.2.1', '2001:db8::1'],
  ocspUrls: ['http://ocsp.example.test/'],
  caIssuersUrls: ['http://ca.example.test/'],
  mustStaple: true,
}).certificate;

const VIEWS: readonly ((certificate: Certificate) => unknown)[] = [
  (one) => [...ocspUrls(one), ...caIssuersUrls(one)],
  (one) => basicConstraints(one),
  (one) => subjectAltNames(one).map(formatGeneralName),
  (one) => [keyUsage(one), extendedKeyUsage(one)],
  (one) => [subjectKeyIdentifier(one), authorityKeyIdentifier(one)],
  (one) => [isMustStaple(one), hasNoRevAvail(one)],
  (one) => [formatName(one.subject), namesMatch(one.issuer, issuer.subject)],
  (one) => importPublicKey(one.subjectPublicKeyInfo),
  (one) => signatureAlgorithmName(one.signatureAlgorithm),
  (one) => verifyIssuedBy(one, issuer, { allowSha1: true }),
  (one) => verifyIssuedBy(server, one, { allowSha1: true }),
  (one) => findLeaf([one, issuer, server]),
];

/** What an action has to say, or that it was refused in order. */
function outcome<T>(action: () => T): T | 'refused' {
  try {
    return action();
  } catch (error) {
    if (error instanceof RestapleError) return 'refused';
    throw error;
  }
}

/** Control characters, marks of direction and ends of lines: nothing of it may reach a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('a certificate with values exchanged', () => {
  it('is looked at from every side', () => {
    let seen = 0;
    fc.assert(
      fc.property(spoilt(server.raw), (der) => {
        const certificate = outcome(() => decodeCertificate(der));
        if (certificate === 'refused') return;
        for (const view of VIEWS) if (outcome(() => view(certificate)) !== 'refused') seen++;
      }),
      { numRuns: 1500 },
    );
    expect(seen).toBeGreaterThan(VIEWS.length);
  });

  it('shows nothing that a terminal would obey', () => {
    fc.assert(
      fc.property(spoilt(server.raw), (der) => {
        const text = outcome(() => {
          const { subject, issuer: by } = decodeCertificate(der);
          return `${formatName(subject)}${formatName(by)}`;
        });
        expect(text).not.toMatch(UNPRINTABLE);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a file of certificates', () => {
  const file = Buffer.from(`text\n${certificatesPem(pki.leaf, pki.issuer)}${keyPem(pki.leaf)}`);

  it('torn is parsed or refused, and keeps no private key that it parsed', () => {
    fc.assert(
      fc.property(torn(file), (bytes) => {
        const hadKey =
          bytes.includes('-----BEGIN PRIVATE KEY-----') && bytes.includes('-----END PRIVATE KEY-----');
        outcome(() => parseCertificates(bytes));
        expect(hadKey && bytes.includes('PRIVATE KEY')).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('in DER, torn or with values exchanged, is parsed or refused', () => {
    fc.assert(
      fc.property(fc.oneof(torn(server.raw), spoilt(server.raw)), (bytes) => {
        const found = outcome(() => parseCertificates(Buffer.from(bytes)));
        const again = outcome(() => parseCertificates(Buffer.from(formatPem('CERTIFICATE', bytes))));
        // PEM is only a wrapping. What is too short for a certificate is taken for text, which holds none.
        expect(bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80 ? found : again).toEqual(again);
      }),
      { numRuns: 500 },
    );
  });
});
