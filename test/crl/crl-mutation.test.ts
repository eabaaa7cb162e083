/** A CRL with one byte changed, at every place: refused, or it says what it said. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCertificateList } from '../../src/crl/certificate-list.ts';
import { type CrlVerdict, verifyCrl } from '../../src/crl/verify-crl.ts';
import { RestapleError } from '../../src/errors.ts';
import { spoilt, torn } from '../ocsp/mutate.ts';
import { NOW, createTestPki } from '../support/pki.ts';
import { entry, issuingDistributionPoint, reasonCode, serial } from '../support/crl.ts';
import { OPTIONS, URL_OF_CRL, crl } from './world.ts';

const mine = OPTIONS.certificate.serialNumber;
const extensions = [issuingDistributionPoint({ urls: [URL_OF_CRL], flags: [1] })];
const entries = [entry(serial(1)), entry(mine, NOW, [reasonCode(1)]), entry(serial(2), NOW, [reasonCode(4)])];
const rsa = createTestPki({ issuer: { kind: 'rsa-2048' } }).issuer;

function verdictOf(der: Buffer, issuer = OPTIONS.issuer): CrlVerdict | undefined {
  try {
    return verifyCrl(der, { ...OPTIONS, issuer });
  } catch (error) {
    if (error instanceof RestapleError) return undefined;
    throw error;
  }
}

/** Every bit turned over, and the two ends. */
const changes = (byte: number): readonly number[] =>
  [...new Set([0, 1, 2, 3, 4, 5, 6, 7].map((bit) => byte ^ (1 << bit)).concat(0, 0xff))].filter(
    (value) => value !== byte,
  );

describe('a CRL with one byte changed', () => {
  it.each([
    ['ECDSA', crl({ entries, extensions }), OPTIONS.issuer],
    ['RSA', crl({ signer: rsa, entries, extensions }), rsa.certificate],
  ])('is refused at every byte: %s', (_, der, issuer) => {
    expect(verdictOf(der, issuer)?.certStatus).toMatchObject({ type: 'revoked', reason: 1 });
    const taken: string[] = [];
    for (const [at, byte] of der.entries()) {
      for (const value of changes(byte)) {
        const mutant = Buffer.from(der);
        mutant[at] = value;
        if (verdictOf(mutant, issuer)) taken.push(`byte ${at}: ${byte} to ${value}`);
      }
    }
    expect(taken).toEqual([]);
  });

  it('is refused wherever it is cut', () => {
    const der = crl({ entries, extensions });
    for (let length = 0; length < der.length; length++)
      expect(verdictOf(der.subarray(0, length))).toBeUndefined();
  });
});

describe('a CRL that the issuer itself spoils', () => {
  const der = crl({ entries, extensions });
  const { tbs } = decodeCertificateList(der);

  it('is refused or read, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(spoilt(tbs), torn(tbs)), (other) => {
        const verdict = verdictOf(crl({ rewrite: () => other }));
        expect([undefined, 'good', 'revoked']).toContain(verdict?.certStatus.type);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused or read without a signature that fits', () => {
    fc.assert(
      fc.property(fc.oneof(spoilt(der), torn(der)), (other) => {
        expect([undefined, 'revoked']).toContain(verdictOf(other)?.certStatus.type);
      }),
      { numRuns: 2000 },
    );
  });
});
