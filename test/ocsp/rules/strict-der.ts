/** Rule 1: strict DER. Where the signature covers the fault it is signed, so nothing but the encoding is wrong. */
import { enumerated, explicit, nullValue, octetString, oid, sequence } from '../../../src/der/writer.ts';
import { MAX_DER_BYTES } from '../../../src/der/reader.ts';
import type { DerCode } from '../../../src/errors.ts';
import type { RuleName } from '../../../src/ocsp/rules.ts';
import { RULES } from '../../../src/ocsp/rules.ts';
import { decodeBasicOCSPResponse } from '../../../src/ocsp/basic-ocsp-response.ts';
import { decodeOCSPResponse } from '../../../src/ocsp/ocsp-response.ts';
import { OID } from '../../../src/x509/oids.ts';
import { rawResponse } from '../../support/alter.ts';
import { testKeys } from '../../support/keys.ts';
import { type RuleTable, delegate, pki, replaced, resigned, respond } from './row.ts';

const AFTER_DER: readonly RuleName[] = RULES.slice(1).map(({ name }) => name);
/** The outermost type was read, and with it the status. */
const AFTER_STATUS: readonly RuleName[] = RULES.slice(2).map(({ name }) => name);

const basicOf = (response: Buffer): Buffer =>
  decodeOCSPResponse(response).responseBytes?.response ?? Buffer.alloc(0);

/** A value without its tag and length. */
const content = (value: Buffer): Buffer =>
  value.subarray(value.readUInt8(1) < 0x80 ? 2 : 2 + (value.readUInt8(1) & 0x7f));

/** Its signatures are always of the same length. */
const ed25519 = delegate({ keys: testKeys('ed25519') });

const THIS_UPDATE = '20260225093245Z';

/** A response filled up with an extension that nobody knows. */
const filled = (filling: number): Buffer => {
  const value = Buffer.alloc(filling);
  return respond({ signer: ed25519, responseExtensions: [{ oid: '1.2.3.4', critical: false, value }] });
};

/** A response of exactly so many bytes, beyond 64 KiB, where lengths take three octets. */
const ofSize = (size: number): Buffer => filled(100_000 + size - filled(100_000).length);

const own = pki.delegate.certificate.raw;
/** What one cannot see in the certificate of a bystander, and OpenSSL sees: a name in UTF-8 that is none. */
const illSpelt = replaced(pki.stranger.certificate.raw, 'Stranger', 'Strange\xff');
const ODD_CERTS: readonly (readonly [string, Buffer, DerCode, string])[] = [
  ['that is none', sequence(nullValue()), 'asn1-unexpected', 'Certificate: expected SEQUENCE, found NULL'],
  ['with a name in broken UTF-8', illSpelt, 'der-malformed', 'Certificate in the response: '],
  [
    'of 17 KiB',
    delegate({ extensions: [{ oid: '1.2.3.4', critical: false, value: Buffer.alloc(17_000) }] }).certificate
      .raw,
    'der-too-large',
    'bytes, more than the 16384 allowed',
  ],
];

export const strictDer: RuleTable = {
  rule: 'strict DER',
  refusals: [
    {
      says: 'nothing at all',
      response: () => Buffer.alloc(0),
      code: 'asn1-unexpected',
      message: ['OCSPResponse: expected SEQUENCE, found the end'],
      unreached: AFTER_DER,
    },
    {
      says: 'a page in HTML',
      response: () => Buffer.from('<html><body>403 Forbidden</body></html>'),
      code: 'asn1-unexpected',
      message: ['expected SEQUENCE, found tag 0x3c'],
      unreached: AFTER_DER,
    },
    {
      says: 'a byte behind the response',
      response: () => Buffer.concat([respond(), Buffer.of(0)]),
      code: 'der-trailing-bytes',
      message: ['OCSPResponse: 1 byte after the end'],
      unreached: AFTER_DER,
    },
    {
      says: 'the last byte lost',
      response: () => respond().subarray(0, -1),
      code: 'der-malformed',
      message: ['OCSPResponse: value of', 'bytes where'],
      unreached: AFTER_DER,
    },
    {
      says: 'an indefinite length, which is BER',
      response: () => Buffer.concat([Buffer.of(0x30, 0x80), content(respond()), Buffer.of(0, 0)]),
      code: 'der-malformed',
      message: ['indefinite length'],
      unreached: AFTER_DER,
    },
    {
      says: 'a length with a padding zero',
      response: () => {
        const good = respond();
        return Buffer.concat([Buffer.of(0x30, 0x83, 0), good.subarray(2)]);
      },
      code: 'der-malformed',
      message: ['length is not minimal'],
      unreached: AFTER_DER,
    },
    {
      says: 'a byte more than 256 KiB',
      response: () => ofSize(MAX_DER_BYTES + 1),
      code: 'der-too-large',
      message: ['OCSPResponse: 262145 bytes, more than the 262144 allowed'],
      unreached: AFTER_DER,
    },
    ...[4, 7, 200].map((status) => ({
      says: `status ${status}, which RFC 6960 does not define`,
      response: () => rawResponse(status, basicOf(respond())),
      code: 'asn1-unexpected' as const,
      message: [`responseStatus ${status}`],
      unreached: AFTER_DER,
    })),
    {
      says: 'a status in two octets',
      response: () => sequence(Buffer.of(0x0a, 2, 0, 0), explicit(0, sequence(oid(OID.ocspBasic)))),
      code: 'der-malformed',
      message: ['INTEGER is not minimal'],
      unreached: AFTER_DER,
    },
    {
      says: 'something behind responseBytes',
      response: () => {
        const basic = explicit(0, sequence(oid(OID.ocspBasic), octetString(basicOf(respond()))));
        return sequence(enumerated(0), basic, nullValue());
      },
      code: 'der-trailing-bytes',
      message: ['OCSPResponse: 2 bytes after the end'],
      unreached: AFTER_DER,
    },
    {
      says: 'successful, and no response in it',
      response: () => rawResponse(0),
      code: 'asn1-unexpected',
      message: ['successful without responseBytes'],
      unreached: AFTER_STATUS,
    },
    {
      says: 'a byte behind the BasicOCSPResponse',
      response: () => rawResponse(0, Buffer.concat([basicOf(respond()), Buffer.of(5)])),
      code: 'der-trailing-bytes',
      message: ['BasicOCSPResponse: 1 byte after the end'],
      unreached: AFTER_STATUS,
    },
    {
      says: 'a signature that ends within an octet',
      response: () => {
        const basic = decodeBasicOCSPResponse(basicOf(respond()));
        const signature = Buffer.concat([Buffer.of(0x03, basic.signature.length + 1, 1), basic.signature]);
        signature.writeUInt8(signature.readUInt8(signature.length - 1) & 0xfe, signature.length - 1);
        return rawResponse(0, sequence(basic.tbs, sequence(oid('1.2.840.10045.4.3.2')), signature));
      },
      code: 'der-malformed',
      message: ['BasicOCSPResponse: BIT STRING does not hold whole octets'],
      unreached: AFTER_STATUS,
    },
    {
      says: 'something signed behind the last field of ResponseData',
      response: () => resigned((tbs) => sequence(content(tbs), nullValue())),
      code: 'der-trailing-bytes',
      message: ['ResponseData: 2 bytes after the end'],
      unreached: AFTER_STATUS,
    },
    ...[
      ['in a time zone', '202602250932+01'],
      ['with a fraction in place of seconds', '202602250932.5Z'],
      ['on February 30th', '20260230093245Z'],
      ['at 25 o’clock', '20260225253245Z'],
    ].map(([how = '', time = '']) => ({
      says: `a signed thisUpdate ${how}`,
      response: () => resigned((tbs) => replaced(tbs, `\x18\x0f${THIS_UPDATE}\xa0`, `\x18\x0f${time}\xa0`)),
      code: 'der-malformed' as const,
      message: ['ResponseData: GeneralizedTime is not YYYYMMDDHHMMSSZ'],
      unreached: AFTER_STATUS,
    })),
    {
      says: 'an extension that stands twice',
      response: () => {
        const extension = { oid: '1.2.3.4', critical: false, value: nullValue() };
        return respond({ responseExtensions: [extension, { ...extension, critical: true }] });
      },
      code: 'asn1-unexpected',
      message: ['extension 1.2.3.4 twice'],
      unreached: AFTER_STATUS,
    },
    {
      says: 'a BOOLEAN other than 00 and FF',
      response: () => {
        const extension = { oid: '1.2.3.4', critical: true, value: nullValue() };
        const good = respond({ responseExtensions: [extension] });
        return resigned((tbs) => replaced(tbs, Buffer.of(1, 1, 0xff), Buffer.of(1, 1, 1)), good);
      },
      code: 'der-malformed',
      message: ['BOOLEAN is not 00 or FF'],
      unreached: AFTER_STATUS,
    },
    ...ODD_CERTS.flatMap(([which, cert, code, message]) =>
      [
        { where: 'behind', response: () => respond({ certs: [own, cert] }) },
        { where: 'before', response: () => respond({ certs: [cert, own] }) },
      ].map(({ where, response }) => ({
        says: `a certificate ${which} ${where} that of the signer: OpenSSL reads all or nothing`,
        response,
        code,
        message: [message],
        unreached: ['signature', 'signer'] as const,
      })),
    ),
    {
      says: 'nine certificates, one more than Firefox takes',
      response: () => respond({ certs: Array.from({ length: 9 }, () => own) }),
      code: 'asn1-unexpected',
      message: ['9 certificates, more than the 8 that clients take'],
      unreached: ['signature', 'signer'],
    },
    {
      says: 'a responderID byName that is no name',
      response: () => respond({ responderID: { type: 'byName', name: sequence(nullValue()) } }),
      code: 'asn1-unexpected',
      message: ['Name: expected SET, found NULL'],
      unreached: ['signature', 'signer'],
    },
    {
      says: 'a responderID byName of more than 8 KiB, to be compared with every certificate',
      response: () =>
        respond({ responderID: { type: 'byName', name: sequence(octetString(Buffer.alloc(9000))) } }),
      code: 'der-too-large',
      message: ['Name: 9008 bytes, more than the 8192 allowed'],
      unreached: ['signature', 'signer'],
    },
  ],
  acceptances: [
    { says: 'a good response', response: () => respond() },
    { says: 'exactly 256 KiB', response: () => ofSize(MAX_DER_BYTES) },
    {
      says: 'eight certificates',
      response: () => respond({ certs: Array.from({ length: 8 }, () => own) }),
    },
    {
      says: 'the default version spelt out, as deployed CAs do',
      response: () => resigned((tbs) => sequence(Buffer.of(0xa0, 3, 2, 1, 0), content(tbs))),
    },
  ],
};
