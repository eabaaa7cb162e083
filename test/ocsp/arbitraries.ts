/** Generators for every type of the protocol, for fast-check. */
import * as fc from 'fast-check';
import { constructed, primitive } from '../../src/der/tags.ts';
import {
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '../../src/der/writer.ts';
import type { BasicOCSPResponse } from '../../src/ocsp/basic-ocsp-response.ts';
import type { CertID } from '../../src/ocsp/cert-id.ts';
import type { CertStatus } from '../../src/ocsp/cert-status.ts';
import type { Request, RequestSignature, TBSRequest } from '../../src/ocsp/ocsp-request.ts';
import type { ResponderID } from '../../src/ocsp/responder-id.ts';
import type { ResponseData } from '../../src/ocsp/response-data.ts';
import type { SingleResponse } from '../../src/ocsp/single-response.ts';
import type { AlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { type GeneralName, decodeGeneralName } from '../../src/x509/general-name.ts';
import { decodeWhole } from '../../src/der/reader.ts';

export const octets = (minLength = 0, maxLength = 40): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes));

/** Any moment that GeneralizedTime can say. */
export const time: fc.Arbitrary<Date> = fc
  .integer({ min: -62_167_219_200, max: 253_402_300_799 })
  .map((seconds) => new Date(seconds * 1000));

export const identifier: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(0, 1, 2), fc.nat(39), fc.array(fc.nat(), { maxLength: 6 }))
  .map((arcs) => arcs.flat().join('.'));

/** Content octets of an INTEGER of any sign and up to 21 octets. */
export const integerOctets: fc.Arbitrary<Buffer> = octets(1, 21).filter(
  ([first = 0, second]) =>
    second === undefined || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)),
);

/** Some encoded value of any kind, as parameters and extensions hold. */
export const value: fc.Arbitrary<Buffer> = fc.oneof(
  fc.constant(nullValue()),
  integerOctets.map((content) => integer(content)),
  octets(0, 300).map((content) => octetString(content)),
  fc.array(octets(), { maxLength: 3 }).map((parts) => sequence(...parts.map((part) => octetString(part)))),
);

export const name: fc.Arbitrary<Buffer> = fc
  .array(fc.tuple(identifier, fc.string({ unit: 'grapheme', maxLength: 20 })), { maxLength: 4 })
  .map((rdns) => sequence(...rdns.map(([type, text]) => setOf(sequence(oid(type), utf8String(text))))));

export const algorithmIdentifier: fc.Arbitrary<AlgorithmIdentifier> = fc.record({
  algorithm: identifier,
  parameters: fc.option(value, { nil: undefined }),
});

/** No identifier twice, as RFC 5280 section 4.2 wants. */
export const extensions: fc.Arbitrary<readonly Extension[]> = fc.uniqueArray(
  fc.record({ oid: identifier, critical: fc.boolean(), value: octets(0, 200) }),
  { maxLength: 4, selector: (extension) => extension.oid },
);

export const generalName: fc.Arbitrary<GeneralName> = fc
  .oneof(
    fc.tuple(fc.constantFrom(primitive(1), primitive(2), primitive(6), primitive(7)), octets()),
    fc.tuple(fc.constantFrom(constructed(0), constructed(3), constructed(5)), value),
    fc.tuple(fc.constant(constructed(4)), name),
    fc.tuple(
      fc.constant(primitive(8)),
      identifier.map((id) => oid(id).subarray(2)),
    ),
  )
  .map(([tag, content]) => decodeWhole(tlv(tag, content), 'GeneralName', decodeGeneralName));

export const certID: fc.Arbitrary<CertID> = fc.record({
  hashAlgorithm: algorithmIdentifier,
  issuerNameHash: octets(0, 64),
  issuerKeyHash: octets(0, 64),
  serialNumber: integerOctets,
});

export const certStatus: fc.Arbitrary<CertStatus> = fc.oneof(
  fc.constant<CertStatus>({ type: 'good' }),
  fc.constant<CertStatus>({ type: 'unknown' }),
  fc.record({
    type: fc.constant('revoked' as const),
    revocationTime: time,
    reason: fc.option(fc.nat(300), { nil: undefined }),
  }),
);

export const responderID: fc.Arbitrary<ResponderID> = fc.oneof(
  fc.record({ type: fc.constant('byName' as const), name }),
  fc.record({ type: fc.constant('byKey' as const), keyHash: octets(0, 32) }),
);

export const singleResponse: fc.Arbitrary<SingleResponse> = fc.record({
  certID,
  certStatus,
  thisUpdate: time,
  nextUpdate: fc.option(time, { nil: undefined }),
  singleExtensions: extensions,
});

const version = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2 ** 31 - 1 }));

export const responseData: fc.Arbitrary<ResponseData> = fc.record({
  version,
  responderID,
  producedAt: time,
  responses: fc.array(singleResponse, { maxLength: 4 }),
  responseExtensions: extensions,
});

const certificates = fc.array(
  octets(0, 400).map((content) => sequence(octetString(content))),
  { maxLength: 3 },
);

export const signed: fc.Arbitrary<Omit<BasicOCSPResponse, 'tbs' | 'tbsResponseData'>> = fc.record({
  signatureAlgorithm: algorithmIdentifier,
  signature: octets(0, 300),
  certs: certificates,
});

const request: fc.Arbitrary<Request> = fc.record({ reqCert: certID, singleRequestExtensions: extensions });

export const tbsRequest: fc.Arbitrary<TBSRequest> = fc.record({
  version,
  requestorName: fc.option(generalName, { nil: undefined }),
  requestList: fc.array(request, { maxLength: 4 }),
  requestExtensions: extensions,
});

export const requestSignature: fc.Arbitrary<RequestSignature | undefined> = fc.option(signed, {
  nil: undefined,
});
