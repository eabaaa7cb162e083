/** One response decoded and verified, against the least that it can cost and against what else there is in JavaScript. */
import { createPublicKey, verify } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import {
  type BasicOCSPResponse,
  decodeBasicOCSPResponse,
  decodeCertificate,
  decodeOCSPResponse,
  verifyResponse,
} from '../src/ocsp/index.ts';
import { type TestPki, createTestPki, testResponse } from '../test/support/pki.ts';
import { batch } from './batch.ts';
import { compare, interleave } from './measure.ts';
import type { Section } from './section.ts';
import type { Row } from './table.ts';

const ROUNDS = { rounds: 41, warmUp: 3 };
const VERIFY_GOAL = 1.3;

const KINDS = [
  ['rsa-2048', 'RSA-2048'],
  ['p256', 'P-256'],
] as const;

const NOTES = [
  'Decode and verify: a response for one certificate by a delegated signer whose certificate is embedded, SHA-256; the asked certificate and its issuer are decoded before, and the signer has been met before, so that its key and its right to sign are known. restaple applies rules 1 to 9; that only `good` is kept is for the caller.',
  '`crypto.verify` is the check of the signature alone, with the key already imported: the floor.',
  'pkijs decodes BER, and decodes embedded certificates with the response; "signature" is its decoding and `verifyWithPublicKey` with the key of the embedded certificate, with no check of who signed; `verify()` checks the signature, the chain of the signer (at the time of the machine) and its right to sign, anew each time. Neither checks thisUpdate and nextUpdate, nor that the answer is about the asked certificate.',
  'asn1js makes a tree of the elements, with no types of OCSP. For the rows of decoding alone, restaple decodes the embedded certificate as well.',
];

export async function bench(): Promise<Section> {
  const rows: Row[] = [];
  for (const [kind, title] of KINDS)
    rows.push(...(await measure(createTestPki({ now: new Date(), kind }), title)));
  return { rows, notes: NOTES };
}

async function measure(pki: TestPki, title: string): Promise<Row[]> {
  const der = testResponse(pki);
  const certificate = decodeCertificate(pki.leaf.certificate.raw);
  const issuer = decodeCertificate(pki.issuer.certificate.raw);
  const { tbs, signature, certs } = decode(der);
  const [delegate] = certs.map((cert) => decodeCertificate(cert));
  if (!delegate) throw new Error('the response has no certificate of its signer');
  const key = createPublicKey({ key: delegate.subjectPublicKeyInfo, format: 'der', type: 'spki' });
  const bytes = new Uint8Array(der);
  const trust = {
    trustedCerts: [pkijs.Certificate.fromBER(new Uint8Array(pki.root.certificate.raw))],
    issuerCerts: [pkijs.Certificate.fromBER(new Uint8Array(issuer.raw))],
  };

  const ours = await batch(`decode and verify, ${title}`, () =>
    verifyResponse(der, { certificate, issuer, now: pki.now }),
  );
  const bare = await batch('`crypto.verify`', () => good(verify('sha256', tbs, key, signature)));
  const theirSignature = await batch('pkijs, signature', async () => good(await signatureByPkijs(bytes)));
  const theirVerify = await batch('pkijs, `verify()`', async () => good(await basicOf(bytes).verify(trust)));
  const ourDecoding = await batch(`decode alone, ${title}`, () =>
    decode(der).certs.map((cert) => decodeCertificate(cert)),
  );
  const theirDecoding = await batch('pkijs, decoding', () => basicOf(bytes));
  const tree = await batch('asn1js', () => treesOf(bytes));

  const contenders = [ours, bare, theirSignature, theirVerify, ourDecoding, theirDecoding, tree];
  const samples = await interleave(contenders, ROUNDS);
  return [
    { ...compare(samples, ours, bare), goal: VERIFY_GOAL },
    compare(samples, ours, theirSignature),
    compare(samples, ours, theirVerify),
    compare(samples, ourDecoding, theirDecoding),
    compare(samples, ourDecoding, tree),
  ];
}

function decode(der: Buffer): BasicOCSPResponse {
  const { responseBytes } = decodeOCSPResponse(der);
  if (!responseBytes) throw new Error('the response has no responseBytes');
  return decodeBasicOCSPResponse(responseBytes.response);
}

function basicOf(der: Uint8Array<ArrayBuffer>): pkijs.BasicOCSPResponse {
  const { responseBytes } = pkijs.OCSPResponse.fromBER(der);
  if (!responseBytes) throw new Error('the response has no responseBytes');
  return pkijs.BasicOCSPResponse.fromBER(responseBytes.response.getValue());
}

function signatureByPkijs(der: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { tbsResponseData, signature, signatureAlgorithm, certs } = basicOf(der);
  const [signer] = certs ?? [];
  if (!signer) throw new Error('the response has no certificate of its signer');
  // Copied, since the type that pkijs declares may lie over shared memory, which WebCrypto does not take.
  const tbs = new Uint8Array(tbsResponseData.tbsView);
  return pkijs
    .getCrypto(true)
    .verifyWithPublicKey(tbs, signature, signer.subjectPublicKeyInfo, signatureAlgorithm);
}

function treesOf(der: Uint8Array<ArrayBuffer>): asn1js.BaseBlock {
  const { result, offset } = asn1js.fromBER(der);
  if (offset === -1) throw new Error(result.error);
  return result;
}

function good(isGood: boolean): void {
  if (!isGood) throw new Error('the signature is not found good');
}
