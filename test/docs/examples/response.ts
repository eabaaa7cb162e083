/** How each refusal of a response comes about: a good one with one fault, put to all ten rules. */
import { keyUsage, extKeyUsage, extension } from '../../../src/demo/pki/extensions.ts';
import { createErrorResponse } from '../../../src/demo/pki/response.ts';
import { nullValue } from '../../../src/der/writer.ts';
import type { ResponseCode } from '../../../src/errors.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import { encodeNonce } from '../../../src/ocsp/extensions/nonce.ts';
import type { OCSPResponseStatus } from '../../../src/ocsp/ocsp-response.ts';
import type { VerifyOptions } from '../../../src/ocsp/verify-response.ts';
import { verifyStaple } from '../../../src/staple/staple.ts';
import { OID } from '../../../src/x509/oids.ts';
import { alterResponse, flipBit, rawResponse } from '../../support/alter.ts';
import {
  NEXT_UPDATE,
  NOW,
  type ResponseOverrides,
  THIS_UPDATE,
  createTestPki,
  shift,
} from '../../support/pki.ts';
import { MINUTE_MS, OPTIONS, delegate, pki, respond, rsaDelegate } from '../../ocsp/rules/row.ts';
import type { Example, Examples } from './example.ts';

const judged =
  (response: () => Buffer, options: Partial<VerifyOptions> = {}): Example =>
  () =>
    verifyStaple(response(), { ...OPTIONS, ...options });

/** A response of the test PKI, with one thing otherwise. */
const refused = (overrides: ResponseOverrides, options?: Partial<VerifyOptions>): Example =>
  judged(() => respond(overrides), options);

const answered = (status: Exclude<OCSPResponseStatus, 'successful'>): Example =>
  judged(() => createErrorResponse(status));

const SHA224_WITH_RSA = '1.2.840.113549.1.1.14';
const serial77 = {
  ...createCertID(pki.leaf.certificate, pki.issuer.certificate),
  serialNumber: Buffer.of(0x77),
};
const sent = { value: Buffer.from('c0ffee', 'hex'), policy: 'required' } as const;
const ended = createTestPki({ leaf: { notAfter: shift(NOW, -MINUTE_MS) } });

export const RESPONSE_EXAMPLES: Examples<ResponseCode> = {
  'responder-malformed-request': answered('malformedRequest'),
  'responder-internal-error': answered('internalError'),
  'responder-try-later': answered('tryLater'),
  'responder-sig-required': answered('sigRequired'),
  'responder-unauthorized': answered('unauthorized'),
  'response-type-unknown': judged(() => rawResponse(0, nullValue(), '1.3.6.1.4.1.99999.1')),
  'response-version-unknown': refused({ version: 2 }),
  'certid-mismatch': refused({ certID: serial77 }),
  'signature-invalid': judged(() =>
    alterResponse(respond(), ({ signature }) => ({ signature: flipBit(signature) })),
  ),
  'signature-algorithm-refused': judged(() => respond({ signer: rsaDelegate({ hash: 'sha1' }) })),
  'signature-algorithm-unknown': judged(() =>
    alterResponse(respond(), () => ({
      signatureAlgorithm: { algorithm: SHA224_WITH_RSA, parameters: nullValue() },
    })),
  ),
  'signer-not-found': refused({ certs: [], responderID: 'byName' }),
  'signer-not-issued': refused({ signer: pki.strangerDelegate }),
  'signer-not-authorized': refused({ signer: pki.leaf }),
  'signer-key-usage': judged(() =>
    respond({
      signer: delegate({ extensions: [extKeyUsage([OID.kpOCSPSigning]), keyUsage(['keyEncipherment'])] }),
    }),
  ),
  'signer-not-valid': judged(() => respond({ signer: delegate({ notAfter: shift(THIS_UPDATE, -1000) }) })),
  'this-update-in-future': refused({ thisUpdate: shift(NOW, 10 * MINUTE_MS) }),
  'next-update-missing': refused({ nextUpdate: undefined }),
  'next-update-before-this-update': refused({ nextUpdate: shift(THIS_UPDATE, -1000) }),
  'response-expired': refused({}, { now: shift(NEXT_UPDATE, MINUTE_MS) }),
  'response-too-old': refused({}, { maxAgeMs: 60 * MINUTE_MS }),
  'response-outlives-signer': judged(() =>
    respond({ signer: delegate({ notAfter: shift(NOW, -MINUTE_MS) }) }),
  ),
  'response-outlives-certificate': refused({}, { certificate: ended.leaf.certificate }),
  'critical-extension-unknown': refused({
    responseExtensions: [extension('1.3.6.1.4.1.99999.1', nullValue(), true)],
  }),
  'nonce-missing': refused({}, { nonce: sent }),
  'nonce-mismatch': refused(
    { responseExtensions: [encodeNonce(Buffer.from('decade', 'hex'))] },
    { nonce: sent },
  ),
  'certificate-revoked': refused({
    certStatus: { type: 'revoked', revocationTime: shift(THIS_UPDATE, -60 * MINUTE_MS), reason: 1 },
  }),
  'certificate-unknown': refused({ certStatus: { type: 'unknown' } }),
};
