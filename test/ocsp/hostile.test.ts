/** What strangers may send: whatever comes in, nothing but a RestapleError comes out. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitString, octetString, sequence, tlv } from '../../src/der/writer.ts';
import { RestapleError } from '../../src/errors.ts';
import { decodeBasicOCSPResponse } from '../../src/ocsp/basic-ocsp-response.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { explainResponse } from '../../src/ocsp/explain-response.ts';
import { decodeAcceptableResponses } from '../../src/ocsp/extensions/acceptable-responses.ts';
import { decodeArchiveCutoff } from '../../src/ocsp/extensions/archive-cutoff.ts';
import { decodeCrlID, encodeCrlID } from '../../src/ocsp/extensions/crl-id.ts';
import { decodeExtendedRevoke } from '../../src/ocsp/extensions/extended-revoke.ts';
import { decodeNonce, encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { decodePreferredSignatureAlgorithms } from '../../src/ocsp/extensions/preferred-signature-algorithms.ts';
import { decodeServiceLocator, encodeServiceLocator } from '../../src/ocsp/extensions/service-locator.ts';
import { createRequest, decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { decodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { readResponse } from '../../src/ocsp/read-response.ts';
import { formatResponderID } from '../../src/ocsp/responder-id.ts';
import { type VerifyOptions, verifyResponse } from '../../src/ocsp/verify-response.ts';
import { encodeAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { decodeCertificate } from '../../src/x509/certificate.ts';
import { formatName } from '../../src/x509/name.ts';
import { signatureAlgorithmName } from '../../src/x509/signature-scheme.ts';
import { NOW } from '../support/pki.ts';
import { spoilt, torn } from './mutate.ts';
import { OPTIONS, issuerResponds, pki, resigned, respond, rsaDelegate } from './rules/row.ts';

/** Ends well or with an error of restaple's own, and says which. */
function ends(action: () => unknown): 'well' | 'refused' {
  try {
    action();
    return 'well';
  } catch (error) {
    if (error instanceof RestapleError) return 'refused';
    throw error;
  }
}

const DECODERS: readonly ((bytes: Buffer) => unknown)[] = [
  decodeOCSPRequest,
  decodeOCSPResponse,
  decodeBasicOCSPResponse,
  decodeAcceptableResponses,
  decodeArchiveCutoff,
  decodeCrlID,
  decodeExtendedRevoke,
  decodeNonce,
  decodePreferredSignatureAlgorithms,
  decodeServiceLocator,
];

const nonce = { value: Buffer.alloc(32, 3), policy: 'required' } as const;

const verified = (der: Buffer, options: VerifyOptions): 'well' | 'refused' =>
  ends(() => verifyResponse(der, options));

/** The same by the report, which never throws. Rule 10 is not one of the verification: revoked is an answer, too. */
function explained(der: Buffer, options: VerifyOptions): 'well' | 'refused' | 'unclear' {
  const report = explainResponse(der, options).filter(({ rule }) => rule.number < 10);
  if (report.every(({ outcome }) => outcome === 'passed')) return 'well';
  return report.some(({ outcome }) => outcome === 'failed') ? 'refused' : 'unclear';
}

const RESPONSES: readonly (readonly [string, Buffer])[] = [
  ['of the issuer', issuerResponds({ responseExtensions: [encodeNonce(nonce.value)] })],
  ['of a delegate', respond({ responderID: 'byName' })],
  ['of a delegate by PSS', respond({ signer: rsaDelegate({ padding: 'pss' }) })],
];

describe('any bytes', () => {
  it('are refused by every decoder, or decoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(...DECODERS), (bytes, decode) => {
        expect(['well', 'refused']).toContain(ends(() => decode(Buffer.from(bytes))));
      }),
      { numRuns: 3000 },
    );
  });

  it('are no response', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => verifyResponse(bytes, OPTIONS)).toThrow(RestapleError);
        expect(explained(Buffer.from(bytes), OPTIONS)).toBe(verified(Buffer.from(bytes), OPTIONS));
      }),
      { numRuns: 1000 },
    );
  });
});

describe.each(RESPONSES)('a good response %s', (_, der) => {
  it('torn', () => {
    fc.assert(
      fc.property(torn(der), (bytes) => {
        expect(explained(bytes, { ...OPTIONS, nonce })).toBe(verified(bytes, { ...OPTIONS, nonce }));
      }),
      { numRuns: 400 },
    );
  });

  it('with values exchanged, lengths right', () => {
    fc.assert(
      fc.property(spoilt(der), (bytes) => {
        expect(explained(bytes, OPTIONS)).toBe(verified(bytes, OPTIONS));
      }),
      { numRuns: 800 },
    );
  });
});

describe('a response that is signed as it stands', () => {
  it('with values of ResponseData exchanged', () => {
    const { tbs } = readResponse(respond({ responseExtensions: [encodeNonce(nonce.value)] }));
    let accepted = 0;
    fc.assert(
      fc.property(spoilt(tbs), (changed) => {
        const der = resigned(() => changed);
        expect(explained(der, { ...OPTIONS, nonce })).toBe(verified(der, { ...OPTIONS, nonce }));
        expect(explained(der, OPTIONS)).toBe(verified(der, OPTIONS));
        if (verified(der, OPTIONS) === 'well') accepted++;
        ends(() => formatResponderID(readResponse(der).tbsResponseData.responderID));
      }),
      { numRuns: 1500 },
    );
    // Else nothing was reached behind the decoder.
    expect(accepted).toBeGreaterThan(0);
  });

  it('by a delegate with values of its certificate exchanged, which the issuer signed', () => {
    const { delegate, issuer } = pki;
    let accepted = 0;
    fc.assert(
      fc.property(spoilt(delegate.certificate.tbs), (tbs) => {
        const algorithm = encodeAlgorithmIdentifier(issuer.signer.algorithmIdentifier);
        const cert = sequence(tbs, algorithm, bitString(issuer.signer.sign(tbs)));
        for (const responderID of ['byKey', 'byName'] as const) {
          const der = respond({ responderID, certs: [cert] });
          expect(explained(der, OPTIONS)).toBe(verified(der, OPTIONS));
          if (verified(der, OPTIONS) === 'well') accepted++;
        }
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('with another AlgorithmIdentifier', () => {
    const good = respond({ signer: rsaDelegate({ padding: 'pss' }) });
    const { signatureAlgorithm } = readResponse(good);
    fc.assert(
      fc.property(spoilt(encodeAlgorithmIdentifier(signatureAlgorithm)), (algorithm) => {
        const { tbs, signature, certs } = readResponse(good);
        const basic = sequence(tbs, algorithm, bitString(signature), tlv(0xa0, sequence(...certs)));
        const decoded = ends(() => decodeBasicOCSPResponse(basic));
        if (decoded === 'refused') return;
        expect(typeof signatureAlgorithmName(decodeBasicOCSPResponse(basic).signatureAlgorithm)).toBe(
          'string',
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('certificates of the caller with values exchanged', () => {
  const der = respond();

  it.each(['certificate', 'issuer'] as const)('as the %s', (which) => {
    fc.assert(
      fc.property(spoilt({ certificate: pki.leaf, issuer: pki.issuer }[which].certificate.raw), (bytes) => {
        ends(() => {
          const options = { ...OPTIONS, [which]: decodeCertificate(bytes) };
          ends(() => verifyResponse(der, options));
          ends(() => verifyResponse(issuerResponds(), options));
          createRequest(createCertID(options.certificate, options.issuer));
        });
        expect(OPTIONS.now).toBe(NOW);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a request with values exchanged', () => {
  it('is decoded or refused', () => {
    const certID = createCertID(pki.leaf.certificate, pki.issuer.certificate);
    const request = createRequest(certID, [
      encodeNonce(nonce.value),
      encodeCrlID({ crlUrl: 'http://a/', crlNum: Buffer.of(1), crlTime: NOW }),
      encodeServiceLocator({ issuer: pki.issuer.certificate.subject, locator: [] }),
    ]);
    fc.assert(
      fc.property(fc.oneof(spoilt(request), torn(request)), (bytes) => {
        expect(['well', 'refused']).toContain(ends(() => decodeOCSPRequest(bytes)));
      }),
      { numRuns: 1500 },
    );
  });
});

/** So many empty SEQUENCEs in one another. */
function nested(depth: number): Buffer {
  const bytes = Buffer.alloc(5 * depth);
  let at = bytes.length;
  for (let i = 0; i < depth; i++) {
    const length = bytes.length - at;
    const octets = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    at -= octets;
    if (octets > 0) bytes.writeUIntBE(length, at, octets);
    bytes.writeUInt8(octets === 0 ? length : 0x80 | octets, --at);
    bytes.writeUInt8(0x30, --at);
  }
  return bytes.subarray(at);
}

describe('values in one another', () => {
  it('are as deep as 256 KiB allow, and cost no stack', () => {
    const value = nested(50_000);
    const extension = { oid: '1.2.3.4', critical: false, value };
    expect(verifyResponse(respond({ responseExtensions: [extension] }), OPTIONS).responseExtensions).toEqual([
      extension,
    ]);
    expect(() => verifyResponse(value, OPTIONS)).toThrow(RestapleError);
    for (const decode of DECODERS) expect(['well', 'refused']).toContain(ends(() => decode(value)));
    const keptAsName = decodeServiceLocator(sequence(nested(50_000)));
    expect(() => formatName(keptAsName.issuer)).toThrow(RestapleError);
  });

  it('are refused beyond 256 KiB by every decoder', () => {
    const large = octetString(Buffer.alloc(256 * 1024));
    for (const decode of DECODERS) {
      expect(() => decode(large)).toThrow(expect.objectContaining({ code: 'der-too-large' }));
    }
  });
});
