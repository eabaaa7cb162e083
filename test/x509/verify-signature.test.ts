/** Keys that are taken and keys that are not, and what a signature says of both. */
import {
  type KeyObject,
  type KeyPairKeyObjectResult,
  constants,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bitString, explicit, integer, nullValue, oid, sequence } from '../../src/der/writer.ts';
import { InputError } from '../../src/errors.ts';
import type { AlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { OID } from '../../src/x509/oids.ts';
import { importPublicKey } from '../../src/x509/public-key.ts';
import { signatureAlgorithmName } from '../../src/x509/signature-scheme.ts';
import { verifyIssuedBy, verifySignature } from '../../src/x509/verify-signature.ts';
import { testKeys } from '../support/keys.ts';
import { createTestPki } from '../support/pki.ts';

const spki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
const STRICT = { allowSha1: false };

/** An INTEGER that is not negative, whatever its first bit. */
const unsigned = (value: Buffer): Buffer =>
  integer(value.readUInt8(0) >= 0x80 ? Buffer.concat([Buffer.of(0), value]) : value);

/** An RSA key in its encoding, whether or not anybody could use it. */
function rsaKey(n: Buffer, exponent: bigint): Buffer {
  const digits = exponent.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return sequence(
    sequence(oid(OID.rsaEncryption), nullValue()),
    bitString(sequence(unsigned(n), unsigned(octets))),
  );
}

const modulus = Buffer.from(testKeys('rsa-2048').publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
const ofBits = (bits: number): Buffer =>
  Buffer.concat([Buffer.of(0x80), Buffer.alloc(bits / 8 - 2, 0x55), Buffer.of(1)]);

describe('a public key', () => {
  it.each([
    ['RSA of 1024 bits', rsaKey(ofBits(1024), 65_537n)],
    ['RSA of 16384 bits', rsaKey(ofBits(16_384), 65_537n)],
    ['RSA with exponent 3', rsaKey(modulus, 3n)],
    ['RSA with an exponent of 33 bits', rsaKey(modulus, 2n ** 33n - 1n)],
    ['P-256', spki(testKeys('p256').publicKey)],
    ['P-384', spki(testKeys('p384').publicKey)],
    ['P-521', spki(testKeys('p521').publicKey)],
    ['Ed25519', spki(testKeys('ed25519').publicKey)],
    ['Ed448', spki(testKeys('ed448').publicKey)],
  ])('is taken: %s', (_, key) => {
    expect(importPublicKey(key).type).toBe('public');
  });

  it.each([
    ['RSA of 512 bits', rsaKey(ofBits(512), 65_537n), 'RSA key of 512 bits, allowed are 1024 to 16384'],
    ['RSA of 1016 bits', rsaKey(ofBits(1016), 65_537n), 'RSA key of 1016 bits'],
    ['RSA of 16392 bits', rsaKey(ofBits(16_392), 65_537n), 'RSA key of 16392 bits'],
    [
      'RSA with exponent 1, under which anything is its own signature',
      rsaKey(modulus, 1n),
      'RSA public exponent 1, allowed are 3 to 2^33',
    ],
    [
      'RSA with an exponent beyond 33 bits',
      rsaKey(modulus, 2n ** 33n + 1n),
      'RSA public exponent 8589934593',
    ],
    ['RSA with an exponent as long as its modulus', rsaKey(modulus, 2n ** 2040n + 1n), 'RSA public exponent'],
    [
      'secp256k1',
      spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
      'elliptic curve 1.3.132.0.10, allowed are',
    ],
    [
      'P-224',
      spki(generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).publicKey),
      'elliptic curve 1.3.132.0.33, allowed are',
    ],
    [
      'a point off its curve',
      Buffer.concat([spki(testKeys('p256').publicKey).subarray(0, -1), Buffer.of(0)]),
      'public key cannot be read',
    ],
    [
      'of an unknown kind',
      sequence(sequence(oid('1.2.3')), bitString(Buffer.alloc(32))),
      'public key of type 1.2.3, which is not known here',
    ],
    [
      'the point at infinity, which aborts Node 20 when it looks at it',
      sequence(sequence(oid(OID.ecPublicKey), oid('1.2.840.10045.3.1.7')), bitString(Buffer.of(0))),
      'elliptic curve point that is none',
    ],
    [
      'a point that is cut short',
      sequence(sequence(oid(OID.ecPublicKey), oid('1.2.840.10045.3.1.7')), bitString(Buffer.alloc(64, 4))),
      'elliptic curve point that is none',
    ],
    [
      'x25519, which cannot sign',
      spki(generateKeyPairSync('x25519').publicKey),
      'public key of type 1.3.101.110, which is not known here',
    ],
    ['nothing', Buffer.alloc(0), 'public key cannot be read'],
  ])('is not taken: %s', (_, key, message) => {
    expect(() => importPublicKey(key)).toThrow(message);
    expect(() => importPublicKey(key)).toThrow(InputError);
  });

  it('is not taken with the parameters of its curve spelt out, which RFC 5480 forbids', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
    expect(() => importPublicKey(spki(publicKey))).toThrow('elliptic curve with its parameters spelt out');
  });

  it('is imported once', () => {
    const key = spki(testKeys('p256', 40).publicKey);
    expect(importPublicKey(key)).toBe(importPublicKey(Buffer.from(key)));
  });

  it('stays what it was when the bytes that it came in are overwritten', () => {
    const key = spki(testKeys('p256', 41).publicKey);
    const bytes = Buffer.from(key);
    const imported = importPublicKey(bytes);
    bytes.fill(0);
    expect(importPublicKey(key)).toBe(imported);
    expect(() => importPublicKey(bytes)).toThrow(InputError);
  });
});

const signed = Buffer.from('what is signed');

/** RSASSA-PSS with SHA-256 or another hash, its mask by the same, and a salt as long. */
const pss = (hash: 'sha256' | 'sha384', salt: number): AlgorithmIdentifier => ({
  algorithm: OID.rsaPss,
  parameters: sequence(
    explicit(0, sequence(oid(OID[hash]), nullValue())),
    explicit(1, sequence(oid(OID.mgf1), sequence(oid(OID[hash]), nullValue()))),
    explicit(2, integer(salt)),
  ),
});

describe('a key that is bound to RSASSA-PSS', () => {
  const bound: KeyPairKeyObjectResult = generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    hashAlgorithm: 'sha256',
    mgf1HashAlgorithm: 'sha256',
  });
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign('sha256', signed, { key: bound.privateKey, padding, saltLength: 32 });

  it('has signed what it has signed', () => {
    expect(
      verifySignature(pss('sha256', 32), signed, signature, spki(bound.publicKey), STRICT),
    ).toBeUndefined();
  });

  it.each([
    ['another hash', pss('sha384', 48), 'RSASSA-PSS sha384 signature does not verify'],
    ['a shorter salt', pss('sha256', 20), 'RSASSA-PSS sha256 signature does not verify'],
    [
      'PKCS#1 v1.5',
      { algorithm: '1.2.840.113549.1.1.11', parameters: nullValue() },
      'sha256WithRSAEncryption cannot be by a key of type rsa-pss',
    ],
  ])('has not signed by %s', (_, algorithm, reason) => {
    expect(verifySignature(algorithm, signed, signature, spki(bound.publicKey), STRICT)).toEqual({
      problem: 'invalid',
      reason,
    });
  });
});

describe('a signature', () => {
  it.each([
    ['Ed448', testKeys('ed448').publicKey, 'Ed25519 cannot be by a key of type ed448'],
    ['P-256', testKeys('p256').publicKey, 'Ed25519 cannot be by a key of type ec'],
  ])('by Ed25519 is not by a key of kind %s', (_, key, reason) => {
    const algorithm = { algorithm: '1.3.101.112', parameters: undefined };
    expect(verifySignature(algorithm, signed, Buffer.alloc(64), spki(key), STRICT)).toEqual({
      problem: 'invalid',
      reason,
    });
  });

  it('of a certificate is by its issuer, and by nobody else', () => {
    const { leaf, issuer, root, stranger } = createTestPki();
    expect(verifyIssuedBy(leaf.certificate, issuer.certificate, STRICT)).toBeUndefined();
    for (const other of [root, stranger, leaf])
      expect(verifyIssuedBy(leaf.certificate, other.certificate, STRICT)).toMatchObject({
        problem: 'invalid',
      });
  });
});

describe('the name of an algorithm', () => {
  it.each([
    ['1.2.840.113549.1.1.11', nullValue(), 'sha256WithRSAEncryption'],
    ['1.2.840.113549.1.1.4', nullValue(), 'md5WithRSAEncryption'],
    ['1.2.840.10045.4.3.2', nullValue(), '1.2.840.10045.4.3.2'],
    ['1.2.3.4', undefined, '1.2.3.4'],
    [OID.rsaPss, pss('sha384', 48).parameters, 'RSASSA-PSS sha384'],
    [OID.rsaPss, nullValue(), OID.rsaPss],
  ])('%s %s is %s', (algorithm, parameters, text) => {
    expect(signatureAlgorithmName({ algorithm, parameters })).toBe(text);
  });
});
