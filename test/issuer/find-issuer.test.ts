import { describe, expect, it } from 'vitest';
import { createIntermediate, createRoot } from '../../src/demo/pki/entity.ts';
import { name } from '../../src/demo/pki/name.ts';
import { TAG } from '../../src/der/tags.ts';
import { octetString, tlv } from '../../src/der/writer.ts';
import { findIssuer, requireIssuer } from '../../src/issuer/find-issuer.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { testKeys } from '../support/keys.ts';
import { NOW, createTestPki, shift } from '../support/pki.ts';

const DAY = 86_400_000;
const pki = createTestPki();
const leaf = pki.leaf.certificate;
const issuer = pki.issuer.certificate;
const [root, stranger] = [pki.root.certificate, pki.stranger.certificate];
const ISSUER_NAME = 'O=Restaple Test, CN=Test Issuer';

/** A CA certificate like the issuer's, except for what is said. */
const ca = (subject: Buffer, keyIndex: number, by = pki.root, serial = 0x77): Certificate =>
  createIntermediate(by, {
    name: subject,
    keys: testKeys('p256', keyIndex),
    serial,
    notBefore: shift(NOW, -DAY),
    notAfter: shift(NOW, DAY),
  }).certificate;

const issuersKey = 1;
const namesake = ca(issuer.subject, 20);
const crossSigned = ca(issuer.subject, issuersKey, pki.stranger);
const spelledOtherwise = ca(
  name([
    ['O', ' restaple  TEST '],
    ['CN', 'Test issuer'],
  ]),
  issuersKey,
);
const renamed = ca(name([['CN', 'Renamed']]), issuersKey);
/** Names that no decoder takes. */
const oversized = ca(name([['CN', 'x'.repeat(9000)]]), issuersKey);
const malformed = ca(tlv(TAG.sequence, octetString(Buffer.alloc(3))), issuersKey);

describe('findIssuer', () => {
  it.each<[string, readonly Certificate[], Certificate | undefined]>([
    ['is the one among others', [root, stranger, issuer, leaf], issuer],
    ['is, of two with the same name, the one whose key signed', [namesake, issuer], issuer],
    ['is that one in any order', [issuer, namesake], issuer],
    ['is the first of two that are cross-signed', [crossSigned, issuer], crossSigned],
    ['may spell its name with other letters and spaces', [spelledOtherwise], spelledOtherwise],
    ['is not one with the right key and another name', [renamed], undefined],
    ['is not one with the right name and another key', [namesake], undefined],
    ['is not the certificate itself', [leaf], undefined],
    ['is not the root above it', [root], undefined],
    ['is nobody among none', [], undefined],
    ['is found behind one whose name is too long to be a name', [oversized, issuer], issuer],
    ['is found behind one whose name is no name', [malformed, issuer], issuer],
  ])('%s', (_, candidates, found) => {
    expect(findIssuer(leaf, candidates)).toBe(found);
  });

  it('may have signed with SHA-1, as old private CAs do', () => {
    const old = createTestPki({ issuer: { signature: { hash: 'sha1' } } });
    expect(findIssuer(old.leaf.certificate, [old.issuer.certificate])).toBe(old.issuer.certificate);
  });

  it('of a certificate that signed itself is that certificate', () => {
    expect(findIssuer(root, [issuer, root])).toBe(root);
  });
});

describe('requireIssuer', () => {
  const others = ['One', 'Two', 'Three', 'Four', 'Five'].map(
    (commonName, i) =>
      createRoot({
        name: name([['CN', commonName]]),
        keys: testKeys('p256', 20),
        serial: i + 1,
        notBefore: shift(NOW, -DAY),
        notAfter: shift(NOW, DAY),
      }).certificate,
  );

  it('gives the issuer', () => {
    expect(requireIssuer(leaf, [stranger, issuer])).toBe(issuer);
  });

  it.each<[string, readonly Certificate[], string]>([
    [
      'another CA: says which one is needed, and which was given',
      [stranger],
      `the certificate was issued by ${ISSUER_NAME}, the given issuer is O=Restaple Test, CN=Stranger`,
    ],
    [
      'the root in place of the intermediate',
      [root],
      `the certificate was issued by ${ISSUER_NAME}, the given issuer is O=Restaple Test, CN=Test Root`,
    ],
    [
      'a whole store of others: names the first three',
      others,
      `the certificate was issued by ${ISSUER_NAME}, the given issuer is CN=One; CN=Two; CN=Three and 2 more`,
    ],
    [
      'one of the right name with another key: says that the key did not sign',
      [stranger, namesake],
      `the given issuer has the name ${ISSUER_NAME}, but its key did not sign the certificate: ` +
        'ecdsa-with-SHA256 signature does not verify',
    ],
  ])('refuses %s', (_, candidates, message) => {
    expect(() => requireIssuer(leaf, candidates)).toThrow(
      expect.objectContaining({ code: 'issuer-mismatch', message }),
    );
  });
});
