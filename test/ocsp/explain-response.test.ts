/** The report on a response: everything that is wrong with it, and what is not. */
import { describe, expect, it } from 'vitest';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { explainResponse } from '../../src/ocsp/explain-response.ts';
import type { VerifyOptions } from '../../src/ocsp/verify-response.ts';
import { nullValue } from '../../src/der/writer.ts';
import { createErrorResponse } from '../../src/demo/pki/response.ts';
import { alterResponse, flipBit } from '../support/alter.ts';
import { NOW, shift, singleResponse } from '../support/pki.ts';
import { DAY_MS, OPTIONS, delegate, issuerResponds, pki, respond } from './rules/row.ts';

/** The report as lines of rule, outcome and detail. */
const lines = (der: Buffer, options: VerifyOptions = OPTIONS): string[] =>
  explainResponse(der, options).map(
    ({ rule, outcome, detail }) => `${rule.number} ${rule.name}: ${outcome}: ${detail}`,
  );

const critical = { oid: '1.2.3.4', critical: true, value: nullValue() };
const revoked = { type: 'revoked', revocationTime: shift(NOW, -DAY_MS), reason: 1 } as const;
const nonce = { value: Buffer.alloc(4, 1), policy: 'required' } as const;

describe('a good response', () => {
  it('of a delegate passes every rule, with the values that were looked at', () => {
    const der = respond({ hash: 'sha256' });
    expect(lines(der)).toEqual([
      `1 strict DER: passed: ${der.length} bytes`,
      '2 response status: passed: successful',
      '3 response type: passed: id-pkix-ocsp-basic, version 1',
      '4 CertID: passed: serial 1003, by sha256',
      '5 signature: passed: ecdsa-with-SHA256',
      '6 signer: passed: O=Restaple Test, CN=Test OCSP Signer, delegated by O=Restaple Test, CN=Test Issuer',
      '7 times: passed: 2026-02-25T09:32:45Z to 2026-02-25T21:32:45Z',
      '8 critical extensions: passed: none unknown',
      '9 nonce: passed: none was sent',
      '10 certificate status: passed: good',
    ]);
  });

  it('says who signed where it was no delegate', () => {
    expect(lines(issuerResponds())).toContain(
      '6 signer: passed: the issuer itself, O=Restaple Test, CN=Test Issuer',
    );
    const trusting = { ...OPTIONS, trustedSigners: [pki.stranger.certificate] };
    expect(lines(respond({ signer: pki.stranger }), trusting)).toContain(
      '6 signer: passed: O=Restaple Test, CN=Stranger, trusted by name',
    );
  });

  it('says that the nonce came back', () => {
    const der = respond({ responseExtensions: [encodeNonce(nonce.value)] });
    expect(lines(der, { ...OPTIONS, nonce })).toContain('9 nonce: passed: the one that was sent');
  });
});

describe('several faults at once', () => {
  it('are all told: signature, times, extensions, nonce and status', () => {
    const spoilt = respond({
      certStatus: revoked,
      nextUpdate: shift(NOW, -1000),
      singleExtensions: [critical],
      responseExtensions: [encodeNonce(Buffer.alloc(4, 2))],
    });
    const der = alterResponse(spoilt, ({ signature }) => ({ signature: flipBit(signature) }));
    expect(lines(der, { ...OPTIONS, nonce }).slice(3)).toEqual([
      '4 CertID: passed: serial 1003, by sha1',
      '5 signature: failed: ecdsa-with-SHA256 signature does not verify (signer O=Restaple Test, CN=Test OCSP Signer)',
      '6 signer: passed: may sign for the issuer',
      '7 times: failed: nextUpdate 2026-02-25T11:59:59Z is not after now 2026-02-25T12:00:00Z',
      '8 critical extensions: failed: critical extension 1.2.3.4 is not known',
      '9 nonce: failed: the response has another nonce than was sent: 02020202, not 01010101',
      '10 certificate status: failed: the certificate is revoked since 2026-02-24T12:00:00Z, keyCompromise',
    ]);
  });

  it('are all told: another certificate, a signer without authority, no nonce', () => {
    const der = respond({
      signer: delegate({ extensions: [] }),
      certID: { ...singleResponse(pki).certID, serialNumber: Buffer.of(5) },
    });
    expect(lines(der, { ...OPTIONS, nonce }).slice(3)).toEqual([
      '4 CertID: failed: the response is for serial 05, not for serial 1003',
      '5 signature: unreached: not looked at',
      '6 signer: failed: signer O=Restaple Test, CN=Test OCSP Signer lacks the extended key usage OCSPSigning',
      '7 times: unreached: not looked at',
      '8 critical extensions: unreached: not looked at',
      '9 nonce: failed: the response has no nonce, though one was sent',
      '10 certificate status: unreached: not looked at',
    ]);
  });

  it('are told beside a delegate that has ended since', () => {
    const der = respond({ signer: delegate({ notAfter: NOW }), certStatus: { type: 'unknown' } });
    expect(lines(der).slice(4)).toEqual([
      '5 signature: unreached: not looked at',
      '6 signer: unreached: not looked at',
      '7 times: failed: signer O=Restaple Test, CN=Test OCSP Signer ended at 2026-02-25T12:00:00Z, before now 2026-02-25T12:00:00Z, and with it what it signed',
      '8 critical extensions: passed: none unknown',
      '9 nonce: passed: none was sent',
      '10 certificate status: failed: the responder does not know the certificate',
    ]);
  });
});

describe('what is no signed response', () => {
  it.each([
    [
      'a refusal',
      createErrorResponse('unauthorized'),
      '2 response status: failed: the responder answers unauthorized',
    ],
    [
      'nothing',
      Buffer.alloc(0),
      '1 strict DER: failed: OCSPResponse: expected SEQUENCE, found the end (byte 0)',
    ],
  ])('%s leaves the rules behind it unreached', (_, der, line) => {
    const [number = ''] = line.split(' ');
    const report = lines(der);
    expect(report).toContain(line);
    expect(report.slice(Number(number))).toEqual(
      report.slice(Number(number)).map((one) => one.replace(/: \w+: .*/, ': unreached: not looked at')),
    );
  });
});
