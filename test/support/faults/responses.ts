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
  cause: string,
  body: Buffer,
  more: Partial<Fault> = {},
): Fault => ({
  fault,
  cause,
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
    row(
      'a response that is cut short',
      'der-malformed',
      65,
      'the response is cut short or damaged',
      good.subarray(0, -7),
    ),
    row(
      'a byte behind the response',
      'der-trailing-bytes',
      65,
      'the response is not what a responder should send',
      Buffer.concat([good, Buffer.alloc(1)]),
    ),
    row('tryLater', 'responder-try-later', 75, 'the responder is busy; ask later', rawResponse(3)),
    row(
      'internalError',
      'responder-internal-error',
      75,
      'the responder is in trouble; ask later',
      rawResponse(2),
    ),
    row(
      'malformedRequest',
      'responder-malformed-request',
      69,
      'the responder does not understand the question',
      rawResponse(1),
    ),
    row(
      'sigRequired',
      'responder-sig-required',
      69,
      'the responder answers signed questions only',
      rawResponse(5),
    ),
    row(
      'unauthorized',
      'responder-unauthorized',
      69,
      'the responder does not answer for this certificate',
      rawResponse(6),
    ),
    row(
      'a status that no RFC defines',
      'asn1-unexpected',
      65,
      'the response is not what a responder should send',
      rawResponse(4),
    ),
    row(
      'the answer for another serial number',
      'certid-mismatch',
      65,
      'the responder answers about another certificate',
      response({ certID: otherID(1) }),
    ),
    row(
      'the right serial number of another issuer',
      'certid-mismatch',
      65,
      'the responder answers about another certificate',
      response({ certID: createCertID(pki.leaf.certificate, pki.stranger.certificate) }),
    ),
    row(
      'a bad signature',
      'signature-invalid',
      65,
      'the response was changed on its way, or is forged',
      alterResponse(good, ({ signature }) => ({ signature: flipBit(signature) })),
    ),
    row(
      'a delegate without id-kp-OCSPSigning',
      'signer-not-authorized',
      65,
      'the response is signed by one who may not',
      response({
        signer: delegate({ extensions: [basicConstraints(false), keyUsage(['digitalSignature'])] }),
      }),
    ),
    row(
      'a delegate that has expired',
      'signer-not-valid',
      65,
      'the certificate of the signer is not valid now',
      response({ signer: delegate({ notAfter: shift(pki.now, -DAY) }) }),
    ),
    row(
      'a delegate of another CA',
      'signer-not-issued',
      65,
      'a stranger signed the response',
      response({ signer: pki.strangerDelegate }),
    ),
    row(
      'another CA',
      'signer-not-issued',
      65,
      'a stranger signed the response',
      response({ signer: pki.stranger }),
    ),
    row(
      'the server signs for itself',
      'signer-not-authorized',
      65,
      'the response is signed by one who may not',
      response({ signer: pki.leaf }),
    ),
    row(
      'thisUpdate in the future',
      'this-update-in-future',
      65,
      'the clock of the responder is ahead of this one',
      response({ thisUpdate: shift(pki.now, HOUR), nextUpdate: shift(pki.now, 2 * HOUR) }),
    ),
    row(
      'an expired response',
      'response-expired',
      65,
      'the responder, or a cache before it, hands out an old response',
      response({ thisUpdate: shift(pki.now, -2 * HOUR), nextUpdate: shift(pki.now, -HOUR) }),
    ),
    row(
      'no nextUpdate',
      'next-update-missing',
      65,
      'the responder does not say how long its response holds',
      response({ nextUpdate: undefined }),
    ),
    row(
      'a good response, older than the staple that is there',
      'kept',
      0,
      'the responder says good, so fetch succeeds; yet not all is well: time left: 1h of 10h',
      response({ thisUpdate: shift(pki.now, -9 * HOUR), nextUpdate: shift(pki.now, HOUR) }),
    ),
    row(
      'many answers in one response',
      'good',
      0,
      'nothing is wrong',
      response({
        responses: [
          ...Array.from({ length: MANY }, (_, i) => singleResponse(pki, { certID: otherID(i) })),
          singleResponse(pki),
        ],
      }),
    ),
    row('the nonce is ignored', 'nonce-missing', 65, 'the responder signs in advance, as most do', good, {
      fetch: () => ['--nonce'],
      ocsp: ['-nonce'],
      // As openssl does it: a warning.
      ocspExit: 0,
    }),
    row(
      'another nonce than was sent',
      'nonce-mismatch',
      65,
      'a cache answers with what it gave to another',
      response({ responseExtensions: [encodeNonce(Buffer.alloc(32, 7))] }),
      { fetch: () => ['--nonce'], ocsp: ['-nonce'], isVague: true },
    ),
    row(
      'revoked',
      'revoked',
      1,
      'the CA took the certificate back, so replace it',
      response({
        certStatus: { type: 'revoked', revocationTime: shift(pki.now, -DAY), reason: undefined },
      }),
    ),
    row(
      'unknown',
      'unknown',
      1,
      'the CA does not know it, or not yet',
      response({ certStatus: { type: 'unknown' } }),
    ),
  ];
}
