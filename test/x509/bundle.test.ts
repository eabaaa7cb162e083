/** The certificates of a file, in whatever form it comes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatPem } from '../../src/der/pem.ts';
import { explicit, integer, oid, octetString, sequence, setOf, tlv } from '../../src/der/writer.ts';
import { RestapleError } from '../../src/errors.ts';
import { decodeAny, parseCertificates } from '../../src/x509/bundle.ts';
import { OID } from '../../src/x509/oids.ts';
import { certificatesPem, keyPem, withTempDir, writePki } from '../support/files.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';

const pki = createTestPki();
const { leaf, issuer, root } = pki;
const leafDer = leaf.certificate.raw;
const issuerDer = issuer.certificate.raw;
const rootDer = root.certificate.raw;

const found = (file: Buffer | string): readonly Buffer[] =>
  parseCertificates(Buffer.from(file)).map(({ raw }) => raw);

/** `certs-only`, as RFC 5652 writes it: no digests, no content, no signers. */
const pkcs7 = (contentType: string, ...certs: readonly Buffer[]): Buffer =>
  sequence(
    oid(contentType),
    explicit(
      0,
      sequence(integer(1), setOf(), sequence(oid('1.2.840.113549.1.7.1')), tlv(0xa0, ...certs), setOf()),
    ),
  );

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

describe('a file', () => {
  it.each([
    ['in DER', leafDer, [leafDer]],
    ['in PEM', certificatesPem(leaf), [leafDer]],
    ['with several, in its order', certificatesPem(root, leaf, issuer), [rootDer, leafDer, issuerDer]],
    ['with the line ends of Windows', crlf(certificatesPem(leaf, issuer)), [leafDer, issuerDer]],
    [
      'with text around them',
      `Bag Attributes\n  x: y\n${certificatesPem(leaf)}\nsubject=CN = a\n${certificatesPem(issuer)}# end\n`,
      [leafDer, issuerDer],
    ],
    ['behind a byte order mark', `\uFEFF${certificatesPem(leaf)}`, [leafDer]],
    ['under the old label', formatPem('X509 CERTIFICATE', leafDer), [leafDer]],
    ['as PKCS#7 in DER', pkcs7(OID.signedData, issuerDer, leafDer), [issuerDer, leafDer]],
    ['as PKCS#7 in PEM', formatPem('PKCS7', pkcs7(OID.signedData, leafDer)), [leafDer]],
    ['as CMS in PEM', formatPem('CMS', pkcs7(OID.signedData, leafDer, issuerDer)), [leafDer, issuerDer]],
    [
      'as PKCS#7 and alone, in one',
      `${formatPem('PKCS7', pkcs7(OID.signedData, issuerDer))}${certificatesPem(leaf)}`,
      [issuerDer, leafDer],
    ],
    ['as PKCS#7 that holds none', pkcs7(OID.signedData), []],
    ['with a private key before it', `${keyPem(leaf)}${certificatesPem(leaf)}`, [leafDer]],
    [
      'with a private key and parameters behind it',
      `${certificatesPem(leaf)}${formatPem('EC PARAMETERS', oid('1.2.3'))}${keyPem(leaf)}`,
      [leafDer],
    ],
    ['with a request for one', formatPem('CERTIFICATE REQUEST', sequence()), []],
    ['with nothing', '', []],
    ['with text alone', 'no certificate here', []],
    ['with a private key alone', keyPem(leaf), []],
  ])('%s', (_, file, certificates) => {
    expect(found(file)).toEqual(certificates);
  });

  it.each([
    [
      'a certificate with something behind it',
      Buffer.concat([leafDer, Buffer.of(0x0a)]),
      'Certificate: 1 byte after',
    ],
    ['a certificate that is cut', leafDer.subarray(0, -1), 'Certificate: value of'],
    [
      'a public key',
      leaf.certificate.subjectPublicKeyInfo.length > 0
        ? formatPem('CERTIFICATE', leaf.certificate.subjectPublicKeyInfo)
        : '',
      'Certificate: ',
    ],
    [
      'signed data of another type',
      pkcs7('1.2.840.113549.1.7.3', leafDer),
      'content type 1.2.840.113549.1.7.3, not signedData',
    ],
    [
      'PKCS#7 that holds something else',
      pkcs7(OID.signedData, octetString(Buffer.alloc(200))),
      'expected SEQUENCE, found OCTET STRING',
    ],
    ['PKCS#7 without content', sequence(oid(OID.signedData), octetString(Buffer.alloc(130))), 'no content'],
    [
      'no base64',
      '-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n',
      'line 1: CERTIFICATE is not base64',
    ],
    ['no end', '-----BEGIN CERTIFICATE-----\nMIIB', 'line 1: CERTIFICATE has no END line'],
  ])('with %s is refused', (_, file, message) => {
    expect(() => parseCertificates(Buffer.from(file))).toThrow(message);
    expect(() => parseCertificates(Buffer.from(file))).toThrow(RestapleError);
  });
});

const wiped = (file: Buffer): boolean => file.every((byte) => byte === 0);

describe('a private key in the file', () => {
  it.each([
    ['PKCS#8', keyPem(leaf)],
    ['of its own form', leaf.keys.privateKey.export({ format: 'pem', type: 'sec1' }).toString()],
    [
      'encrypted',
      leaf.keys.privateKey
        .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
    ],
  ])('%s is wiped when it is read, and the certificates stay', (_, key) => {
    const file = Buffer.from(`${certificatesPem(leaf)}${key}${certificatesPem(issuer)}`);
    const certificates = parseCertificates(file);
    expect(wiped(file)).toBe(true);
    expect(certificates.map(({ raw }) => raw)).toEqual([leafDer, issuerDer]);
    expect(certificates[0]?.serialNumber).toEqual(leaf.certificate.serialNumber);
  });

  it.each([
    ['a block that is cut', '-----BEGIN CERTIFICATE-----\nMIIB'],
    ['a certificate that is none', formatPem('CERTIFICATE', sequence())],
  ])('is wiped, too, where %s stops the reading', (_, rest) => {
    const file = Buffer.from(`${keyPem(leaf)}${rest}`);
    expect(() => parseCertificates(file)).toThrow(RestapleError);
    expect(wiped(file)).toBe(true);
  });

  it('is what a file is wiped for: one without is left alone', () => {
    const file = Buffer.from(certificatesPem(leaf));
    parseCertificates(file);
    expect(file.toString()).toBe(certificatesPem(leaf));
  });
});

describeWithPeer('openssl', 'PKCS#7 as openssl writes it', (openssl) => {
  it.each(['DER', 'PEM'])('in %s holds what was put in', async (form) => {
    const file = await withTempDir(async (dir) => {
      const { chain, root: rootFile } = await writePki(dir, pki);
      const out = join(dir, 'chain.p7b');
      const inputs = ['-certfile', chain, '-certfile', rootFile];
      await run(openssl, ['crl2pkcs7', '-nocrl', ...inputs, '-outform', form, '-out', out]);
      return readFile(out);
    });
    const certificates = parseCertificates(file).map(({ raw }) => raw.toString('hex'));
    expect(certificates.toSorted()).toEqual(
      [leafDer, issuerDer, rootDer].map((der) => der.toString('hex')).toSorted(),
    );
  });
});

describe('one value in DER', () => {
  it('is a certificate or PKCS#7', () => {
    expect(decodeAny(leafDer).map(({ raw }) => raw)).toEqual([leafDer]);
    expect(decodeAny(pkcs7(OID.signedData, leafDer, rootDer)).map(({ raw }) => raw)).toEqual([
      leafDer,
      rootDer,
    ]);
  });
});
