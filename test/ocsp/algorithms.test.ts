/** Every algorithm that may sign, by the issuer and by a delegate, named by its name and by its key. */
import { describe, expect, it } from 'vitest';
import { type KeyKind, hasMlDsa } from '../../src/demo/pki/keys.ts';
import type { SignatureOptions } from '../../src/demo/pki/signing.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import { signatureAlgorithmName } from '../../src/x509/signature-scheme.ts';
import { alterResponse, flipBit } from '../support/alter.ts';
import { NOW, type TestPki, createTestPki, testResponse } from '../support/pki.ts';

type Row = readonly [name: string, kind: KeyKind, signature: SignatureOptions];

const CLASSIC: readonly Row[] = [
  ['sha256WithRSAEncryption', 'rsa-2048', {}],
  ['sha384WithRSAEncryption', 'rsa-2048', { hash: 'sha384' }],
  ['sha512WithRSAEncryption', 'rsa-2048', { hash: 'sha512' }],
  ['RSASSA-PSS sha256', 'rsa-2048', { padding: 'pss' }],
  ['sha256WithRSAEncryption', 'rsa-4096', {}],
  ['RSASSA-PSS sha256', 'rsa-4096', { padding: 'pss' }],
  ['RSASSA-PSS sha384', 'rsa-4096', { padding: 'pss', hash: 'sha384' }],
  ['RSASSA-PSS sha512', 'rsa-4096', { padding: 'pss', hash: 'sha512' }],
  ['ecdsa-with-SHA256', 'p256', {}],
  ['ecdsa-with-SHA384', 'p256', { hash: 'sha384' }],
  ['ecdsa-with-SHA384', 'p384', {}],
  ['ecdsa-with-SHA512', 'p521', {}],
  ['Ed25519', 'ed25519', {}],
  ['Ed448', 'ed448', {}],
];

const ML_DSA: readonly Row[] = [
  ['ML-DSA-44', 'ml-dsa-44', {}],
  ['ML-DSA-65', 'ml-dsa-65', {}],
  ['ML-DSA-87', 'ml-dsa-87', {}],
];

const WHO = ['issuer', 'delegate'] as const;
const BY = ['byName', 'byKey'] as const;
const CASES = WHO.flatMap((who) => BY.map((by) => ({ who, by })));

function signs(name: string, kind: KeyKind, signature: SignatureOptions): void {
  let made: TestPki | undefined;
  // One PKI for all tests of an algorithm, made when the first of them runs.
  const pki = (): TestPki => (made ??= createTestPki({ kind, signature }));

  it.each(CASES)('by the $who, $by', ({ who, by }) => {
    const { leaf, issuer, [who]: signer } = pki();
    const options = { certificate: leaf.certificate, issuer: issuer.certificate, now: NOW };
    const der = testResponse(pki(), { signer, responderID: by });
    const verdict = verifyResponse(der, options);
    expect(verdict).toMatchObject({ certStatus: { type: 'good' }, responderID: { type: by } });
    expect(verdict.signer).toMatchObject({ kind: who, certificate: { raw: signer.certificate.raw } });
    expect(signatureAlgorithmName(verdict.signatureAlgorithm)).toBe(name);

    const forged = alterResponse(der, (parts) => ({ signature: flipBit(parts.signature) }));
    expect(() => verifyResponse(forged, options)).toThrow(`${name} signature does not verify`);
  });
}

describe.each(CLASSIC)('%s with a key of %s %j', (name, kind, signature) => {
  signs(name, kind, signature);
});

const missing = hasMlDsa() ? '' : ` (skipped: Node ${process.versions.node} has no ML-DSA)`;
describe.skipIf(missing !== '').each(ML_DSA)(`%s${missing}`, (name, kind, signature) => {
  signs(name, kind, signature);
});
