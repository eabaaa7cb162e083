/** The test PKI held against openssl: one that is wrong by accident would prove nothing. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KeyKind, hasMlDsa } from '../../src/demo/pki/keys.ts';
import type { SignatureOptions } from '../../src/demo/pki/signing.ts';
import { verifyIssuedBy } from '../../src/x509/verify-signature.ts';
import { withTempDir, writePki } from './files.ts';
import { describeWithPeer, run } from './peers.ts';
import { createTestPki, testResponse } from './pki.ts';

const SIGNATURES: readonly (readonly [KeyKind, SignatureOptions])[] = [
  ['rsa-2048', {}],
  ['rsa-2048', { hash: 'sha384' }],
  ['rsa-2048', { padding: 'pss' }],
  ['rsa-2048', { padding: 'pss', hash: 'sha512', saltLength: 20 }],
  ['rsa-4096', { hash: 'sha512' }],
  ['p256', {}],
  ['p384', {}],
  ['p521', {}],
  ['ed25519', {}],
  ['ed448', {}],
];

describeWithPeer('openssl', 'openssl accepts what is signed with', (openssl) => {
  it.each(SIGNATURES)('%s %j', async (kind, signature) => {
    await withTempDir(async (dir) => {
      const pki = createTestPki({ now: new Date(), kind, signature });
      const { root, issuer, leaf } = await writePki(dir, pki);
      const chain = await run(openssl, [
        'verify',
        '-x509_strict',
        '-CAfile',
        root,
        '-untrusted',
        issuer,
        leaf,
      ]);
      expect(chain).toEqual({ code: 0, stdout: `${leaf}: OK\n`, stderr: '' });
      const response = join(dir, 'response.der');
      const question = ['-sha256', '-issuer', issuer, '-cert', leaf, '-CAfile', root];
      for (const signer of [pki.delegate, pki.issuer]) {
        for (const responderID of ['byKey', 'byName'] as const) {
          await writeFile(response, testResponse(pki, { signer, responderID, hash: 'sha256' }));
          const opinion = await run(openssl, ['ocsp', '-respin', response, '-no_nonce', ...question]);
          expect(opinion).toMatchObject({ code: 0, stderr: 'Response verify OK\n' });
          expect(opinion.stdout).toContain(`${leaf}: good\n`);
        }
      }
    });
  });
});

describe.skipIf(!hasMlDsa())('where this Node has it, ML-DSA signs', () => {
  it.each(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)('%s', (kind) => {
    const { leaf, issuer } = createTestPki({ kind });
    expect(verifyIssuedBy(leaf.certificate, issuer.certificate, { allowSha1: false })).toBeUndefined();
  });
});

describe('a test PKI', () => {
  it('takes what a test wants otherwise', () => {
    const notAfter = new Date('2026-02-25T11:00:00Z');
    const pki = createTestPki({
      delegate: { notAfter, serial: 7, kind: 'ed25519' },
      leaf: { extensions: [] },
    });
    expect(pki.delegate.certificate).toMatchObject({ notAfter, serialNumber: Buffer.of(7) });
    expect(pki.delegate.keys.publicKey.asymmetricKeyType).toBe('ed25519');
    expect(pki.leaf.certificate.extensions).toEqual([]);
  });
});

describe('a temporary directory', () => {
  it('is gone when the test is over', async () => {
    const file = await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      await writeFile(path, 'x');
      return path;
    });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });
});
