/** What was encoded is decoded to the same, and what was decoded is encoded to the same bytes. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { octetString } from '../../src/der/writer.ts';
import { type DerReader, decodeWhole } from '../../src/der/reader.ts';
import { decodeBasicOCSPResponse, encodeBasicOCSPResponse } from '../../src/ocsp/basic-ocsp-response.ts';
import { decodeCertID, encodeCertID } from '../../src/ocsp/cert-id.ts';
import { decodeCertStatus, encodeCertStatus } from '../../src/ocsp/cert-status.ts';
import {
  decodeAcceptableResponses,
  encodeAcceptableResponses,
} from '../../src/ocsp/extensions/acceptable-responses.ts';
import { decodeArchiveCutoff, encodeArchiveCutoff } from '../../src/ocsp/extensions/archive-cutoff.ts';
import { decodeCrlID, encodeCrlID } from '../../src/ocsp/extensions/crl-id.ts';
import { decodeExtendedRevoke, encodeExtendedRevoke } from '../../src/ocsp/extensions/extended-revoke.ts';
import { decodeNonce, encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import {
  decodePreferredSignatureAlgorithms,
  encodePreferredSignatureAlgorithms,
} from '../../src/ocsp/extensions/preferred-signature-algorithms.ts';
import { decodeServiceLocator, encodeServiceLocator } from '../../src/ocsp/extensions/service-locator.ts';
import { decodeOCSPRequest, encodeOCSPRequest, encodeTBSRequest } from '../../src/ocsp/ocsp-request.ts';
import { decodeOCSPResponse, encodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { decodeResponderID, encodeResponderID } from '../../src/ocsp/responder-id.ts';
import { decodeResponseData, encodeResponseData } from '../../src/ocsp/response-data.ts';
import { decodeSingleResponse, encodeSingleResponse } from '../../src/ocsp/single-response.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { OID } from '../../src/x509/oids.ts';
import {
  algorithmIdentifier,
  certID,
  certStatus,
  generalName,
  identifier,
  integerOctets,
  name,
  octets,
  requestSignature,
  responderID,
  responseData,
  signed,
  singleResponse,
  tbsRequest,
  time,
} from './arbitraries.ts';

/** Value to bytes to value, and these bytes to a value to bytes. */
function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  encode: (value: T) => Buffer,
  decode: (der: Buffer) => T,
): void {
  fc.assert(
    fc.property(arbitrary, (value) => {
      const der = encode(value);
      expect(decode(der)).toEqual(value);
      expect(encode(decode(der))).toEqual(der);
    }),
    { numRuns: 300 },
  );
}

const whole =
  <T>(decode: (reader: DerReader) => T) =>
  (der: Buffer): T =>
    decodeWhole(der, 'value', decode);

describe('a round trip', () => {
  it('of CertID', () => {
    expect(() => {
      holds(certID, encodeCertID, whole(decodeCertID));
    }).not.toThrow();
  });

  it('of CertStatus', () => {
    expect(() => {
      holds(certStatus, encodeCertStatus, whole(decodeCertStatus));
    }).not.toThrow();
  });

  it('of ResponderID', () => {
    expect(() => {
      holds(responderID, encodeResponderID, whole(decodeResponderID));
    }).not.toThrow();
  });

  it('of SingleResponse', () => {
    expect(() => {
      holds(singleResponse, encodeSingleResponse, whole(decodeSingleResponse));
    }).not.toThrow();
  });

  it('of ResponseData', () => {
    expect(() => {
      holds(responseData, encodeResponseData, whole(decodeResponseData));
    }).not.toThrow();
  });

  it('of BasicOCSPResponse', () => {
    expect(() => {
      const basic = fc
        .tuple(responseData, signed)
        .map(([data, rest]) => ({ tbs: encodeResponseData(data), tbsResponseData: data, ...rest }));
      holds(basic, encodeBasicOCSPResponse, decodeBasicOCSPResponse);
    }).not.toThrow();
  });

  it('of OCSPResponse', () => {
    expect(() => {
      const response = fc.record({
        responseStatus: fc.constantFrom(
          'successful',
          'malformedRequest',
          'internalError',
          'tryLater',
          'sigRequired',
          'unauthorized',
        ),
        responseBytes: fc.option(fc.record({ responseType: identifier, response: octets(0, 1000) }), {
          nil: undefined,
        }),
      });
      holds(response, encodeOCSPResponse, decodeOCSPResponse);
    }).not.toThrow();
  });

  it('of OCSPRequest, signed or not, with requestorName or not', () => {
    expect(() => {
      const request = fc.tuple(tbsRequest, requestSignature).map(([tbs, optionalSignature]) => ({
        tbs: encodeTBSRequest(tbs),
        tbsRequest: tbs,
        optionalSignature,
      }));
      holds(request, encodeOCSPRequest, decodeOCSPRequest);
    }).not.toThrow();
  });
});

/** The same for the value of an extension, which is never critical and has the identifier that RFC 6960 gives it. */
function extensionHolds<T>(
  id: string,
  arbitrary: fc.Arbitrary<T>,
  encode: (value: T) => Extension,
  decode: (value: Uint8Array) => T,
): void {
  fc.assert(
    fc.property(arbitrary, (value) => {
      expect(encode(value)).toMatchObject({ oid: id, critical: false });
    }),
    { numRuns: 10 },
  );
  holds(arbitrary, (value) => encode(value).value, decode);
}

describe('a round trip of the extension', () => {
  it('nonce', () => {
    expect(() => {
      extensionHolds(OID.ocspNonce, octets(1, 128), encodeNonce, decodeNonce);
    }).not.toThrow();
  });

  it('CrlID', () => {
    expect(() => {
      const crlID = fc.record({
        crlUrl: fc.option(fc.string({ unit: 'binary-ascii' }), { nil: undefined }),
        crlNum: fc.option(integerOctets, { nil: undefined }),
        crlTime: fc.option(time, { nil: undefined }),
      });
      extensionHolds(OID.ocspCrl, crlID, encodeCrlID, decodeCrlID);
    }).not.toThrow();
  });

  it('AcceptableResponses', () => {
    expect(() => {
      const types = fc.array(identifier, { maxLength: 5 });
      extensionHolds<readonly string[]>(
        OID.ocspResponse,
        types,
        encodeAcceptableResponses,
        decodeAcceptableResponses,
      );
    }).not.toThrow();
  });

  it('ArchiveCutoff', () => {
    expect(() => {
      extensionHolds(OID.ocspArchiveCutoff, time, encodeArchiveCutoff, decodeArchiveCutoff);
    }).not.toThrow();
  });

  it('ServiceLocator', () => {
    expect(() => {
      const locator = fc.array(fc.record({ method: identifier, location: generalName }), { maxLength: 3 });
      extensionHolds(
        OID.ocspServiceLocator,
        fc.record({ issuer: name, locator }),
        encodeServiceLocator,
        decodeServiceLocator,
      );
    }).not.toThrow();
  });

  it('PreferredSignatureAlgorithms', () => {
    expect(() => {
      const preferred = fc.array(
        fc.record({
          sigIdentifier: algorithmIdentifier,
          certIdentifier: fc.option(algorithmIdentifier, { nil: undefined }),
        }),
        { maxLength: 4 },
      );
      extensionHolds<ReturnType<typeof decodePreferredSignatureAlgorithms>>(
        OID.ocspPrefSigAlgs,
        preferred,
        encodePreferredSignatureAlgorithms,
        decodePreferredSignatureAlgorithms,
      );
    }).not.toThrow();
  });

  it('ExtendedRevoke', () => {
    expect(() => {
      extensionHolds(OID.ocspExtendedRevoke, fc.constant(null), encodeExtendedRevoke, decodeExtendedRevoke);
    }).not.toThrow();
  });
});

describe('the nonce', () => {
  it.each([0, 129])('is refused with %i bytes', (length) => {
    const nonce = Buffer.alloc(length);
    expect(() => decodeNonce(octetString(nonce))).toThrow(`nonce of ${length} bytes, allowed are 1 to 128`);
    expect(() => encodeNonce(nonce)).toThrow(RangeError);
  });
});
