/** Faults of the response itself: each breaks one rule of verification, or none. */
import { createOcspSigner } from '../../../src/demo/pki/entity.ts';
import { basicConstraints, keyUsage } from '../../../src/demo/pki/extensions.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import { encodeNonce } from '../../../src/ocsp/extensions/nonce.ts';
import { alterResponse, flipBit, rawResponse } from '../alter.ts';
import { answer } from '../http-server.ts';
import { testKeys } from '../keys.ts';
import { type ResponseOverrides, type TestPki, shift, singleResponse, testResponse } from '../pki.ts';
import type { Fault } from './fault.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Serial numbers that are not the leaf's. */
const MANY = 40;

const row = (
  fault: string,
  outcome: Fault['outcome'],
  exit: Fault['exit'],
  body: Buffer,
  more: Partial<Fault> = {},
): Fault => ({
  fault,
  behaviour: answer({ headers: [['Content-Type', 'application/ocsp-response']], body }),
  outcome,
  exit,
  ...more,
});

export function responseFaults(pki: TestPki, good: Buffer): readonly Fault[] {
  const leafID = createCertID(pki.leaf.certificate, pki.issuer.certificate);
  const otherID = (serial: number) => ({ ...leafID, serialNumber: Buffer.from([0x20, serial]) });
  const delegate = (more: Partial<Parameters<typeof createOcspSigner>[1]>) =>
    createOcspSigner(pki.issuer, {
      name: pki.delegate.certificate.subject,
      keys: testKeys('p256', 6),
      serial: 0x3001,
      notBefore: shift(pki.now, -30 * DAY),
      notAfter: shift(pki.now, 30 * DAY),
      ...more,
    });
  const response = (overrides: ResponseOverrides): Buffer => testResponse(pki, overrides);
  return [
    row('a response that is cut short', 'der-malformed', 65, good.subarray(0, -7)),
    row('a byte behind the response', 'der-trailing-bytes', 65, Buffer.concat([good, Buffer.alloc(1)])),
    row('tryLater', 'responder-try-later', 75, rawResponse(3)),
    row('internalError', 'responder-internal-error', 75, rawResponse(2)),
    row('malformedRequest', 'responder-malformed-request', 69, rawResponse(1)),
    row('sigRequired', 'responder-sig-required', 69, rawResponse(5)),
    row('unauthorized', 'responder-unauthorized', 69, rawResponse(6)),
    row('a status that no RFC defines', 'asn1-unexpected', 65, rawResponse(4)),
    row('the answer for another serial number', 'certid-mismatch', 65, response({ certID: otherID(1) })),
    row(
      'the right serial number of another issuer',
      'certid-mismatch',
      65,
      response({ certID: createCertID(pki.leaf.certificate, pki.stranger.certificate) }),
    ),
    row(
      'a bad signature',
      'signature-invalid',
      65,
      alterResponse(good, ({ signature }) => ({ signature: flipBit(signature) })),
    ),
    row(
      'a delegate without id-kp-OCSPSigning',
      'signer-not-authorized',
      65,
      response({
        signer: delegate({ extensions: [basicConstraints(false), keyUsage(['digitalSignature'])] }),
      }),
    ),
    row(
      'a delegate that has expired',
      'signer-not-valid',
      65,
      response({ signer: delegate({ notAfter: shift(pki.now, -DAY) }) }),
    ),
    row('a delegate of another CA', 'signer-not-issued', 65, response({ signer: pki.strangerDelegate })),
    row('another CA', 'signer-not-issued', 65, response({ signer: pki.stranger })),
    row('the server signs for itself', 'signer-not-authorized', 65, response({ signer: pki.leaf })),
    row(
      'thisUpdate in the future',
      'this-update-in-future',
      65,
      response({ thisUpdate: shift(pki.now, HOUR), nextUpdate: shift(pki.now, 2 * HOUR) }),
    ),
    row(
      'an expired response',
      'response-expired',
      65,
      response({ thisUpdate: shift(pki.now, -2 * HOUR), nextUpdate: shift(pki.now, -HOUR) }),
    ),
    row('no nextUpdate', 'next-update-missing', 65, response({ nextUpdate: undefined })),
    row(
      'a good response, older than the staple that is there',
      'kept',
      0,
      response({ thisUpdate: shift(pki.now, -9 * HOUR), nextUpdate: shift(pki.now, HOUR) }),
    ),
    row(
      'many answers in one response',
      'good',
      0,
      response({
        responses: [
          ...Array.from({ length: MANY }, (_, i) => singleResponse(pki, { certID: otherID(i) })),
          singleResponse(pki),
        ],
      }),
    ),
    row('the nonce is ignored', 'nonce-missing', 65, good, {
      fetch: () => ['--nonce'],
      ocsp: ['-nonce'],
      // As openssl does it: a warning.
      ocspExit: 0,
    }),
    row(
      'another nonce than was sent',
      'nonce-mismatch',
      65,
      response({ responseExtensions: [encodeNonce(Buffer.alloc(32, 7))] }),
      { fetch: () => ['--nonce'], ocsp: ['-nonce'], isVague: true },
    ),
    row(
      'revoked',
      'revoked',
      1,
      response({
        certStatus: { type: 'revoked', revocationTime: shift(pki.now, -DAY), reason: undefined },
      }),
    ),
    row('unknown', 'unknown', 1, response({ certStatus: { type: 'unknown' } })),
  ];
}
