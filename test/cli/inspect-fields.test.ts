import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/demo/pki/certificate.ts';
import {
  authorityInfoAccess,
  basicConstraints,
  crlDistributionPoints,
  extKeyUsage,
  extension,
  keyUsage,
  noRevAvail,
  tlsFeature,
} from '../../src/demo/pki/extensions.ts';
import type { KeyKind } from '../../src/demo/pki/keys.ts';
import { primitive } from '../../src/der/tags.ts';
import { integer, nullValue, octetString, oid, sequence, tlv } from '../../src/der/writer.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { encodeAcceptableResponses } from '../../src/ocsp/extensions/acceptable-responses.ts';
import { encodeArchiveCutoff } from '../../src/ocsp/extensions/archive-cutoff.ts';
import { encodeCrlID } from '../../src/ocsp/extensions/crl-id.ts';
import { encodeExtendedRevoke } from '../../src/ocsp/extensions/extended-revoke.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { encodePreferredSignatureAlgorithms } from '../../src/ocsp/extensions/preferred-signature-algorithms.ts';
import { encodeServiceLocator } from '../../src/ocsp/extensions/service-locator.ts';
import { encodeOCSPRequest, encodeTBSRequest } from '../../src/ocsp/ocsp-request.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { OID } from '../../src/x509/oids.ts';
import { rawResponse } from '../support/alter.ts';
import { testKeys } from '../support/keys.ts';
import { NOW, createTestPki, shift, testResponse } from '../support/pki.ts';
import { inspect, inspectJson } from './inspect-helper.ts';

const pki = createTestPki();
const { leaf, issuer, delegate } = pki;

interface Unusual {
  readonly extensions?: readonly Extension[];
  readonly key?: KeyKind;
  readonly serial?: number | Buffer;
}

function certificate({ extensions = [], key = 'p256', serial = 1 }: Unusual): Buffer {
  return issueCertificate({
    subject: leaf.certificate.subject,
    issuer: issuer.certificate.subject,
    serial,
    notBefore: NOW,
    notAfter: shift(NOW, 1000),
    publicKey: testKeys(key).publicKey,
    signer: issuer.signer,
    extensions,
  });
}

/** The lines of a listing as words with single spaces. */
async function linesOf(content: Buffer): Promise<string[]> {
  const { out } = await inspect(content);
  return out.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
}

describe('extensions of a certificate', () => {
  it.each([
    ['CA of a path length', basicConstraints(true, 2), 'Basic Constraints: critical, CA, path length 2'],
    ['CA of any path length', basicConstraints(true), 'Basic Constraints: critical, CA'],
    ['no CA', basicConstraints(false, undefined, false), 'Basic Constraints: no CA'],
    ['key usages', keyUsage(['keyCertSign', 'cRLSign'], false), 'Key Usage: keyCertSign, cRLSign'],
    ['no key usage at all', keyUsage([]), 'Key Usage: critical, none'],
    [
      'purposes with and without a name',
      extKeyUsage([OID.kpOCSPSigning, '1.3.6.1.4.1.311.10.3.4']),
      'Extended Key Usage: OCSPSigning, 1.3.6.1.4.1.311.10.3.4',
    ],
    [
      'several responders',
      authorityInfoAccess({ ocsp: ['http://a.test/', 'http://b.test/'] }),
      'OCSP Responder: http://a.test/ OCSP Responder: http://b.test/',
    ],
    [
      'where the CRLs are',
      crlDistributionPoints(['http://a.test/a.crl', 'http://b.test/b.crl']),
      'CRL Distribution: http://a.test/a.crl http://b.test/b.crl',
    ],
    [
      'a distribution point without a name',
      extension(OID.cRLDistributionPoints, sequence(sequence(tlv(primitive(1), Buffer.of(0, 0x80))))),
      'CRL Distribution:',
    ],
    ['TLS features', tlsFeature([17, 23]), 'TLS Feature: status_request_v2, TLS extension 23'],
    [
      'no revocation ever',
      noRevAvail(),
      'Revocation: never published for this certificate (noRevAvail, RFC 9608)',
    ],
    [
      'an issuer that is known by name and serial number',
      extension(OID.authorityKeyIdentifier, sequence(tlv(primitive(2), Buffer.of(9)))),
      'Authority Key ID: given by name and serial number',
    ],
    ['one known by name only', extension(OID.certificatePolicies, sequence()), 'certificatePolicies: 3000'],
    ['one not known', extension('1.2.3.4', nullValue()), '1.2.3.4: 0500'],
    ['one not known and critical', extension('1.2.3.4', nullValue(), true), '1.2.3.4: critical, 0500'],
    ['one without a value', extension('1.2.3.4', Buffer.alloc(0)), '1.2.3.4: (empty)'],
    [
      'one that cannot be read',
      extension(OID.keyUsage, nullValue(), true),
      'keyUsage: critical, cannot be read: keyUsage: expected BIT STRING, found NULL (byte 0) 0500',
    ],
  ])('%s', async (_, one, words) => {
    const lines = await linesOf(certificate({ extensions: [one] }));
    expect(lines.join(' ')).toContain(` ${words} `);
  });

  it('are all in the JSON, read or not', async () => {
    const extensions = [
      noRevAvail(true),
      extension(OID.keyUsage, nullValue()),
      extension('1.2.3.4', nullValue()),
    ];
    expect(await inspectJson(certificate({ extensions }))).toMatchObject([
      {
        noRevAvail: true,
        mustStaple: false,
        ocspUrls: [],
        extensions: [
          { name: 'noRevAvail', critical: true, decoded: { type: 'noRevAvail' }, malformed: null },
          {
            name: 'keyUsage',
            value: '0500',
            decoded: null,
            malformed: expect.stringContaining('BIT STRING'),
          },
          { oid: '1.2.3.4', name: '1.2.3.4', value: '0500', decoded: null, malformed: null },
        ],
      },
    ]);
  });
});

describe('keys and numbers of a certificate', () => {
  it.each([
    ['rsa-2048', 'Public Key: RSA 2048 bit, exponent 65537', { kind: 'RSA', bits: 2048, exponent: '65537' }],
    ['p256', 'Public Key: EC P-256', { kind: 'EC', bits: 256, curve: 'P-256' }],
    ['p521', 'Public Key: EC P-521', { kind: 'EC', bits: 521, curve: 'P-521' }],
    ['ed448', 'Public Key: Ed448', { kind: 'Ed448', bits: 456, curve: null, exponent: null }],
  ] as const)('%s', async (key, words, publicKey) => {
    const der = certificate({ key });
    expect(await linesOf(der)).toContain(words);
    expect(await inspectJson(der)).toMatchObject([{ publicKey }]);
  });

  it.each([
    ['a small one', 1, '01'],
    ['one whose first bit is set', Buffer.from('00ab', 'hex'), 'AB'],
    ['zero', 0, '00'],
  ])('shows a serial number as openssl does: %s', async (_, serial, words) => {
    expect(await linesOf(certificate({ serial }))).toContain(`Serial Number: ${words}`);
  });
});

describe('extensions of requests and responses', () => {
  it.each([
    ['a nonce', encodeNonce(Buffer.of(1, 2, 255)), 'Nonce: 0102FF'],
    [
      'a nonce that is none, as old responders write it',
      extension(OID.ocspNonce, Buffer.of(1, 2)),
      'nonce: cannot be read: Nonce: expected OCTET STRING, found BOOLEAN (byte 0) 0102',
    ],
    [
      'the CRL it comes from',
      encodeCrlID({ crlUrl: 'http://a.test/a.crl', crlNum: Buffer.of(16), crlTime: NOW }),
      'CRL URL: http://a.test/a.crl CRL Number: 10 CRL Time: Feb 25 12:00:00 2026 GMT',
    ],
    [
      'response types',
      encodeAcceptableResponses([OID.ocspBasic, '1.2.3']),
      'Acceptable Responses: id-pkix-ocsp-basic, 1.2.3',
    ],
    ['the archive cutoff', encodeArchiveCutoff(NOW), 'Archive Cutoff: Feb 25 12:00:00 2026 GMT'],
    [
      'a service locator',
      encodeServiceLocator({
        issuer: issuer.certificate.subject,
        locator: [
          {
            method: OID.adOcsp,
            location: { type: 'URI', value: '', raw: tlv(primitive(6), Buffer.from('http://a.test/')) },
          },
          {
            method: '1.2.3',
            location: { type: 'DNS', value: '', raw: tlv(primitive(2), Buffer.from('b.test')) },
          },
        ],
      }),
      'Service Locator: O=Restaple Test, CN=Test Issuer OCSP Responder: http://a.test/ 1.2.3: DNS:b.test',
    ],
    [
      'preferred signatures',
      encodePreferredSignatureAlgorithms([
        {
          sigIdentifier: { algorithm: '1.2.840.10045.4.3.2', parameters: undefined },
          certIdentifier: undefined,
        },
        {
          sigIdentifier: { algorithm: '1.3.101.112', parameters: undefined },
          certIdentifier: { algorithm: '1.3.101.112', parameters: undefined },
        },
      ]),
      'Preferred Signatures: ecdsa-with-SHA256 Ed25519 by a key of 1.3.101.112',
    ],
    [
      'the extended revoked definition',
      encodeExtendedRevoke(),
      'Extended Revoke: certificates that were never issued are answered as revoked',
    ],
    ['one not known and critical', extension('1.2.3.4', nullValue(), true), '1.2.3.4: critical, 0500'],
  ])('%s', async (_, one, words) => {
    const ofResponse = await linesOf(testResponse(pki, { responseExtensions: [one] }));
    expect(ofResponse.join(' ')).toContain(` ${words} Signature Algorithm: `);
    const ofAnswer = await linesOf(testResponse(pki, { singleExtensions: [one] }));
    expect(ofAnswer.join(' ')).toContain(`, ends in 9h32m ${words} Signature Algorithm: `);
  });

  it('a signed request by somebody', async () => {
    const tbs = encodeTBSRequest({
      version: 1,
      requestorName: { type: 'email', value: '', raw: tlv(primitive(1), Buffer.from('me@example.test')) },
      requestList: [
        {
          reqCert: createCertID(leaf.certificate, issuer.certificate, 'sha256'),
          singleRequestExtensions: [extension('1.2.3.4', nullValue())],
        },
      ],
      requestExtensions: [],
    });
    const request = encodeOCSPRequest({
      tbs,
      optionalSignature: {
        signatureAlgorithm: leaf.signer.algorithmIdentifier,
        signature: Buffer.of(0xab, 0xcd),
        certs: [leaf.certificate.raw, sequence(oid('1.2.3'))],
      },
    });
    const text = (await linesOf(request)).join(' ');
    expect(text).toContain('Requestor: email:me@example.test');
    expect(text).toContain('Hash Algorithm: sha256');
    expect(text).toContain(
      '1.2.3.4: 0500 Signature Algorithm: ecdsa-with-SHA256 Signature: ABCD Certificate: ',
    );
    expect(text).toContain('Extended Key Usage: serverAuth');
    expect(text).toContain(
      'Cannot Be Read: Certificate: expected SEQUENCE, found OBJECT IDENTIFIER (byte 2)',
    );
    expect(text).toContain('300406022A03');
    expect(await inspectJson(request)).toMatchObject([
      {
        requestorName: 'email:me@example.test',
        signature: {
          signature: 'ABCD',
          certificates: [{ malformed: null }, { certificate: null, der: '300406022A03' }],
        },
      },
    ]);
  });

  it('a response of another type, and one of many answers', async () => {
    const other = rawResponse(0, octetString(Buffer.of(7)), '1.2.3');
    expect(await linesOf(other)).toEqual([
      'FILE: OCSP response',
      'Response Status: successful',
      'Response Type: 1.2.3',
      'Response: 040107',
      '',
    ]);
    const single = {
      certID: createCertID(leaf.certificate, issuer.certificate),
      certStatus: { type: 'unknown' },
      thisUpdate: NOW,
    } as const;
    const lines = await linesOf(testResponse(pki, { responses: [single, single, single], version: 2 }));
    expect(lines.filter((line) => line === 'Answer:')).toHaveLength(3);
    expect(lines).toContain('Version: 2');
  });

  it('a signature algorithm whose parameters cannot be read', async () => {
    const signer = {
      ...delegate,
      signer: {
        algorithmIdentifier: { algorithm: OID.rsaPss, parameters: integer(1) },
        sign: () => Buffer.of(1),
      },
    };
    expect(await linesOf(testResponse(pki, { signer }))).toContain(
      'Signature Algorithm: 1.2.840.113549.1.1.10',
    );
  });
});
