/** How each error between restaple and a responder comes about. Nothing is sent: the answers and faults are made here. */
import type { TransportCode } from '../../../src/errors.ts';
import { createHttpClient } from '../../../src/http/client.ts';
import {
  type Progress,
  networkFailure,
  proxyFailure,
  timeoutFailure,
  tooLargeFailure,
} from '../../../src/http/failure.ts';
import type { HttpAnswer } from '../../../src/http/message.ts';
import { requireOcspBody } from '../../../src/http/ocsp-body.ts';
import { exchangeFollowing } from '../../../src/http/redirects.ts';
import { requireOk } from '../../../src/http/status.ts';
import { MAX_DER_BYTES } from '../../../src/der/reader.ts';
import type { Examples } from './example.ts';

const url = new URL('http://ocsp.example.test/');

const progress: Progress = {
  url,
  stage: 'answering',
  addresses: ['192.0.2.1'],
  status: undefined,
  received: 0,
  declared: undefined,
};

/** As node:dns makes it. */
const noSuchName = Object.assign(new Error('getaddrinfo ENOTFOUND ocsp.example.test'), {
  code: 'ENOTFOUND',
  syscall: 'getaddrinfo',
});

/** As node:tls makes it. */
const unknownRoot = Object.assign(new Error('self-signed certificate in certificate chain'), {
  code: 'SELF_SIGNED_CERT_IN_CHAIN',
});

const page: HttpAnswer = {
  status: 200,
  statusText: 'OK',
  headers: { 'content-type': 'text/html' },
  body: Buffer.from('<html><title>Log in</title></html>\n'),
  address: '192.0.2.1',
};

const get = { method: 'GET', url: new URL('https://ocsp.example.test/'), maxBytes: 1 } as const;
const moved: HttpAnswer = {
  ...page,
  status: 302,
  statusText: 'Found',
  headers: { location: 'http://login.example.test/' },
};

const forbidden: HttpAnswer = {
  ...page,
  status: 403,
  statusText: 'Forbidden',
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('error code: 1003'),
};

export const TRANSPORT_EXAMPLES: Examples<TransportCode> = {
  'url-invalid': () =>
    createHttpClient().exchange({ method: 'GET', url: new URL('ldap://ldap.example.test/'), maxBytes: 1 }),
  'address-refused': () =>
    createHttpClient().exchange({ method: 'GET', url: new URL('http://10.1.2.3/'), maxBytes: 1 }),
  'redirect-refused': () => exchangeFollowing({ exchange: () => Promise.resolve(moved), close() {} }, get),
  'proxy-failed': () => {
    const proxy = 'proxy.example.test:3128';
    throw proxyFailure('answers 407 Proxy Authentication Required', { ...progress, proxy });
  },
  'http-unreachable': () => {
    throw networkFailure(noSuchName, { ...progress, stage: 'connecting', addresses: [] });
  },
  'http-tls-failed': () => {
    const secure = new URL('https://ocsp.example.test/');
    throw networkFailure(unknownRoot, { ...progress, url: secure, stage: 'handshake' });
  },
  'http-timeout': () => {
    throw timeoutFailure(15_000, progress);
  },
  'http-status': () => requireOk(forbidden, new URL('http://192.0.2.1/'), '192.0.2.1'),
  'http-too-large': () => {
    throw tooLargeFailure(MAX_DER_BYTES, { ...progress, status: 200, declared: 10_485_760 });
  },
  'http-not-ocsp': () => requireOcspBody(page, url),
};
