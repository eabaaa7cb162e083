/** A certificate as restaple sees it, and as node:crypto does. */
import { X509Certificate, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/demo/pki/certificate.ts';
import { createServer } from '../../src/demo/pki/entity.ts';
import { crlDistributionPoints, extension, noRevAvail, tlsFeature } from '../../src/demo/pki/extensions.ts';
import type { KeyKind } from '../../src/demo/pki/keys.ts';
import { name } from '../../src/demo/pki/name.ts';
import { formatTime } from '../../src/der/time.ts';
import { bitString, explicit, integer, nullValue, oid, sequence, tlv } from '../../src/der/writer.ts';
import { hex } from '../../src/text.ts';
import { encodeAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { caIssuersUrls, ocspUrls } from '../../src/x509/authority-info-access.ts';
import { isCa } from '../../src/x509/basic-constraints.ts';
import { type Certificate, decodeCertificate } from '../../src/x509/certificate.ts';
import { authorityKeyIdentifier, subjectKeyIdentifier } from '../../src/x509/key-identifier.ts';
import { extendedKeyUsage } from '../../src/x509/key-usage.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { formatName } from '../../src/x509/name.ts';
import { OID } from '../../src/x509/oids.ts';
import { subjectAltNames } from '../../src/x509/subject-alt-name.ts';
import { hasNoRevAvail, isMustStaple } from '../../src/x509/tls-feature.ts';
import { keyHash } from '../../src/ocsp/responder-id.ts';
import { createTestPki } from '../support/pki.ts';

const pki = createTestPki();

const full = createServer(pki.issuer, {
  name: name([
    ['C', 'AQ'],
    ['O', 'Restaple Test'],
    ['CN', 'www.example.test'],
  ]),
  keys: pki.leaf.keys,
  serial: Buffer.from('00f1e2d3c4b5a69788796a5b4c3d2e1f', 'hex'),
  notBefore: new Date('2026-01-05T06:07:08Z'),
  notAfter: new Date('2050-01-01T00:00:00Z'),
  dns: ['www.example.test', '*.example.test', 'xn--bcher-kva.example.test'],
  ip: ['192.0.2.1', '2001:db8::17'],
  ocspUrls: ['http://ocsp.example.test/', 'http://ocsp2.example.test/a?b=c'],
  caIssuersUrls: ['http://ca.example.test/issuer.cer'],
  mustStaple: true,
});

const plain = {
  subject: name([['CN', 'v1.example.test']]),
  issuer: pki.issuer.certificate.subject,
  serial: 1,
  notBefore: new Date('1950-01-01T00:00:00Z'),
  notAfter: new Date('9999-12-31T23:59:59Z'),
  publicKey: pki.leaf.keys.publicKey,
  signer: pki.issuer.signer,
};

const CERTIFICATES: readonly (readonly [string, Certificate])[] = [
  ['a server’s with everything in it', full.certificate],
  ['a server’s', pki.leaf.certificate],
  ['a CA’s', pki.issuer.certificate],
  ['a root’s', pki.root.certificate],
  ['an OCSP signer’s', pki.delegate.certificate],
  ['of version 1, as long as time goes', decodeCertificate(issueCertificate({ ...plain, version: 1 }))],
  ['without extensions', decodeCertificate(issueCertificate(plain))],
  ...(['rsa-2048', 'p384', 'p521', 'ed25519', 'ed448'] satisfies KeyKind[]).map(
    (kind) => [`with a key of ${kind}`, createTestPki({ kind }).issuer.certificate] as const,
  ),
];

/** The names of node:crypto for what follows a type in a list of GeneralNames. */
const LABELS: Readonly<Record<string, string>> = { DNS: 'DNS', IP: 'IP Address', URI: 'URI' };

describe.each(CERTIFICATES)('a certificate %s', (_, ours) => {
  const theirs = new X509Certificate(ours.raw);

  it('has the serial number, dates and fingerprint that node:crypto finds', () => {
    expect(hex(ours.serialNumber).replace(/^00(?=..)/, '')).toBe(theirs.serialNumber);
    expect(formatTime(ours.notBefore)).toBe(theirs.validFrom);
    expect(formatTime(ours.notAfter)).toBe(theirs.validTo);
    expect(createHash('sha256').update(ours.raw).digest('hex')).toBe(
      theirs.fingerprint256.replaceAll(':', '').toLowerCase(),
    );
  });

  it('has the key that node:crypto finds', () => {
    expect(ours.subjectPublicKeyInfo).toEqual(theirs.publicKey.export({ format: 'der', type: 'spki' }));
    // RFC 5280 section 4.2.1.2 (1), by which the test CA makes the identifier where it makes one.
    expect(subjectKeyIdentifier(ours) ?? keyHash(ours)).toEqual(keyHash(ours));
    expect(isCa(ours)).toBe(theirs.ca);
  });

  it('has the names and URLs that node:crypto finds', () => {
    const names = subjectAltNames(ours).map(({ type, value }) => `${LABELS[type]}:${value}`);
    expect(names.join(', ')).toBe(
      (theirs.subjectAltName ?? '').replace('2001:DB8:0:0:0:0:0:17', '2001:db8::17'),
    );
    const urls = [
      ...ocspUrls(ours).map((url) => `OCSP - URI:${url}`),
      ...caIssuersUrls(ours).map((url) => `CA Issuers - URI:${url}`),
    ];
    expect(urls.join('\n')).toBe((theirs.infoAccess ?? '').trim());
    const own = /CN=[^,]*$/.exec(formatName(ours.subject))?.[0];
    expect(theirs.subject.split('\n')).toContain(own);
    expect(extendedKeyUsage(ours)).toEqual(theirs.keyUsage);
  });
});

const withExtensions = (...extensions: readonly Extension[]): Certificate =>
  decodeCertificate(issueCertificate({ ...plain, extensions }));

describe('what a CA says about revocation', () => {
  it('must-staple is the TLS feature status_request, among others or alone', () => {
    expect(isMustStaple(full.certificate)).toBe(true);
    expect(isMustStaple(withExtensions(tlsFeature([17, 5])))).toBe(true);
    expect(isMustStaple(withExtensions(tlsFeature([17])))).toBe(false);
    expect(isMustStaple(withExtensions(tlsFeature([])))).toBe(false);
    expect(isMustStaple(pki.leaf.certificate)).toBe(false);
  });

  it('noRevAvail is seen, critical or not', () => {
    expect(hasNoRevAvail(withExtensions(noRevAvail()))).toBe(true);
    expect(hasNoRevAvail(withExtensions(crlDistributionPoints(['http://a/']), noRevAvail(true)))).toBe(true);
    expect(hasNoRevAvail(full.certificate)).toBe(false);
  });

  it('no AIA means no URLs, and URLs are given as they stand', () => {
    expect(ocspUrls(withExtensions())).toEqual([]);
    const odd = sequence(
      sequence(oid(OID.adOcsp), tlv(0x86, Buffer.from('javascript:alert(1)\n'))),
      sequence(oid(OID.adOcsp), tlv(0x82, Buffer.from('dns.example.test'))),
      sequence(oid('1.2.3'), tlv(0x86, Buffer.from('http://other.example.test/'))),
    );
    const certificate = withExtensions(extension(OID.authorityInfoAccess, odd));
    expect(ocspUrls(certificate)).toEqual(['javascript:alert(1)\n']);
    expect(caIssuersUrls(certificate)).toEqual([]);
  });

  it('the key identifier of the issuer is found, whatever else stands beside it', () => {
    const id = authorityKeyIdentifier(pki.leaf.certificate);
    expect(id).toEqual(keyHash(pki.issuer.certificate));
    const others = sequence(tlv(0x80, Buffer.of(1, 2)), tlv(0xa1, nullValue()), tlv(0x82, Buffer.of(3)));
    expect(authorityKeyIdentifier(withExtensions(extension(OID.authorityKeyIdentifier, others)))).toEqual(
      Buffer.of(1, 2),
    );
    const onlyOthers = sequence(tlv(0xa1, nullValue()), tlv(0x82, Buffer.of(3)));
    expect(
      authorityKeyIdentifier(withExtensions(extension(OID.authorityKeyIdentifier, onlyOthers))),
    ).toBeUndefined();
  });
});

/** What stands behind the header of a value of 128 bytes or more. */
const content = (value: Buffer): Buffer => value.subarray(2 + (value.readUInt8(1) & 0x7f));

const withMany = (count: number): Buffer =>
  issueCertificate({
    ...plain,
    extensions: Array.from({ length: count }, (_, i) => extension(`1.2.${i}`, nullValue())),
  });

describe('a certificate that is none', () => {
  const { raw, tbs, signature, signatureAlgorithm } = pki.leaf.certificate;
  const algorithm = encodeAlgorithmIdentifier(signatureAlgorithm);
  const certificate = (fields: readonly Buffer[], outer = algorithm): Buffer =>
    sequence(sequence(...fields), outer, bitString(signature));

  it('is one as it stands', () => {
    expect(certificate([content(tbs)])).toEqual(raw);
  });

  it('has another algorithm inside than outside', () => {
    const other = encodeAlgorithmIdentifier({ ...signatureAlgorithm, parameters: nullValue() });
    expect(() => decodeCertificate(certificate([content(tbs)], other))).toThrow(
      'signature algorithms inside and outside differ',
    );
  });

  it('has an extension twice', () => {
    const twice = issueCertificate({ ...plain, extensions: [noRevAvail(), tlsFeature(), noRevAvail(true)] });
    expect(() => decodeCertificate(twice)).toThrow(`extension ${OID.noRevAvail} twice`);
  });

  it('has more than a hundred extensions', () => {
    expect(decodeCertificate(withMany(100)).extensions).toHaveLength(100);
    expect(() => decodeCertificate(withMany(101))).toThrow('more than 100 extensions');
    expect(() => decodeCertificate(withMany(5000))).toThrow('more than 100 extensions');
  });

  it('is of version 4', () => {
    const rest = content(tbs).subarray(5);
    expect(decodeCertificate(certificate([explicit(0, integer(1)), rest])).version).toBe(2);
    expect(() => decodeCertificate(certificate([explicit(0, integer(3)), rest]))).toThrow(
      'certificate version 4',
    );
  });

  it('has something behind its last field', () => {
    expect(() => decodeCertificate(certificate([content(tbs), nullValue()]))).toThrow(
      'TBSCertificate: 2 bytes after',
    );
    expect(() => decodeCertificate(Buffer.concat([raw, Buffer.of(0)]))).toThrow('Certificate: 1 byte after');
  });

  it('is something else', () => {
    expect(() => decodeCertificate(Buffer.from('hello'))).toThrow('Certificate: expected SEQUENCE');
    expect(() => decodeCertificate(pki.leaf.certificate.subjectPublicKeyInfo)).toThrow(
      'Certificate: expected SEQUENCE, found BIT STRING',
    );
  });
});
