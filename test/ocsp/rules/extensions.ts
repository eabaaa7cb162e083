/** Rules 8 to 10: extensions that must be understood, the nonce, and what the answer is. */
import { extKeyUsage, keyUsage } from '../../../src/demo/pki/extensions.ts';
import { nullValue, octetString } from '../../../src/der/writer.ts';
import type { CertStatus } from '../../../src/ocsp/cert-status.ts';
import { encodeCrlID } from '../../../src/ocsp/extensions/crl-id.ts';
import { encodeExtendedRevoke } from '../../../src/ocsp/extensions/extended-revoke.ts';
import { encodeNonce } from '../../../src/ocsp/extensions/nonce.ts';
import type { Extension } from '../../../src/x509/extension.ts';
import { OID } from '../../../src/x509/oids.ts';
import { THIS_UPDATE, createTestPki, singleResponse } from '../../support/pki.ts';
import { type RuleTable, delegate, issuerResponds, pki, respond } from './row.ts';

const unknown = (critical: boolean): Extension => ({
  oid: '1.3.6.1.4.1.99999.1',
  critical,
  value: nullValue(),
});
const UNKNOWN = ['critical extension 1.3.6.1.4.1.99999.1 is not known'];

const crl = encodeCrlID({ crlUrl: 'http://crl.example.test/', crlNum: Buffer.of(7), crlTime: THIS_UPDATE });
const single = singleResponse(pki);
const ofIssuer = createTestPki().issuer.certificate;

export const criticalExtensions: RuleTable = {
  rule: 'critical extensions',
  refusals: [
    {
      says: 'unknown in the response',
      response: () => respond({ responseExtensions: [crl, unknown(true)] }),
      code: 'critical-extension-unknown',
      message: UNKNOWN,
    },
    {
      says: 'unknown in the answer that counts',
      response: () => respond({ singleExtensions: [crl, unknown(true)] }),
      code: 'critical-extension-unknown',
      message: UNKNOWN,
    },
    {
      says: 'unknown in the delegate',
      response: () =>
        respond({
          signer: delegate({
            extensions: [keyUsage(['digitalSignature']), extKeyUsage([OID.kpOCSPSigning]), unknown(true)],
          }),
        }),
      code: 'critical-extension-unknown',
      message: ['signer O=Restaple Test, CN=Test OCSP Signer', ...UNKNOWN],
      unreached: ['signature', 'signer'],
    },
    {
      says: 'one of certificates, which means nothing in a response',
      response: () => respond({ responseExtensions: [keyUsage(['digitalSignature'], true)] }),
      code: 'critical-extension-unknown',
      message: ['critical extension 2.5.29.15 is not known'],
    },
    {
      says: 'name constraints in the delegate, which nobody here would check',
      response: () =>
        respond({
          signer: delegate({
            extensions: [
              extKeyUsage([OID.kpOCSPSigning]),
              { oid: OID.nameConstraints, critical: true, value: nullValue() },
            ],
          }),
        }),
      code: 'critical-extension-unknown',
      message: ['critical extension 2.5.29.30 is not known'],
      unreached: ['signature', 'signer'],
    },
  ],
  acceptances: [
    {
      says: 'unknown and not critical in the response: kept',
      response: () => respond({ responseExtensions: [unknown(false)] }),
      verdict: { responseExtensions: [unknown(false)] },
    },
    {
      says: 'unknown and not critical in the answer: kept',
      response: () => respond({ singleExtensions: [unknown(false)] }),
      verdict: { singleExtensions: [unknown(false)] },
    },
    {
      says: 'critical and known',
      response: () =>
        respond({
          responseExtensions: [{ ...encodeExtendedRevoke(), critical: true }],
          singleExtensions: [{ ...crl, critical: true }],
        }),
      verdict: { singleExtensions: [{ ...crl, critical: true }] },
    },
    {
      says: 'unknown and critical in an answer about another certificate',
      response: () =>
        respond({
          responses: [
            {
              ...single,
              certID: { ...single.certID, serialNumber: Buffer.of(9) },
              singleExtensions: [unknown(true)],
            },
            single,
          ],
        }),
    },
    {
      says: 'unknown and critical in the issuer, for which the caller vouches',
      response: () => issuerResponds(),
      options: { issuer: { ...ofIssuer, extensions: [unknown(true)] } },
      signer: 'issuer',
    },
  ],
};

const sent = Buffer.from('5f'.repeat(32), 'hex');
const other = Buffer.from('60'.repeat(32), 'hex');
const required = { nonce: { value: sent, policy: 'required' } } as const;
const ifSupported = { nonce: { value: sent, policy: 'if-supported' } } as const;

export const nonce: RuleTable = {
  rule: 'nonce',
  refusals: [
    {
      says: 'none, though one was sent',
      response: () => respond(),
      options: required,
      code: 'nonce-missing',
      message: ['no nonce, though one was sent'],
    },
    {
      says: 'another one than was sent',
      response: () => respond({ responseExtensions: [encodeNonce(other)] }),
      options: required,
      code: 'nonce-mismatch',
      message: [`sent: ${'60'.repeat(32)}, not ${'5F'.repeat(32)}`],
    },
    {
      says: 'another one than was sent to a responder that need not support it',
      response: () => respond({ responseExtensions: [encodeNonce(other)] }),
      options: ifSupported,
      code: 'nonce-mismatch',
      message: [`sent: ${'60'.repeat(32)}, not`],
    },
    {
      says: 'the beginning of the one that was sent',
      response: () => respond({ responseExtensions: [encodeNonce(sent.subarray(0, 31))] }),
      options: required,
      code: 'nonce-mismatch',
      message: [`sent: ${'5F'.repeat(31)}, not ${'5F'.repeat(32)}`],
    },
    {
      says: 'a nonce that stands in the answer and not in the response',
      response: () => respond({ singleExtensions: [encodeNonce(sent)] }),
      options: required,
      code: 'nonce-missing',
      message: ['no nonce'],
    },
  ],
  acceptances: [
    {
      says: 'the one that was sent',
      response: () => respond({ responseExtensions: [encodeNonce(sent)] }),
      options: required,
      verdict: { responseExtensions: [encodeNonce(sent)] },
    },
    {
      says: 'the one that was sent, from a responder that need not support it',
      response: () => respond({ responseExtensions: [encodeNonce(sent)] }),
      options: ifSupported,
    },
    {
      says: 'none from a responder that need not support it',
      response: () => respond(),
      options: ifSupported,
    },
    {
      says: 'one that nobody asked for, in whatever form',
      response: () =>
        respond({ responseExtensions: [{ oid: OID.ocspNonce, critical: false, value: octetString(sent) }] }),
    },
  ],
};

const revoked = (reason: number | undefined): CertStatus => ({
  type: 'revoked',
  revocationTime: new Date('2026-02-20T08:00:00Z'),
  reason,
});

export const certificateStatus: RuleTable = {
  rule: 'certificate status',
  refusals: [
    {
      says: 'revoked without a reason',
      response: () => respond({ certStatus: revoked(undefined) }),
      code: 'certificate-revoked',
      message: ['the certificate is revoked since 2026-02-20T08:00:00Z'],
    },
    {
      says: 'revoked with a reason',
      response: () => respond({ certStatus: revoked(1) }),
      code: 'certificate-revoked',
      message: ['revoked since 2026-02-20T08:00:00Z, keyCompromise'],
    },
    {
      says: 'revoked with a reason that has no name',
      response: () => respond({ certStatus: revoked(7) }),
      code: 'certificate-revoked',
      message: ['revoked since 2026-02-20T08:00:00Z, reason 7'],
    },
    {
      says: 'unknown',
      response: () => respond({ certStatus: { type: 'unknown' } }),
      code: 'certificate-unknown',
      message: ['the responder does not know the certificate'],
    },
    {
      says: 'good, and revoked by an older answer in the same response',
      response: () =>
        respond({
          responses: [
            single,
            { ...single, certStatus: revoked(4), thisUpdate: new Date('2026-02-20T09:00:00Z') },
          ],
        }),
      code: 'certificate-revoked',
      message: ['revoked since 2026-02-20T08:00:00Z, superseded'],
    },
    {
      says: 'good by SHA-1 and revoked by SHA-256, in one response',
      response: () =>
        respond({
          responses: [{ ...singleResponse(pki, { hash: 'sha256' }), certStatus: revoked(4) }, single],
        }),
      code: 'certificate-revoked',
      message: ['superseded'],
    },
    {
      says: 'good and unknown in one response',
      response: () => respond({ responses: [{ ...single, certStatus: { type: 'unknown' } }, single] }),
      code: 'certificate-unknown',
      message: ['does not know'],
    },
    {
      says: 'unknown and revoked in one response',
      response: () =>
        respond({
          responses: [
            { ...single, certStatus: { type: 'unknown' } },
            { ...single, certStatus: revoked(6) },
            single,
          ],
        }),
      code: 'certificate-revoked',
      message: ['certificateHold'],
    },
  ],
  acceptances: [{ says: 'good', response: () => respond(), verdict: { certStatus: { type: 'good' } } }],
};
