/** Several who may have signed: which of them counts, whose error is told, and how many are tried at all. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type EntityOptions, createOcspSigner, createRoot } from '../../src/demo/pki/entity.ts';
import { extKeyUsage, extension, keyUsage } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { signatureAlgorithm } from '../../src/demo/pki/signing.ts';
import { bitString, integer, nullValue, oid, sequence, tlv } from '../../src/der/writer.ts';
import { type ResponseCode, RestapleError } from '../../src/errors.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import { OID } from '../../src/x509/oids.ts';
import { testKeys } from '../support/keys.ts';
import { NOW, shift, singleResponse } from '../support/pki.ts';
import { DAY_MS, OPTIONS, delegate, delegateName, pki, respond } from './rules/row.ts';

/** A delegate of the common name with a key of its own. */
const made = (index: number, own: Partial<EntityOptions> = {}): Buffer =>
  delegate({ keys: testKeys('p256', 20 + index), serial: 0x4000 + index, ...own }).certificate.raw;

const SIGNS = keyUsage(['digitalSignature']);
const FOR_OCSP = extKeyUsage([OID.kpOCSPSigning]);

const namesake = createRoot({
  name: pki.issuer.certificate.subject,
  keys: pki.stranger.keys,
  serial: 1,
  notBefore: pki.stranger.certificate.notBefore,
  notAfter: pki.stranger.certificate.notAfter,
});
const sha1Issuer = {
  ...pki.issuer,
  signer: signatureAlgorithm(pki.issuer.keys.privateKey, { hash: 'sha1' }),
};
const ownSigner = (issuer: typeof namesake, index: number): Buffer =>
  createOcspSigner(issuer, {
    name: delegateName,
    keys: testKeys('p256', 20 + index),
    serial: 0x4000 + index,
    notBefore: shift(NOW, -DAY_MS),
    notAfter: shift(NOW, DAY_MS),
  }).certificate.raw;

/** One bearer of the common name for each way to fail, from the vaguest to the most telling. Nobody of them signed. */
const FAILURES: readonly (readonly [ResponseCode, Buffer])[] = [
  ['signer-not-issued', ownSigner(namesake, 0)],
  ['signer-not-authorized', made(1, { extensions: [SIGNS] })],
  ['signer-key-usage', made(2, { extensions: [FOR_OCSP, keyUsage(['keyEncipherment'])] })],
  ['critical-extension-unknown', made(3, { extensions: [FOR_OCSP, extension('1.2.3', nullValue(), true)] })],
  ['signer-not-valid', made(4, { notBefore: shift(NOW, DAY_MS) })],
  ['response-outlives-signer', made(5, { notAfter: NOW })],
  ['signature-algorithm-unknown', made(6, { keys: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }) })],
  ['signature-algorithm-refused', ownSigner(sha1Issuer, 7)],
  ['signature-invalid', made(8)],
];

const PAIRS = FAILURES.flatMap(([vague, one], i) =>
  FAILURES.slice(i + 1).map(([telling, other]) => ({ vague, telling, certs: [one, other] })),
);

/** Signed by the delegate of `pki`, whose certificate is not among these unless it is given. */
const signedFor = (certs: readonly Buffer[]): Buffer => respond({ responderID: 'byName', certs });
const codeOf = (der: Buffer, options = OPTIONS): string => {
  try {
    verifyResponse(der, options);
    return 'accepted';
  } catch (error) {
    if (error instanceof RestapleError) return error.code;
    throw error;
  }
};

describe('of several that may have signed and did not', () => {
  it.each(FAILURES)('one alone is told as %s', (code, cert) => {
    expect(codeOf(signedFor([cert]))).toBe(code);
  });

  it.each(PAIRS)('$telling is told rather than $vague, in any order', ({ telling, certs }) => {
    expect(codeOf(signedFor(certs))).toBe(telling);
    expect(codeOf(signedFor(certs.toReversed()))).toBe(telling);
  });

  it('the one that came furthest is told, among strangers of other names', () => {
    const certs = [pki.root, pki.stranger, pki.strangerDelegate].map(({ certificate }) => certificate.raw);
    const [notIssued = Buffer.alloc(0)] = FAILURES.map(([, cert]) => cert);
    expect(codeOf(signedFor(certs))).toBe('signer-not-found');
    expect(codeOf(signedFor([...certs, notIssued]))).toBe('signer-not-issued');
  });

  it('an issuer that is named and did not sign is told rather than a delegate without authority', () => {
    const unauthorized = made(1, { extensions: [SIGNS], name: pki.issuer.certificate.subject });
    const der = respond({
      responderID: { type: 'byName', name: pki.issuer.certificate.subject },
      certs: [unauthorized],
    });
    expect(() => verifyResponse(der, OPTIONS)).toThrow(/signature does not verify .*CN=Test Issuer/);
  });
});

describe('the one that signed', () => {
  it.each(FAILURES)('is found behind one that fails by %s', (_, cert) => {
    const verdict = verifyResponse(signedFor([cert, pki.delegate.certificate.raw]), OPTIONS);
    expect(verdict.signer.certificate.raw).toEqual(pki.delegate.certificate.raw);
  });

  it('is found behind seven others of its name: of more than eight, none is looked at', () => {
    const others = Array.from({ length: 8 }, (_, i) => made(i));
    const own = pki.delegate.certificate.raw;
    expect(codeOf(signedFor([...others.slice(1), own]))).toBe('accepted');
    expect(codeOf(signedFor([own, ...others]))).toBe('asn1-unexpected');
  });

  it('is the issuer where both have the name, and the issuer signed', () => {
    const subject = pki.issuer.certificate.subject;
    const certs = [delegate({ name: subject }).certificate.raw];
    const verdict = verifyResponse(respond({ signer: pki.issuer, responderID: 'byName', certs }), OPTIONS);
    expect(verdict.signer.kind).toBe('issuer');
  });
});

/** The smallest certificate there is: a response has room for more than a thousand. */
function tinyCertificate(serial: number): Buffer {
  const algorithm = sequence(oid('1.2'));
  const time = tlv(0x17, Buffer.from('260101000000Z'));
  const key = sequence(algorithm, bitString(Buffer.alloc(0)));
  const own = name([['CN', String(serial)]]);
  const tbs = sequence(integer(serial), algorithm, sequence(), sequence(time, time), own, key);
  return sequence(tbs, algorithm, bitString(Buffer.alloc(0)));
}

describe('a response as full as it can be', () => {
  it('of certificates, which are counted before they are decoded', () => {
    const certs = Array.from({ length: 2500 }, (_, i) => tinyCertificate(i));
    expect(() => verifyResponse(signedFor([pki.delegate.certificate.raw, ...certs]), OPTIONS)).toThrow(
      'BasicOCSPResponse: 2501 certificates, more than the 8 that clients take',
    );
  });

  it('of answers', () => {
    const single = singleResponse(pki);
    const others = Array.from({ length: 2500 }, (_, i) => ({
      ...single,
      certID: { ...single.certID, serialNumber: Buffer.of(0x40, i >> 8, i & 0xff) },
    }));
    expect(codeOf(respond({ responses: [...others, single] }))).toBe('accepted');
    expect(codeOf(respond({ responses: others }))).toBe('certid-mismatch');
  });

  it('of answers about the certificate that was asked for', () => {
    const single = singleResponse(pki, { hash: 'sha512' });
    const good = Array.from({ length: 1200 }, () => single);
    expect(codeOf(respond({ responses: good }))).toBe('accepted');
    const { certStatus } = verifyResponse(
      respond({ responses: [...good, { ...single, certStatus: { type: 'unknown' } }] }),
      OPTIONS,
    );
    expect(certStatus.type).toBe('unknown');
  });
});

describe('what was judged once', () => {
  const der = respond();

  it('is judged anew for another time', () => {
    expect(codeOf(der)).toBe('accepted');
    expect(codeOf(der, { ...OPTIONS, now: shift(NOW, 60 * DAY_MS) })).toBe('response-outlives-signer');
    expect(codeOf(der)).toBe('accepted');
  });

  it('is judged anew for another issuer of the same name', () => {
    const own = delegate({ keys: testKeys('p256', 31), serial: 0x7000 });
    const certID = createCertID(pki.leaf.certificate, namesake.certificate);
    const response = respond({
      signer: own,
      responses: [singleResponse(pki), singleResponse(pki, { certID })],
    });
    expect(codeOf(response)).toBe('accepted');
    expect(codeOf(response, { ...OPTIONS, issuer: namesake.certificate })).toBe('signer-not-issued');
    expect(codeOf(response)).toBe('accepted');
  });

  it('is judged anew where SHA-1 is no longer allowed', () => {
    const bySha1 = createOcspSigner(sha1Issuer, {
      name: delegateName,
      keys: pki.delegate.keys,
      serial: 0x5000,
      notBefore: shift(NOW, -DAY_MS),
      notAfter: shift(NOW, DAY_MS),
    });
    const response = respond({ signer: bySha1 });
    expect(codeOf(response)).toBe('signature-algorithm-refused');
    expect(codeOf(response, { ...OPTIONS, allowSha1: true })).toBe('accepted');
    expect(codeOf(response)).toBe('signature-algorithm-refused');
  });

  it('does not hang on the bytes that it was read from', () => {
    const own = delegate({ keys: testKeys('p256', 30), serial: 0x6000 });
    const response = respond({ signer: own });
    const first = Buffer.from(response);
    expect(codeOf(first)).toBe('accepted');
    first.fill(0);
    expect(codeOf(response)).toBe('accepted');
  });
});
