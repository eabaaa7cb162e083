/** Rule 5: the signature is good, by an algorithm that is not broken. */
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { createOcspSigner } from '../../../src/demo/pki/entity.ts';
import { signatureAlgorithm } from '../../../src/demo/pki/signing.ts';
import { explicit, integer, nullValue, octetString, oid, sequence } from '../../../src/der/writer.ts';
import { readResponse } from '../../../src/ocsp/read-response.ts';
import type { RuleName } from '../../../src/ocsp/rules.ts';
import { OID } from '../../../src/x509/oids.ts';
import { alterResponse, flipBit } from '../../support/alter.ts';
import { testKeys } from '../../support/keys.ts';
import { NOW } from '../../support/pki.ts';
import {
  type Refusal,
  type RuleTable,
  altered,
  delegate,
  issuerResponds,
  pki,
  respond,
  rsaDelegate,
} from './row.ts';

/** Whether a signer may sign is told together with its signature. */
const SIGNER: readonly RuleName[] = ['signer'];

const rsa = rsaDelegate({});
const pss = rsaDelegate({ padding: 'pss' });

const hashIdentifier = (id: string): Buffer => sequence(oid(id), nullValue());
const mgf1 = (id: string): Buffer => sequence(oid(OID.mgf1), hashIdentifier(id));

/** A response that is really signed by RSASSA-PSS with SHA-256 and a salt of 32, with these words about it. */
function pssWith(parameters: Buffer | undefined): Buffer {
  return altered({ signatureAlgorithm: { algorithm: OID.rsaPss, parameters } }, respond({ signer: pss }));
}

const pssParameters = (...fields: readonly Buffer[]): Buffer =>
  sequence(explicit(0, hashIdentifier(OID.sha256)), explicit(1, mgf1(OID.sha256)), ...fields);

const ODD_PSS: readonly (readonly [string, Buffer | undefined, string])[] = [
  ['no parameters', undefined, 'RSASSA-PSS without parameters'],
  ['NULL as parameters', nullValue(), 'RSASSA-PSS with parameters that cannot be read'],
  [
    'a hash that is not known',
    sequence(explicit(0, hashIdentifier('2.16.840.1.101.3.4.2.8')), explicit(1, mgf1(OID.sha256))),
    'RSASSA-PSS with a hash not known here',
  ],
  [
    'something in place of the NULL behind the hash, which nobody signed',
    sequence(
      explicit(0, sequence(oid(OID.sha256), octetString(Buffer.alloc(0)))),
      explicit(1, mgf1(OID.sha256)),
      explicit(2, integer(32)),
    ),
    'RSASSA-PSS with a hash not known here',
  ],
  [
    'a mask by another hash',
    sequence(
      explicit(0, hashIdentifier(OID.sha256)),
      explicit(1, mgf1(OID.sha384)),
      explicit(2, integer(32)),
    ),
    'RSASSA-PSS with a mask hash that is not the message hash',
  ],
  [
    'a mask that is not MGF1',
    sequence(
      explicit(0, hashIdentifier(OID.sha256)),
      explicit(1, sequence(oid('1.2.3'), hashIdentifier(OID.sha256))),
    ),
    'RSASSA-PSS with a mask hash that is not the message hash',
  ],
  [
    'trailer field 2',
    pssParameters(explicit(2, integer(32)), explicit(3, integer(2))),
    'RSASSA-PSS with trailer field 2',
  ],
  [
    'a negative salt',
    pssParameters(explicit(2, integer(Buffer.of(0xff)))),
    'RSASSA-PSS with parameters that cannot be read',
  ],
  ['something behind the parameters', pssParameters(explicit(2, integer(32)), nullValue()), 'cannot be read'],
];

const WRONG_SALT: readonly (readonly [string, number])[] = [
  ['a shorter salt than was used', 20],
  ['a longer salt than was used', 64],
  ['a salt longer than the key', 1000],
  ['the longest salt that can be written', 0x7fffffff],
];

function invalid(says: string, response: () => Buffer, message = 'signature does not verify'): Refusal {
  return { says, response, code: 'signature-invalid', message: [message] };
}

/** A key that factors in an afternoon: node:crypto would take it. */
const weak = generateKeyPairSync('rsa', { modulusLength: 512 });

const sha1Issuer = {
  ...pki.issuer,
  signer: signatureAlgorithm(pki.issuer.keys.privateKey, { hash: 'sha1' }),
};
const delegateBySha1 = createOcspSigner(sha1Issuer, {
  name: pki.delegate.certificate.subject,
  keys: pki.delegate.keys,
  serial: 0x2001,
  notBefore: pki.delegate.certificate.notBefore,
  notAfter: pki.delegate.certificate.notAfter,
});

const revoked = {
  type: 'revoked',
  revocationTime: new Date('2026-02-25T00:00:00Z'),
  reason: undefined,
} as const;

export const signature: RuleTable = {
  rule: 'signature',
  refusals: [
    invalid('one bit of the signature turned over', () =>
      alterResponse(respond(), (parts) => ({ signature: flipBit(parts.signature) })),
    ),
    invalid('an empty signature', () => altered({ signature: Buffer.alloc(0) })),
    invalid('a byte behind the values of an ECDSA signature', () =>
      alterResponse(respond(), (parts) => ({ signature: Buffer.concat([parts.signature, Buffer.of(0)]) })),
    ),
    invalid('an RSA signature with a leading zero', () =>
      alterResponse(respond({ signer: rsa }), (parts) => ({
        signature: Buffer.concat([Buffer.of(0), parts.signature]),
      })),
    ),
    invalid('a stranger’s signature in the name of the issuer', () =>
      issuerResponds({ signer: { ...pki.issuer, signer: pki.stranger.signer } }),
    ),
    invalid('a stranger’s signature in the name of the delegate', () =>
      respond({ signer: { ...pki.delegate, signer: pki.stranger.signer } }),
    ),
    invalid('the signature of another response', () =>
      altered({ signature: readResponse(respond()).signature }, respond({ producedAt: NOW })),
    ),
    invalid('revoked made good after it was signed', () =>
      altered({ tbs: readResponse(respond()).tbs }, respond({ certStatus: revoked })),
    ),
    invalid(
      'ECDSA named where the key is RSA',
      () =>
        altered({ signatureAlgorithm: pki.delegate.signer.algorithmIdentifier }, respond({ signer: rsa })),
      'ecdsa-with-SHA256 cannot be by a key of type rsa',
    ),
    invalid(
      'RSA named where the key is EC',
      () => altered({ signatureAlgorithm: rsa.signer.algorithmIdentifier }),
      'sha256WithRSAEncryption cannot be by a key of type ec',
    ),
    invalid('another hash named than was used', () =>
      altered({ signatureAlgorithm: { algorithm: '1.2.840.10045.4.3.3', parameters: undefined } }),
    ),
    invalid('PKCS#1 v1.5 named where PSS was used', () =>
      altered({ signatureAlgorithm: rsa.signer.algorithmIdentifier }, respond({ signer: pss })),
    ),
    ...WRONG_SALT.map(([says, salt]) =>
      invalid(`PSS with ${says}`, () => pssWith(pssParameters(explicit(2, integer(salt))))),
    ),
    {
      says: 'MD5',
      response: () => respond({ signer: rsaDelegate({ hash: 'md5' }) }),
      code: 'signature-algorithm-refused',
      message: ['md5WithRSAEncryption is broken', 'CN=RSA Signer'],
      unreached: SIGNER,
    },
    {
      says: 'MD5 where SHA-1 is allowed',
      response: () => respond({ signer: rsaDelegate({ hash: 'md5' }) }),
      options: { allowSha1: true },
      code: 'signature-algorithm-refused',
      message: ['md5WithRSAEncryption is broken'],
      unreached: SIGNER,
    },
    {
      says: 'MD2',
      response: () =>
        altered(
          { signatureAlgorithm: { algorithm: '1.2.840.113549.1.1.2', parameters: nullValue() } },
          respond({ signer: rsa }),
        ),
      options: { allowSha1: true },
      code: 'signature-algorithm-refused',
      message: ['md2WithRSAEncryption is broken'],
      unreached: SIGNER,
    },
    {
      says: 'SHA-1 with RSA',
      response: () => respond({ signer: rsaDelegate({ hash: 'sha1' }) }),
      code: 'signature-algorithm-refused',
      message: ['sha1WithRSAEncryption uses SHA-1'],
      unreached: SIGNER,
    },
    {
      says: 'SHA-1 with PSS, which is what its parameters say when they say nothing',
      response: () => respond({ signer: rsaDelegate({ padding: 'pss', hash: 'sha1' }) }),
      code: 'signature-algorithm-refused',
      message: ['RSASSA-PSS sha1 uses SHA-1'],
      unreached: SIGNER,
    },
    {
      says: 'SHA-1 with ECDSA, by the issuer itself',
      response: () => issuerResponds({ signer: sha1Issuer }),
      code: 'signature-algorithm-refused',
      message: ['ecdsa-with-SHA1 uses SHA-1', 'CN=Test Issuer'],
      unreached: SIGNER,
    },
    {
      says: 'a delegate whose certificate is signed with SHA-1',
      response: () => respond({ signer: delegateBySha1 }),
      code: 'signature-algorithm-refused',
      message: ['CN=Test OCSP Signer was not issued by the key of', 'ecdsa-with-SHA1 uses SHA-1'],
      unreached: SIGNER,
    },
    ...ODD_PSS.map(([says, parameters, message]) => ({
      says: `PSS with ${says}`,
      response: () => pssWith(parameters),
      code: 'signature-algorithm-unknown' as const,
      message: [message],
      unreached: SIGNER,
    })),
    {
      says: 'RSA with SHA-224',
      response: () =>
        altered(
          { signatureAlgorithm: { algorithm: '1.2.840.113549.1.1.14', parameters: nullValue() } },
          respond({ signer: rsa }),
        ),
      code: 'signature-algorithm-unknown',
      message: ['1.2.840.113549.1.1.14 is not a signature algorithm known here'],
      unreached: SIGNER,
    },
    {
      says: 'ECDSA with NULL as parameters',
      response: () =>
        alterResponse(respond(), ({ signatureAlgorithm: { algorithm } }) => ({
          signatureAlgorithm: { algorithm, parameters: nullValue() },
        })),
      code: 'signature-algorithm-unknown',
      message: ['ecdsa-with-SHA256 has parameters, where none belong'],
      unreached: SIGNER,
    },
    {
      says: 'RSA with parameters other than NULL',
      response: () =>
        alterResponse(respond({ signer: rsa }), ({ signatureAlgorithm: { algorithm } }) => ({
          signatureAlgorithm: { algorithm, parameters: octetString(Buffer.alloc(0)) },
        })),
      code: 'signature-algorithm-unknown',
      message: ['sha256WithRSAEncryption has parameters, where none belong'],
      unreached: SIGNER,
    },
    {
      says: 'a delegate with an RSA key of 512 bits',
      response: () => respond({ signer: delegate({ keys: weak }) }),
      code: 'signature-algorithm-unknown',
      message: ['RSA key of 512 bits, allowed are 1024 to 16384'],
      unreached: SIGNER,
    },
    {
      says: 'a delegate with a key on secp256k1',
      response: () =>
        respond({ signer: delegate({ keys: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }) }) }),
      code: 'signature-algorithm-unknown',
      message: ['elliptic curve 1.3.132.0.10, allowed are P-256, P-384 and P-521'],
      unreached: SIGNER,
    },
  ],
  acceptances: [
    {
      says: 'SHA-1 with RSA where it is allowed by name',
      response: () => respond({ signer: rsaDelegate({ hash: 'sha1' }) }),
      options: { allowSha1: true },
    },
    {
      says: 'SHA-1 with PSS where it is allowed by name',
      response: () => respond({ signer: rsaDelegate({ padding: 'pss', hash: 'sha1' }) }),
      options: { allowSha1: true },
    },
    {
      says: 'a delegate whose certificate is signed with SHA-1 where it is allowed by name',
      response: () => respond({ signer: delegateBySha1 }),
      options: { allowSha1: true },
    },
    {
      says: 'RSA without the NULL of its parameters, as some encoders leave it out',
      response: () =>
        alterResponse(respond({ signer: rsa }), ({ signatureAlgorithm: { algorithm } }) => ({
          signatureAlgorithm: { algorithm, parameters: undefined },
        })),
    },
    ...[0, 20, 32].map((saltLength) => ({
      says: `PSS with a salt of ${saltLength} octets`,
      response: () => respond({ signer: rsaDelegate({ padding: 'pss', saltLength }) }),
    })),
    {
      says: 'PSS with its default trailer field spelt out',
      response: () => pssWith(pssParameters(explicit(2, integer(32)), explicit(3, integer(1)))),
    },
    {
      says: 'PSS by the same key as PKCS#1 v1.5',
      response: () =>
        alterResponse(respond({ signer: rsa }), ({ tbs }) => ({
          signatureAlgorithm: pss.signer.algorithmIdentifier,
          signature: sign('sha256', tbs, {
            key: testKeys('rsa-2048').privateKey,
            padding: constants.RSA_PKCS1_PSS_PADDING,
            saltLength: 32,
          }),
        })),
    },
  ],
};
