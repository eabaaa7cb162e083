/** How each error about a CRL comes about. Nothing is sent: the answers are made here. */
import { fetchCrlStatus } from '../../../src/crl/fetch-crl-status.ts';
import { createServer } from '../../../src/demo/pki/entity.ts';
import { crlDistributionPoints } from '../../../src/demo/pki/extensions.ts';
import { name } from '../../../src/demo/pki/name.ts';
import type { CrlCode } from '../../../src/errors.ts';
import type { HttpAnswer } from '../../../src/http/message.ts';
import { URL_OF_CRL, crl, pki } from '../../crl/world.ts';
import { issuingDistributionPoint } from '../../support/crl.ts';
import { testKeys } from '../../support/keys.ts';
import { NEXT_UPDATE, NOW, createTestPki } from '../../support/pki.ts';
import type { Example, Examples } from './example.ts';

const SERVED = { status: 200, statusText: 'OK', headers: {}, address: '192.0.2.1' };

/** The status of a certificate that names these URLs, where this is what is answered. */
const answered =
  (answer: Partial<HttpAnswer>, { issuer = pki.issuer, now = NOW, urls = [URL_OF_CRL] } = {}): Example =>
  () => {
    const { certificate } = createServer(issuer, {
      name: name([['CN', 'www.example.test']]),
      keys: testKeys('p256', 3),
      serial: 0x3000,
      notBefore: pki.leaf.certificate.notBefore,
      notAfter: pki.leaf.certificate.notAfter,
      extensions: urls.length === 0 ? [] : [crlDistributionPoints(urls)],
    });
    return fetchCrlStatus({
      certificate,
      issuer: issuer.certificate,
      client: {
        exchange: () => Promise.resolve({ ...SERVED, body: Buffer.alloc(0), ...answer }),
        close: () => undefined,
      },
      now,
      allowSha1: false,
      headers: [],
      timeoutMs: 1000,
    });
  };

const withSha1 = createTestPki({
  issuer: { keys: testKeys('rsa-2048'), signature: { hash: 'sha1' } },
}).issuer;

export const CRL_EXAMPLES: Examples<CrlCode> = {
  'crl-not-found': answered({}, { urls: ['ldap://ldap.example.test/'] }),
  'crl-not-served': answered({ status: 404, statusText: 'Not Found' }),
  'crl-malformed': answered({ body: Buffer.from('3080', 'hex') }),
  'crl-signer-refused': answered({ body: crl({ signer: pki.stranger }) }),
  'crl-signature-invalid': answered({
    body: crl({ signer: pki.stranger, issuer: pki.issuer.certificate.subject }),
  }),
  'crl-algorithm-refused': answered({ body: crl({ signer: withSha1 }) }, { issuer: withSha1 }),
  'crl-not-current': answered({ body: crl() }, { now: NEXT_UPDATE }),
  'crl-out-of-scope': answered({
    body: crl({ extensions: [issuingDistributionPoint({ urls: ['http://crl.example.test/2.crl'] })] }),
  }),
  'crl-unsupported': answered({ body: crl({ extensions: [issuingDistributionPoint({ flags: [4] })] }) }),
};
