import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import { createRequest, decodeOCSPRequest } from '../../../src/ocsp/ocsp-request.ts';
import { findPathRequest } from '../../../src/relay/front/path-request.ts';
import { readTarget, upstreamOf } from '../../../src/relay/front/target.ts';
import { createTestPki } from '../../support/pki.ts';

/** No INTEGER of DER begins otherwise than with what it needs. */
const SERIAL_START = 0x11;

const pki = createTestPki();
/** One whose base64 has all that clients forget to escape. */
const der = findDer();
const plain = der.toString('base64');
const escaped = encodeURIComponent(plain);

function findDer(): Buffer {
  const certID = createCertID(pki.leaf.certificate, pki.issuer.certificate);
  for (let i = 0; i < 100_000; i++) {
    const digest = createHash('sha256').update(String(i)).digest();
    const number = Buffer.concat([Buffer.of(SERIAL_START), digest.subarray(0, 15 + (i % 3))]);
    const request = createRequest({ ...certID, serialNumber: number });
    if (/\/.*\+.*\/.*=$/.test(request.toString('base64'))) return request;
  }
  throw new Error('none found');
}

/** What a target asks and whom: the shape in which the front puts the two together. */
function read(text: string): { der: Buffer; upstream: string | undefined } | 'malformed' | undefined {
  const target = readTarget(text);
  const found = target && findPathRequest(target.rest);
  if (!target || typeof found !== 'object') return typeof found === 'string' ? found : undefined;
  return { der: found.der, upstream: upstreamOf(target, found.before) };
}

describe('the request in a target', () => {
  it.each([
    ['escaped, as the RFC says', `/${escaped}`],
    ['with nothing escaped', `/${plain}`],
    ['with only the slashes escaped', `/${plain.replaceAll('/', '%2f')}`],
    ['escaped twice', `/${encodeURIComponent(escaped)}`],
    ['with spaces for plus', `/${plain.replaceAll('+', '%20').replaceAll('/', '%2F')}`],
    ['without padding', `/${plain.replace(/=+$/, '')}`],
    ['in the alphabet for URLs', `/${der.toString('base64url')}`],
    ['in lines', `/${encodeURIComponent(plain.replaceAll(/.{64}/g, '$&\n'))}`],
    ['with a slash behind', `/${plain}/`],
    ['without padding, with a slash behind', `/${plain.replace(/=+$/, '')}/`],
    ['behind two slashes', `//${escaped}`],
    ['behind a path', `/ocsp/ca-1/${plain}`],
    ['behind a path that begins like a request', `/MAIN/ME/${plain}`],
    ['before a query', `/${plain}?x=1`],
    ['behind a query', `/ocsp?ca=1/${escaped}`],
  ])('%s', (_, target) => {
    expect(read(target)).toEqual({ der, upstream: undefined });
  });

  it.each([
    ['http://ocsp.example/', 'http://ocsp.example/', ''],
    ['http://ocsp.example:8080/a/b/', 'http://ocsp.example:8080/a/b', ''],
    ['http://ocsp.example/a//', 'http://ocsp.example/a/', ''],
    ['HTTP://OCSP.example/', 'http://ocsp.example/', ''],
    ['http://[::1]:81/', 'http://[::1]:81/', ''],
    ['https://ocsp.example/', 'https://ocsp.example/', ''],
    ['/http://ocsp.example/', 'http://ocsp.example/', ''],
    ['/http:/ocsp.example/a/', 'http://ocsp.example/a', ''],
    ['//http://ocsp.example/', 'http://ocsp.example/', ''],
    ['/http://ocsp.example/a%20b/', 'http://ocsp.example/a%20b', ''],
    ['/http%3A%2F%2Focsp.example%3A81%2Fa/', 'http://ocsp.example:81/a', ''],
    ['/http%3a%2f%2focsp.example/', 'http://ocsp.example/', ''],
    ['/http://ocsp.example/', 'http://ocsp.example/?ca=1', '?ca=1'],
    ['/http://ocsp.example/ocsp?ca=1/', 'http://ocsp.example/ocsp?ca=1', ''],
    ['http://user:secret@ocsp.example/', undefined, ''],
    ['http://[nonsense/', undefined, ''],
    ['http:///', undefined, ''],
  ])('%s… names %s', (before, upstream, behind) => {
    expect(read(before + escaped + behind)).toEqual({ der, upstream });
    expect(read(before + plain + behind)).toEqual({ der, upstream });
  });

  it.each([
    ['cut short', `/${plain.slice(0, 40)}`],
    ['one byte too long', `/${Buffer.concat([der, Buffer.of(0)]).toString('base64')}`],
    ['with a wrong byte within', `/${broken().toString('base64')}`],
    ['with a character that is none of base64', `/${plain.slice(0, 30)}*${plain.slice(31)}`],
  ])('%s is malformed', (_, target) => {
    expect(read(target)).toBe('malformed');
  });

  it.each([
    '/',
    '/favicon.ico',
    '/MAIN',
    '/MEMO/index.html',
    '/ME',
    '/%',
    '/%zz',
    '/?',
    '*',
    '',
    'ftp://x/',
    '/http://ocsp.example/',
  ])('%s is not meant as one', (target) => {
    expect(read(target)).toBeUndefined();
  });

  it('gives up on a path of nothing but beginnings', () => {
    expect(read(`/${plain}${'/MEMwQTA/'.repeat(1500)}`)).toBe('malformed');
  });
});

/** The tag of the CertID's serial number turned into that of a string. */
function broken(): Buffer {
  const { serialNumber } = decodeOCSPRequest(der).tbsRequest.requestList[0]?.reqCert ?? { serialNumber: der };
  const copy = Buffer.from(der);
  copy[der.length - serialNumber.length - 2] = 0x0c;
  return copy;
}
