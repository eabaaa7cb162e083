/** Requests that `openssl ocsp` makes, and ours in its eyes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { decodeNonce, encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import {
  type OCSPRequest,
  createRequest,
  decodeOCSPRequest,
  encodeOCSPRequest,
  encodeTBSRequest,
} from '../../src/ocsp/ocsp-request.ts';
import { hex } from '../../src/text.ts';
import { decodeCertificate } from '../../src/x509/certificate.ts';
import { findExtension } from '../../src/x509/extension.ts';
import { formatGeneralName } from '../../src/x509/general-name.ts';
import { OID } from '../../src/x509/oids.ts';
import { verifySignature } from '../../src/x509/verify-signature.ts';
import { type PkiFiles, withTempDir, writePki } from '../support/files.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';

const pki = createTestPki();
const [leaf, issuer] = [pki.leaf.certificate, pki.issuer.certificate];

type Arguments = (files: PkiFiles) => readonly string[];

async function made(openssl: string, args: Arguments): Promise<Buffer> {
  return withTempDir(async (dir) => {
    const files = await writePki(dir, pki);
    const out = join(dir, 'request.der');
    // With neither -url nor -host, openssl writes the request and stops.
    await run(openssl, ['ocsp', ...args(files), '-reqout', out]);
    return readFile(out);
  });
}

const asks: Arguments = (files) => ['-issuer', files.issuer, '-cert', files.leaf];
const signed: Arguments = (files) => [
  ...asks(files),
  '-signer',
  files.leaf,
  '-signkey',
  files.leafKey,
  '-sign_other',
  files.issuer,
];

const REQUESTS: readonly (readonly [string, Arguments])[] = [
  ['with a nonce', asks],
  ['without a nonce', (files) => ['-no_nonce', ...asks(files)]],
  ['by SHA-256', (files) => ['-sha256', ...asks(files)]],
  ['for several', (files) => [...asks(files), '-cert', files.delegate, '-serial', '0xff']],
  ['signed', signed],
];

describeWithPeer('openssl', 'a request that openssl made', (openssl) => {
  it.each(REQUESTS)('%s is decoded, and encoded to the same bytes', async (_, args) => {
    const der = await made(openssl, args);
    const request = decodeOCSPRequest(der);
    expect(encodeOCSPRequest(request)).toEqual(der);
    expect(encodeTBSRequest(request.tbsRequest)).toEqual(request.tbs);
    expect(request.tbsRequest.requestList[0]?.reqCert.serialNumber).toEqual(leaf.serialNumber);
  });

  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('by %s is the one that we make', async (hash) => {
    const der = await made(openssl, (files) => [`-${hash}`, '-no_nonce', ...asks(files)]);
    expect(createRequest(createCertID(leaf, issuer, hash))).toEqual(der);
  });

  it('asks for each certificate in its order', async () => {
    const der = await made(openssl, (files) => [...asks(files), '-cert', files.delegate, '-serial', '0xff']);
    const serials = decodeOCSPRequest(der).tbsRequest.requestList.map(({ reqCert }) =>
      hex(reqCert.serialNumber),
    );
    expect(serials).toEqual(['1003', '1002', '00FF']);
  });

  it('has a nonce that we read', async () => {
    const { requestExtensions } = decodeOCSPRequest(await made(openssl, asks)).tbsRequest;
    const nonce = findExtension(requestExtensions, OID.ocspNonce);
    expect(nonce && decodeNonce(nonce.value).length).toBe(16);
  });

  it('is signed by its requestor', async () => {
    const { tbs, tbsRequest, optionalSignature } = decodeOCSPRequest(await made(openssl, signed));
    expect(tbsRequest.requestorName && formatGeneralName(tbsRequest.requestorName)).toBe(
      'directory:O=Restaple Test, CN=www.example.test',
    );
    expect(optionalSignature?.certs.map((cert) => decodeCertificate(cert).raw)).toEqual([
      leaf.raw,
      issuer.raw,
    ]);
    const check = (bytes: Buffer, { signatureAlgorithm, signature }: Signature): unknown =>
      verifySignature(signatureAlgorithm, bytes, signature, leaf.subjectPublicKeyInfo, { allowSha1: false });
    expect(optionalSignature && check(tbs, optionalSignature)).toBeUndefined();
    expect(optionalSignature && check(issuer.tbs, optionalSignature)).toMatchObject({ problem: 'invalid' });
  });
});

type Signature = NonNullable<OCSPRequest['optionalSignature']>;

describeWithPeer('openssl', 'a request that we made', (openssl) => {
  it('is read by openssl', async () => {
    const der = createRequest(createCertID(leaf, issuer, 'sha256'), [encodeNonce(Buffer.alloc(32, 0xab))]);
    const text = await withTempDir(async (dir) => {
      const file = join(dir, 'request.der');
      await writeFile(file, der);
      return (await run(openssl, ['ocsp', '-reqin', file, '-req_text'])).stdout;
    });
    expect(text).toContain('Hash Algorithm: sha256');
    expect(text).toContain('Serial Number: 1003');
    expect(text).toContain('OCSP Nonce: \n            0420ABABAB');
  });
});
