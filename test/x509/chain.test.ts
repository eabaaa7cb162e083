/** Which of several certificates is the server's own. */
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/demo/pki/certificate.ts';
import { createServer } from '../../src/demo/pki/entity.ts';
import { name } from '../../src/demo/pki/name.ts';
import { InputError } from '../../src/errors.ts';
import { type Certificate, decodeCertificate } from '../../src/x509/certificate.ts';
import { findLeaf } from '../../src/x509/chain.ts';
import { createTestPki } from '../support/pki.ts';

const pki = createTestPki();
const [leaf, issuer, root] = [pki.leaf.certificate, pki.issuer.certificate, pki.root.certificate];

const another = createServer(pki.issuer, {
  name: name([['CN', 'other.example.test']]),
  keys: pki.leaf.keys,
  serial: 0x99,
  notBefore: leaf.notBefore,
  notAfter: leaf.notAfter,
}).certificate;

/** Signed by itself, with nothing that says what it is for. */
const selfSigned = (serial: number, cn = 'self'): Certificate =>
  decodeCertificate(
    issueCertificate({
      subject: name([['CN', cn]]),
      issuer: name([['CN', cn]]),
      serial,
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter,
      publicKey: pki.leaf.keys.publicKey,
      signer: pki.leaf.signer,
    }),
  );

const lonely = selfSigned(1);

/** All orders of three. */
const orders = ([a, b, c]: readonly [Certificate, Certificate, Certificate]): Certificate[][] => [
  [a, b, c],
  [a, c, b],
  [b, a, c],
  [b, c, a],
  [c, a, b],
  [c, b, a],
];

describe('the leaf', () => {
  it('is found in a chain in any order', () => {
    for (const order of orders([leaf, issuer, root])) expect(findLeaf(order)).toBe(leaf);
  });

  it.each([
    ['alone', [leaf], leaf],
    ['standing twice', [leaf, issuer, decodeCertificate(Buffer.from(leaf.raw))], leaf],
    ['among CA certificates that have nothing to do with it', [pki.stranger.certificate, leaf, root], leaf],
    ['that is a CA, where there are only CAs', [root, issuer], issuer],
    ['that is a root, alone', [root], root],
    ['that has signed itself', [lonely], lonely],
  ])('is the one %s', (_, certificates, expected) => {
    expect(findLeaf(certificates).raw).toEqual(expected.raw);
  });

  it('is not there in an empty list', () => {
    expect(() => findLeaf([])).toThrow(expect.objectContaining({ code: 'certificate-not-found' }));
  });

  it.each([
    [
      'two servers',
      [leaf, another, issuer],
      '2 server certificates, a staple is for one: O=Restaple Test, CN=www.example.test; CN=other.example.test',
    ],
    [
      'two that have signed themselves, of one name',
      [selfSigned(1), selfSigned(2)],
      '2 server certificates, a staple is for one: CN=self; CN=self',
    ],
    [
      'two roots',
      [root, pki.stranger.certificate],
      '2 server certificates, a staple is for one: O=Restaple Test, CN=Test Root; O=Restaple Test, CN=Stranger',
    ],
  ])('is not to be told among %s', (_, certificates, message) => {
    expect(() => findLeaf(certificates)).toThrow(message);
    expect(() => findLeaf(certificates)).toThrow(InputError);
    expect(() => findLeaf(certificates)).toThrow(expect.objectContaining({ code: 'certificate-ambiguous' }));
  });

  it('is not looked for among more than a hundred: each is compared with each', () => {
    const many = (count: number): Certificate[] => [
      leaf,
      ...Array.from({ length: count - 1 }, (_, i) => ({ ...issuer, raw: Buffer.from(`${i}`) })),
    ];
    expect(findLeaf(many(100))).toBe(leaf);
    expect(() => findLeaf(many(101))).toThrow('101 certificates, more than the 100 of any chain');
  });
});
