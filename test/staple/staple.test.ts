import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/ocsp/verify-response.ts';
import { type VerifyOptions, verifyResponse } from '../../src/ocsp/verify-response.ts';
import { halfLife } from '../../src/staple/refresh-policy.ts';
import { isWorse, verifyStaple } from '../../src/staple/staple.ts';
import { flipBit } from '../support/alter.ts';
import { NEXT_UPDATE, NOW, THIS_UPDATE, createTestPki, shift, testResponse } from '../support/pki.ts';

const HOUR = 3_600_000;
const pki = createTestPki();
const options: VerifyOptions = {
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
  now: NOW,
};

describe('verifyStaple', () => {
  it('gives the bytes as they came, and what they say', () => {
    const der = testResponse(pki);
    const staple = verifyStaple(der, options);
    expect(staple.der).toBe(der);
    expect(staple.verdict).toMatchObject({
      certStatus: { type: 'good' },
      thisUpdate: THIS_UPDATE,
      nextUpdate: NEXT_UPDATE,
      validUntil: NEXT_UPDATE,
    });
  });

  const revocationTime = THIS_UPDATE;
  const refused: readonly (readonly [string, Buffer, string])[] = [
    [
      'a response that says revoked, however well signed',
      testResponse(pki, { certStatus: { type: 'revoked', revocationTime, reason: 1 } }),
      'certificate-revoked',
    ],
    [
      'a response that says unknown',
      testResponse(pki, { certStatus: { type: 'unknown' } }),
      'certificate-unknown',
    ],
    [
      'an expired response',
      testResponse(pki, { thisUpdate: shift(NOW, -2 * HOUR), nextUpdate: shift(NOW, -HOUR) }),
      'response-expired',
    ],
    [
      'a response by a stranger, for being that before it is revoked',
      testResponse(pki, {
        signer: pki.strangerDelegate,
        certStatus: { type: 'revoked', revocationTime, reason: undefined },
      }),
      'signer-not-issued',
    ],
    ['a response cut short', testResponse(pki).subarray(0, -1), 'der-malformed'],
    ['an empty file', Buffer.alloc(0), 'asn1-unexpected'],
  ];
  it.each(refused)('refuses %s', (_, der, code) => {
    expect(() => verifyStaple(der, options)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a signature with one bit turned over', () => {
    const der = testResponse(pki, { certs: [], signer: pki.issuer });
    expect(() => verifyStaple(flipBit(der), options)).toThrow(
      expect.objectContaining({ code: 'signature-invalid' }),
    );
  });
});

/** The verdict on a response with these times, relative to the usual ones in hours. */
const verdict = (thisHours: number, nextHours: number): Verdict =>
  verifyResponse(
    testResponse(pki, {
      thisUpdate: shift(THIS_UPDATE, thisHours * HOUR),
      nextUpdate: shift(NEXT_UPDATE, nextHours * HOUR),
    }),
    options,
  );

describe('isWorse', () => {
  it.each([
    ['of the same times', 0, 0, false],
    ['known later', 1, 0, false],
    ['known later, though it ends sooner', 1, -1, false],
    ['known earlier', -1, 0, true],
    ['known earlier, though it ends later', -1, 1, true],
    ['known at the same time that ends later', 0, 1, false],
    ['known at the same time that ends sooner', 0, -1, true],
  ])('a response %s', (_, thisHours, nextHours, worse) => {
    expect(isWorse(verdict(thisHours, nextHours), verdict(0, 0))).toBe(worse);
  });

  it('the end that counts is the first: a delegate that ends sooner makes a response worse', () => {
    const brief = createTestPki({ delegate: { notAfter: shift(NOW, HOUR) } });
    const ending = verifyResponse(testResponse(pki, { signer: brief.delegate }), options);
    expect(ending.validUntil).toEqual(shift(NOW, HOUR));
    expect([isWorse(ending, verdict(0, 0)), isWorse(verdict(0, 0), ending)]).toEqual([true, false]);
  });
});

describe('halfLife', () => {
  it('is in the middle between thisUpdate and the end', () => {
    expect(halfLife(verdict(0, 0))).toEqual(shift(THIS_UPDATE, 6 * HOUR));
    expect(halfLife(verdict(0, -2))).toEqual(shift(THIS_UPDATE, 5 * HOUR));
  });

  it('counts the end of the certificate where that is the first', () => {
    const brief = createTestPki({ leaf: { notAfter: shift(THIS_UPDATE, 4 * HOUR) } });
    const { certificate } = brief.leaf;
    const ending = verifyResponse(testResponse(brief), { ...options, certificate });
    expect(halfLife(ending)).toEqual(shift(THIS_UPDATE, 2 * HOUR));
  });
});
