/** What is told of files that are no certificate, by their bytes alone. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { integer, sequence } from '../../src/der/writer.ts';
import { otherFile } from '../../src/doctor/other-file.ts';
import { crl } from '../crl/world.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { createTestPki, testResponse } from '../support/pki.ts';

const pki = createTestPki();
const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const { leaf } = pki;

describe('a file', () => {
  it.each<[string, Uint8Array | string, string]>([
    ['of nothing', '', 'it is empty'],
    ['of a staple', testResponse(pki), 'it is an OCSP response'],
    ['of a CRL in DER', crl(), 'it is a CRL'],
    ['of a key in PEM', keyPem(leaf), 'it holds PRIVATE KEY'],
    ['of a key as PKCS#1', rsa.export({ format: 'der', type: 'pkcs1' }), 'it is a private key'],
    ['of a key as PKCS#8', ec.export({ format: 'der', type: 'pkcs8' }), 'it is a private key'],
    ['of a key as SEC 1', ec.export({ format: 'der', type: 'sec1' }), 'it is a private key'],
    [
      'of PKCS#12',
      sequence(integer(3), sequence()),
      'it is PKCS#12 (.p12, .pfx), certificates and keys under a password',
    ],
    [
      'of PKCS#12 as Windows writes it',
      Buffer.from('3080020103308006', 'hex'),
      'it is PKCS#12 (.p12, .pfx), certificates and keys under a password',
    ],
    ['of a CSR in DER', sequence(sequence(integer(0))), 'it is a request for a certificate (CSR)'],
    [
      'of a CSR in PEM',
      '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n',
      'it holds CERTIFICATE REQUEST',
    ],
    [
      'of a certificate in UTF-16',
      Buffer.from(`\ufeff${certificatesPem(leaf)}`, 'utf16le'),
      'it is text in UTF-16, not ASCII',
    ],
    ['of a page', '\n<!DOCTYPE html><title>404</title>', 'it is a web page, or XML'],
  ])('%s', (_sentence, content, words) => {
    expect(otherFile(Buffer.from(content))).toMatchObject({ words });
  });

  it.each<[string, Uint8Array | string]>([
    ['with a certificate', certificatesPem(leaf)],
    ['with a certificate and its key', keyPem(leaf) + certificatesPem(leaf)],
    ['with a certificate in DER', leaf.certificate.raw],
    ['with a certificate that is cut short', certificatesPem(leaf).slice(0, -40)],
    ['of words', 'hello'],
    ['of a single byte', Buffer.of(0x30)],
  ])('%s is left to whoever reads certificates', (_sentence, content) => {
    expect(otherFile(Buffer.from(content))).toBeUndefined();
  });
});
