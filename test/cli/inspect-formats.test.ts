import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/demo/pki/certificate.ts';
import { name } from '../../src/demo/pki/name.ts';
import { constructed, primitive } from '../../src/der/tags.ts';
import {
  explicit,
  generalizedTime,
  integer,
  nullValue,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '../../src/der/writer.ts';
import { formatPem } from '../../src/der/pem.ts';
import { createCertID, encodeCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { OID } from '../../src/x509/oids.ts';
import { rawResponse } from '../support/alter.ts';
import { keyPem } from '../support/files.ts';
import { NOW, createTestPki, shift, testResponse } from '../support/pki.ts';
import { inspect } from './inspect-helper.ts';

const pki = createTestPki();
const { leaf, issuer } = pki;
const certificate = leaf.certificate.raw;
const response = testResponse(pki);
const certID = createCertID(leaf.certificate, issuer.certificate);
const request = createRequest(certID);

const version1 = issueCertificate({
  subject: name([['CN', 'Old']]),
  issuer: issuer.certificate.subject,
  serial: 7,
  notBefore: NOW,
  notAfter: shift(NOW, 1000),
  publicKey: leaf.keys.publicKey,
  signer: issuer.signer,
  version: 1,
});

const emailAddress = tlv(primitive(1), Buffer.from('me@example.test'));
const directoryName = tlv(constructed(4), issuer.certificate.subject);
const requestBy = (requestorName: Buffer): Buffer =>
  sequence(sequence(explicit(1, requestorName), sequence(sequence(encodeCertID(certID)))));

const pkcs7 = sequence(
  oid(OID.signedData),
  explicit(
    0,
    sequence(
      integer(1),
      setOf(),
      sequence(oid('1.2.840.113549.1.7.1')),
      tlv(constructed(0), certificate, issuer.certificate.raw),
      setOf(),
    ),
  ),
);

describe('what a file holds is told by its bytes', () => {
  it.each([
    ['a certificate in DER', certificate, ['FILE: certificate']],
    ['a certificate of version 1', version1, ['FILE: certificate']],
    ['a request in DER', request, ['FILE: OCSP request']],
    [
      'a request that says its version',
      sequence(sequence(explicit(0, integer(0)), sequence())),
      ['FILE: OCSP request'],
    ],
    ['a request that asks nothing', sequence(sequence(sequence())), ['FILE: OCSP request']],
    ['a request by an address', requestBy(emailAddress), ['FILE: OCSP request']],
    ['a request by a name', requestBy(directoryName), ['FILE: OCSP request']],
    ['a response in DER', response, ['FILE: OCSP response']],
    ['a response of five bytes', rawResponse(3), ['FILE: OCSP response']],
    ['PKCS#7 in DER', pkcs7, ['FILE: certificate 1 of 2', 'FILE: certificate 2 of 2']],
    ['PKCS#7 in PEM', formatPem('PKCS7', pkcs7), ['FILE: certificate 1 of 2', 'FILE: certificate 2 of 2']],
    ['a certificate in PEM', formatPem('CERTIFICATE', certificate), ['FILE: certificate']],
    ['a request in PEM', formatPem('OCSP REQUEST', request), ['FILE: OCSP request']],
    ['a response in PEM', formatPem('OCSP RESPONSE', response), ['FILE: OCSP response']],
    ['a response under a label of its own', formatPem('STAPLE', response), ['FILE: OCSP response']],
    ['a response under a wrong label', formatPem('CERTIFICATE', response), ['FILE: OCSP response']],
    [
      'all kinds in one PEM file, among others',
      formatPem('X509 CRL', sequence(sequence(integer(1)))) +
        formatPem('CERTIFICATE', certificate) +
        keyPem(leaf) +
        formatPem('OCSP REQUEST', request) +
        formatPem('OCSP RESPONSE', response),
      ['FILE: certificate 1 of 3', 'FILE: OCSP request 2 of 3', 'FILE: OCSP response 3 of 3'],
    ],
  ])('%s', async (_, content, headings) => {
    const { exitCode, out, err } = await inspect(content);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual(headings);
  });
});

describe('a file of another kind is refused with exit 65', () => {
  const algorithm = sequence(oid('1.3.101.112'));
  const issuerName = issuer.certificate.subject;
  const keyOf = leaf.keys.privateKey.export({ format: 'der', type: 'pkcs8' });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['text', 'Hello, world\n', 'neither DER nor PEM'],
    ['a web page', '<!DOCTYPE html><html></html>', 'neither DER nor PEM'],
    ['another DER type', utf8String('x'), 'neither DER nor PEM'],
    ['an empty SEQUENCE', sequence(), 'a DER file of another kind'],
    ['a private key in DER', keyOf, 'a DER file of another kind'],
    ['a private key in PEM', keyPem(leaf), 'only a private key in it'],
    [
      'a CRL',
      sequence(sequence(integer(1), algorithm, issuerName, generalizedTime(NOW))),
      'a DER file of another kind',
    ],
    [
      'a CRL of version 1',
      sequence(sequence(algorithm, issuerName, generalizedTime(NOW))),
      'a DER file of another kind',
    ],
    [
      'a certificate request',
      sequence(sequence(integer(0), issuerName, leaf.certificate.subjectPublicKeyInfo)),
      'a DER file of another kind',
    ],
    [
      'a BasicOCSPResponse without its envelope',
      sequence(sequence(explicit(1, issuerName), generalizedTime(NOW), sequence())),
      'a DER file of another kind',
    ],
    [
      'PEM of other kinds',
      formatPem('X509 CRL', sequence(sequence(integer(1)))) + formatPem('PUBLIC KEY', sequence(algorithm)),
      'PEM of another kind: X509 CRL, PUBLIC KEY',
    ],
  ])('%s', async (_, content, reason) => {
    expect(await inspect(content)).toMatchObject({
      exitCode: 65,
      out: '',
      err:
        `restaple: FILE: ${reason}\n` +
        'hint: give a certificate, an OCSP request or an OCSP response, in PEM or DER\n',
    });
  });
});

const trailing = (der: Buffer): Buffer => Buffer.concat([der, Buffer.of(0)]);

describe('a damaged file is refused as what it was meant to be', () => {
  it.each([
    [
      'a certificate cut short',
      certificate.subarray(0, 200),
      /^restaple: FILE: Certificate: value of \d+ bytes/,
    ],
    ['a certificate cut to its first bytes', certificate.subarray(0, 13), /^restaple: FILE: Certificate: /],
    ['a request cut short', request.subarray(0, 40), /^restaple: FILE: OCSPRequest: value of \d+ bytes/],
    ['a response cut short', response.subarray(0, 40), /^restaple: FILE: OCSPResponse: value of \d+ bytes/],
    ['a response cut to four bytes', response.subarray(0, 5), /^restaple: FILE: OCSPResponse: /],
    [
      'a byte behind a certificate',
      trailing(certificate),
      /^restaple: FILE: Certificate: 1 byte after the end/,
    ],
    ['a byte behind a request', trailing(request), /^restaple: FILE: OCSPRequest: 1 byte after the end/],
    ['a byte behind a response', trailing(response), /^restaple: FILE: OCSPResponse: 1 byte after the end/],
    ['an unknown response status', rawResponse(4), /^restaple: FILE: OCSPResponse: responseStatus 4/],
    [
      'a basic response that is none',
      rawResponse(0, nullValue()),
      /^restaple: FILE: BasicOCSPResponse: expected SEQUENCE/,
    ],
    [
      'a PEM certificate that is none',
      formatPem('CERTIFICATE', Buffer.from('x')),
      /^restaple: FILE: Certificate: /,
    ],
    ['PKCS#7 that is none', sequence(oid(OID.signedData)), /^restaple: FILE: ContentInfo: no content/],
    [
      'PEM without its end',
      formatPem('CERTIFICATE', certificate).slice(0, -10),
      /^restaple: FILE: line 1: CERTIFICATE has no END/,
    ],
    [
      'a response of indefinite length',
      Buffer.concat([Buffer.of(0x30, 0x80), rawResponse(3).subarray(2), Buffer.of(0, 0)]),
      /^restaple: FILE: OCSPResponse: indefinite length/,
    ],
  ])('%s', async (_, content, reason) => {
    const { exitCode, out, err } = await inspect(content);
    expect({ exitCode, out }).toEqual({ exitCode: 65, out: '' });
    expect(err).toMatch(reason);
    expect(err).toMatch(/^[^\n]+\nhint: [^\n]+\n$/);
  });

  it('says in which line of a bundle it stands, and shows the rest', async () => {
    const bundle =
      formatPem('CERTIFICATE', certificate) +
      formatPem('CERTIFICATE', certificate.subarray(0, 90)) +
      formatPem('CERTIFICATE', issuer.certificate.raw);
    const { exitCode, out, err } = await inspect(bundle);
    expect(exitCode).toBe(65);
    expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual([
      'FILE: certificate 1 of 3',
      'FILE: certificate 3 of 3',
    ]);
    const line = formatPem('CERTIFICATE', certificate).split('\n').length;
    expect(err).toMatch(new RegExp(`^restaple: FILE, line ${line}: Certificate: value of \\d+ bytes`));
  });

  it('is not confused by text of PEM inside a certificate', async () => {
    const odd = issueCertificate({
      subject: name([['CN', '-----BEGIN CERTIFICATE-----']]),
      issuer: issuer.certificate.subject,
      serial: 8,
      notBefore: NOW,
      notAfter: shift(NOW, 1000),
      publicKey: leaf.keys.publicKey,
      signer: issuer.signer,
    });
    const { exitCode, out } = await inspect(odd);
    expect(exitCode).toBe(0);
    expect(out).toContain('CN=-----BEGIN CERTIFICATE-----');
  });
});
