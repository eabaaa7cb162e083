/** `restaple ocsp` and an https responder of a private CA. openssl asks whoever answers there, whatever -CAfile says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpsServer, createTlsIdentity, startHttpsServer } from '../support/https-server.ts';
import { testResponse } from '../support/pki.ts';
import { QUESTION, pki, withSite } from './ocsp-helper.ts';

const identity = createTlsIdentity('localhost');
let responder: HttpsServer;
beforeAll(async () => {
  responder = await startHttpsServer(identity, (_request, response) => response.end(testResponse(pki)));
});
afterAll(() => responder.close());

describe('the responder of a private CA over https', () => {
  const REFUSED = /^restaple: cannot make a TLS connection .*\nhint: .* -CAfile FILE/;
  const GOOD = /^domain.crt: good\n/;

  it.each<[string, string[], number, RegExp]>([
    ['is asked when -CAfile has its root', ['-CAfile', '@tls.pem', '-CAfile', '@root.crt'], 0, GOOD],
    ['with -noverify, too', ['-CAfile', '@tls.pem', '-noverify'], 0, GOOD],
    ['is not when it has another', ['-CAfile', '@root.crt'], 75, REFUSED],
    ['is not without', [], 75, REFUSED],
  ])('%s', (_, flags, exitCode, says) =>
    withSite(async ({ ocsp, put }) => {
      await put('tls.pem', identity.rootPem);
      const url = `https://localhost:${responder.port}/`;
      const run = await ocsp([...QUESTION, '-no_nonce', '-url', url, ...flags]);
      expect(run).toMatchObject({ exitCode });
      expect(exitCode === 0 ? run.out : run.err).toMatch(says);
    }),
  );

  it('says it when its certificate is for another name', () =>
    withSite(async ({ ocsp, put }) => {
      await put('tls.pem', identity.rootPem);
      const url = `https://127.0.0.1:${responder.port}/`;
      const run = await ocsp([...QUESTION, '-no_nonce', '-url', url, '-CAfile', '@tls.pem']);
      expect(run).toMatchObject({ exitCode: 75, out: '' });
      expect(run.err).toContain('its certificate is for');
    }));
});
