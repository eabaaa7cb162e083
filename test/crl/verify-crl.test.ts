/** The rules for CRLs: each row breaks one of them, in a CRL that is right but for that. */
import { describe, expect, it } from 'vitest';
import { verifyCrl } from '../../src/crl/verify-crl.ts';
import type { VerifyCrlOptions } from '../../src/crl/verify-crl.ts';
import { createIntermediate } from '../../src/demo/pki/entity.ts';
import { basicConstraints, extension, keyUsage } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { integer, nullValue, sequence } from '../../src/der/writer.ts';
import { CrlError, DerError } from '../../src/errors.ts';
import type { CrlCode, DerCode } from '../../src/errors.ts';
import { encodeAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { OID } from '../../src/x509/oids.ts';
import {
  createCrl,
  crlNumber,
  entry,
  invalidityDate,
  issuingDistributionPoint,
  reasonCode,
  serial,
  uriName,
} from '../support/crl.ts';
import { testKeys } from '../support/keys.ts';
import { NEXT_UPDATE, NOW, THIS_UPDATE, createTestPki, shift } from '../support/pki.ts';
import { OPTIONS, POINT, URL_OF_CRL, crl, pki } from './world.ts';

const MINUTE_MS = 60_000;
const mine = pki.leaf.certificate.serialNumber;
const unknownExtension = (critical: boolean) => extension('1.3.6.1.4.1.99999.1', nullValue(), critical);
const scoped = (...parts: Parameters<typeof issuingDistributionPoint>) =>
  crl({ extensions: [issuingDistributionPoint(...parts)] });

const issuerWith = (usages: Parameters<typeof keyUsage>[0]) =>
  createIntermediate(pki.root, {
    name: pki.issuer.certificate.subject,
    keys: pki.issuer.keys,
    serial: 0x1001,
    notBefore: pki.issuer.certificate.notBefore,
    notAfter: pki.issuer.certificate.notAfter,
    extensions: [basicConstraints(true), keyUsage(usages)],
  });

/** The issuer with an RSA key that signs in this way. */
const rsa = (hash: 'md5' | 'sha1') =>
  createTestPki({ issuer: { keys: testKeys('rsa-2048'), signature: { hash } } }).issuer;

interface Refusal {
  readonly says: string;
  readonly der: () => Buffer;
  readonly options?: Partial<VerifyCrlOptions>;
  readonly code: CrlCode | DerCode;
  readonly message: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    says: 'the CRL of another CA',
    der: () => crl({ signer: pki.stranger }),
    code: 'crl-signer-refused',
    message:
      'the CRL was issued by O=Restaple Test, CN=Stranger, the certificate by O=Restaple Test, CN=Test Issuer',
  },
  {
    says: 'another key under the name of the issuer',
    der: () => crl({ signer: pki.stranger, issuer: pki.issuer.certificate.subject }),
    code: 'crl-signature-invalid',
    message: 'ecdsa-with-SHA256 signature does not verify (signer O=Restaple Test, CN=Test Issuer)',
  },
  {
    says: 'an issuer whose key is not for CRLs',
    der: () => crl(),
    options: { issuer: issuerWith(['keyCertSign']).certificate },
    code: 'crl-signer-refused',
    message: 'O=Restaple Test, CN=Test Issuer has a key for keyCertSign, not for CRLs (cRLSign)',
  },
  {
    says: 'MD5',
    der: () => crl({ signer: rsa('md5') }),
    options: { issuer: rsa('md5').certificate, allowSha1: true },
    code: 'crl-algorithm-refused',
    message: 'md5WithRSAEncryption is broken (signer O=Restaple Test, CN=Test Issuer)',
  },
  {
    says: 'SHA-1',
    der: () => crl({ signer: rsa('sha1') }),
    options: { issuer: rsa('sha1').certificate },
    code: 'crl-algorithm-refused',
    message: 'sha1WithRSAEncryption uses SHA-1 (signer O=Restaple Test, CN=Test Issuer)',
  },
  {
    says: 'one algorithm signed and another said',
    der: () =>
      crl({
        innerAlgorithm: encodeAlgorithmIdentifier({
          algorithm: '1.2.840.10045.4.3.3',
          parameters: undefined,
        }),
      }),
    code: 'asn1-unexpected',
    message: 'signature algorithms inside and outside differ',
  },
  {
    says: 'a thisUpdate to come',
    der: () => crl({ thisUpdate: shift(NOW, 6 * MINUTE_MS) }),
    code: 'crl-not-current',
    message: 'thisUpdate 2026-02-25T12:06:00Z is more than 5m after now 2026-02-25T12:00:00Z',
  },
  {
    says: 'a nextUpdate that is now',
    der: () => crl({ nextUpdate: NOW }),
    code: 'crl-not-current',
    message: 'nextUpdate 2026-02-25T12:00:00Z is not after now 2026-02-25T12:00:00Z',
  },
  {
    says: 'no nextUpdate',
    der: () => crl({ nextUpdate: undefined }),
    code: 'crl-not-current',
    message: 'the CRL has no nextUpdate: nobody can say when it goes stale',
  },
  {
    says: 'a nextUpdate before its thisUpdate',
    der: () => crl({ thisUpdate: shift(NOW, 4 * MINUTE_MS), nextUpdate: shift(NOW, 3 * MINUTE_MS) }),
    code: 'crl-not-current',
    message: 'nextUpdate 2026-02-25T12:03:00Z is before thisUpdate 2026-02-25T12:04:00Z',
  },
  {
    says: 'a delta CRL',
    der: () => crl({ extensions: [crlNumber(8), extension(OID.deltaCRLIndicator, integer(7), true)] }),
    code: 'crl-unsupported',
    message: 'a delta CRL, which lists only what changed since another one',
  },
  {
    says: 'a delta CRL that does not say it is critical',
    der: () => crl({ extensions: [extension(OID.deltaCRLIndicator, integer(7))] }),
    code: 'crl-unsupported',
    message: 'a delta CRL, which lists only what changed since another one',
  },
  {
    says: 'a critical extension that is not known',
    der: () => crl({ extensions: [unknownExtension(true)] }),
    code: 'crl-unsupported',
    message: 'the critical extension 1.3.6.1.4.1.99999.1 of the CRL is not known',
  },
  {
    says: 'an indirect CRL',
    der: () => scoped({ flags: [4] }),
    code: 'crl-unsupported',
    message: 'an indirect CRL, which lists certificates of other issuers as well',
  },
  {
    says: 'an indirect CRL that does not say it is critical',
    der: () => scoped({ flags: [4] }, false),
    code: 'crl-unsupported',
    message: 'an indirect CRL, which lists certificates of other issuers as well',
  },
  {
    says: 'a CRL for some reasons',
    der: () => scoped({ reasons: true }),
    code: 'crl-unsupported',
    message: 'the CRL lists only certificates that were revoked for some of the reasons',
  },
  {
    says: 'a CRL of attribute certificates',
    der: () => scoped({ flags: [5] }),
    code: 'crl-out-of-scope',
    message: 'the CRL lists only attribute certificates',
  },
  {
    says: 'a CRL of CAs, for a server',
    der: () => scoped({ flags: [2] }),
    code: 'crl-out-of-scope',
    message: 'the CRL lists only certificates of CAs, and this is none',
  },
  {
    says: 'a CRL of servers, for a CA',
    der: () => crl({ signer: pki.root, extensions: [issuingDistributionPoint({ flags: [1] })] }),
    options: { certificate: pki.issuer.certificate, issuer: pki.root.certificate },
    code: 'crl-out-of-scope',
    message: 'the CRL lists no certificates of CAs, and this is one',
  },
  {
    says: 'the CRL of another part of the CA',
    der: () => scoped({ urls: ['http://crl.example.test/2.crl'] }),
    code: 'crl-out-of-scope',
    message: `the CRL is that of URI:http://crl.example.test/2.crl, the certificate names URI:${URL_OF_CRL}`,
  },
  {
    says: 'the CRL of one part, where the certificate names no place',
    der: () => scoped({ urls: [URL_OF_CRL] }),
    options: { point: { ...POINT, name: undefined } },
    code: 'crl-out-of-scope',
    message: `the CRL is that of URI:${URL_OF_CRL}, the certificate names none`,
  },
  {
    says: 'removeFromCRL in a complete CRL',
    der: () => crl({ entries: [entry(mine, THIS_UPDATE, [reasonCode(8)])] }),
    code: 'crl-unsupported',
    message: 'removeFromCRL in a complete CRL: it contradicts itself',
  },
  {
    says: 'a critical extension that is not known, in its entry',
    der: () => crl({ entries: [entry(mine, THIS_UPDATE, [unknownExtension(true)])] }),
    code: 'crl-unsupported',
    message: 'an entry of the CRL has the critical extension 1.3.6.1.4.1.99999.1, which is not known',
  },
  {
    says: 'the same in the entry of another',
    der: () => crl({ entries: [entry(serial(1)), entry(serial(2), THIS_UPDATE, [unknownExtension(true)])] }),
    code: 'crl-unsupported',
    message: 'an entry of the CRL has the critical extension 1.3.6.1.4.1.99999.1, which is not known',
  },
  {
    says: 'an entry about a certificate of another issuer',
    der: () =>
      crl({
        entries: [
          entry(mine, THIS_UPDATE, [extension(OID.certificateIssuer, sequence(uriName('urn:x')), false)]),
        ],
      }),
    code: 'crl-unsupported',
    message: 'an entry of the CRL is about a certificate of another issuer',
  },
  {
    says: 'version 3',
    der: () => crl({ version: 2 }),
    code: 'asn1-unexpected',
    message: 'CRL version 3',
  },
  {
    says: 'version 1 with extensions',
    der: () => crl({ version: undefined }),
    code: 'asn1-unexpected',
    message: 'extensions in a CRL of version 1',
  },
  {
    says: 'version 1 with extensions of an entry',
    der: () =>
      crl({ version: undefined, extensions: undefined, entries: [entry(serial(1), NOW, [reasonCode(1)])] }),
    code: 'asn1-unexpected',
    message: 'an entry with extensions in a CRL of version 1',
  },
  {
    says: 'an entry without its revocationDate',
    der: () => crl({ entries: [sequence(integer(serial(1)))] }),
    code: 'asn1-unexpected',
    message: 'an entry without its revocationDate',
  },
  {
    says: 'an entry with extensions twice',
    der: () =>
      crl({
        entries: [sequence(integer(serial(1)), entry(serial(1)).subarray(8), sequence(), sequence())],
      }),
    code: 'asn1-unexpected',
    message: 'an entry with extensions twice',
  },
  {
    says: 'a serial number with a zero too many',
    der: () => crl({ entries: [entry(Buffer.of(0, ...mine))] }),
    code: 'der-malformed',
    message: 'INTEGER is not minimal',
  },
  {
    says: 'bytes behind it',
    der: () => Buffer.concat([crl(), Buffer.of(0)]),
    code: 'der-trailing-bytes',
    message: '1 byte after the end of the value',
  },
];

const refusalOf = (der: Buffer, options: Partial<VerifyCrlOptions> = {}): DerError | CrlError => {
  try {
    verifyCrl(der, { ...OPTIONS, ...options });
  } catch (error) {
    if (error instanceof DerError || error instanceof CrlError) return error;
    throw error;
  }
  throw new Error('it was taken');
};

describe('a CRL is refused', () => {
  it.each(REFUSALS)('for $says', ({ der, options, code, message }) => {
    const error = refusalOf(der(), options);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

const GOOD = { certStatus: { type: 'good' } };
const REVOKED = { certStatus: { type: 'revoked', revocationTime: THIS_UPDATE, reason: undefined } };

describe('a CRL is taken', () => {
  it.each<[string, () => Buffer, object, Partial<VerifyCrlOptions>?]>([
    ['that lists nothing', () => crl({ entries: undefined }), { ...GOOD, entries: 0 }],
    ['with an empty list', () => crl({ entries: [] }), { ...GOOD, entries: 0 }],
    [
      'that lists others',
      () => crl({ entries: [entry(serial(1)), entry(serial(2))] }),
      { ...GOOD, entries: 2, thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE, invalidityDate: undefined },
    ],
    [
      'of version 1',
      () => crl({ version: undefined, extensions: undefined, entries: [entry(mine)] }),
      REVOKED,
    ],
    ['without extensions', () => crl({ extensions: undefined }), GOOD],
    [
      'that lists it last',
      () => crl({ entries: [entry(serial(1)), entry(mine)] }),
      { ...REVOKED, entries: 2 },
    ],
    [
      'with reason and invalidityDate, critical too',
      () =>
        crl({
          entries: [
            entry(mine, THIS_UPDATE, [reasonCode(1, true), invalidityDate(shift(THIS_UPDATE, -MINUTE_MS))]),
          ],
        }),
      {
        certStatus: { type: 'revoked', revocationTime: THIS_UPDATE, reason: 1 },
        invalidityDate: shift(THIS_UPDATE, -MINUTE_MS),
      },
    ],
    [
      'that lists it twice: the first counts',
      () => crl({ entries: [entry(mine), entry(mine, NOW, [reasonCode(4)])] }),
      REVOKED,
    ],
    [
      'with an unknown extension that is not critical',
      () => crl({ extensions: [unknownExtension(false)] }),
      GOOD,
    ],
    [
      'with such an extension in its entry',
      () => crl({ entries: [entry(mine, THIS_UPDATE, [unknownExtension(false)])] }),
      REVOKED,
    ],
    ['for its own place', () => scoped({ urls: ['ldap://x/', URL_OF_CRL], flags: [1] }), GOOD],
    ['for servers, wherever', () => scoped({ flags: [1] }), GOOD],
    ['with a thisUpdate just ahead', () => crl({ thisUpdate: shift(NOW, 5 * MINUTE_MS) }), GOOD],
    ['for a moment more', () => crl({ nextUpdate: shift(NOW, 1000) }), GOOD],
    [
      'whose issuer is spelt otherwise',
      () =>
        crl({
          issuer: name([
            ['O', 'RESTAPLE  test'],
            ['CN', 'test issuer'],
          ]),
        }),
      GOOD,
    ],
    ['of an issuer with cRLSign alone', () => crl(), GOOD, { issuer: issuerWith(['cRLSign']).certificate }],
    [
      'with SHA-1 where allowed',
      () => crl({ signer: rsa('sha1') }),
      GOOD,
      { issuer: rsa('sha1').certificate, allowSha1: true },
    ],
    [
      'that CAs alone are listed in, for a CA',
      () => crl({ signer: pki.root, extensions: [issuingDistributionPoint({ flags: [2] })] }),
      GOOD,
      { certificate: pki.issuer.certificate, issuer: pki.root.certificate },
    ],
  ])('%s', (_, der, verdict, options = {}) => {
    expect(verifyCrl(der(), { ...OPTIONS, ...options })).toMatchObject(verdict);
  });

  it.each(['rsa-2048', 'p384', 'ed25519'] as const)('signed by %s', (kind) => {
    const { issuer } = createTestPki({ issuer: { kind } });
    const der = createCrl({ signer: issuer, entries: [entry(mine)] });
    expect(verifyCrl(der, { ...OPTIONS, issuer: issuer.certificate })).toMatchObject(REVOKED);
  });
});
