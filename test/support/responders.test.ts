/** The responders of the tests, asked by openssl and by hand. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { decodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { startFront } from './cdn-front.ts';
import { type PkiFiles, withTempDir, writePki } from './files.ts';
import { type Responder, type ResponderOptions, startResponder } from './ocsp-responder.ts';
import { startOpensslResponder } from './openssl-responder.ts';
import { type Outcome, describeWithPeer, run } from './peers.ts';
import { createTestPki } from './pki.ts';

/** A responder that goes when its test is over. */
async function responderOf(options: ResponderOptions): Promise<Responder> {
  const responder = await startResponder(options);
  onTestFinished(() => responder.close());
  return responder;
}

const statusOf = async (answer: Response): Promise<string> =>
  decodeOCSPResponse(Buffer.from(await answer.arrayBuffer())).responseStatus;

describeWithPeer('openssl', 'asked by openssl', (openssl) => {
  const pki = createTestPki({ now: new Date() });
  const revoked = { type: 'revoked', revocationTime: pki.now, reason: 1 } as const;

  const ask = (url: string, files: PkiFiles, cert: string, ...more: string[]): Promise<Outcome> => {
    const question = ['-issuer', files.issuer, '-cert', cert, '-CAfile', files.root];
    return run(openssl, ['ocsp', '-url', url, ...question, ...more]);
  };

  it('the responder says good, then revoked', async () => {
    const responder = await responderOf({ pki });
    await withTempDir(async (dir) => {
      const files = await writePki(dir, pki);
      const good = await ask(responder.url, files, files.leaf);
      expect(good).toMatchObject({ code: 0, stderr: 'Response verify OK\n' });
      expect(good.stdout).toContain(`${files.leaf}: good\n`);
      responder.setStatus(pki.leaf.certificate.serialNumber, revoked);
      const after = await ask(responder.url, files, files.leaf);
      expect(after.stdout).toMatch(/: revoked\n[^]*Reason: keyCompromise\n/);
      expect(responder.requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
    });
  });

  it('the front says 403 to whom does not name it', async () => {
    const responder = await responderOf({ pki });
    const front = await startFront({ origin: responder.url, names: ['ocsp.example.test'] });
    onTestFinished(() => front.close());
    await withTempDir(async (dir) => {
      const files = await writePki(dir, pki);
      const refused = await ask(front.url, files, files.leaf);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('403');
      const passed = await ask(front.url, files, files.leaf, '-header', 'Host=OCSP.example.test:8080');
      expect(passed.stdout).toContain(`${files.leaf}: good\n`);
      expect(front.hosts.slice(1)).toEqual(['OCSP.example.test:8080']);
    });
  });

  it('openssl as the responder says good, revoked and unknown', async () => {
    await withTempDir(async (dir) => {
      const files = await writePki(dir, pki);
      const responder = await startOpensslResponder(openssl, files, [
        { certificate: pki.leaf.certificate, status: { type: 'good' } },
        { certificate: pki.delegate.certificate, status: revoked },
      ]);
      onTestFinished(() => responder.stop());
      expect((await ask(responder.url, files, files.leaf)).stdout).toContain(': good\n');
      expect((await ask(responder.url, files, files.delegate)).stdout).toMatch(
        /: revoked\n[^]*keyCompromise/,
      );
      expect((await ask(responder.url, files, files.issuer)).stdout).toContain(': unknown\n');
    });
  });
});

describe('the responder', () => {
  const pki = createTestPki();
  const certID = createCertID(pki.leaf.certificate, pki.issuer.certificate);
  const now = (): Date => pki.now;

  it('answers a GET as it answers a POST', async () => {
    const responder = await responderOf({ pki, now });
    const request = createRequest(certID);
    const get = await fetch(`${responder.url}${encodeURIComponent(request.toString('base64'))}`);
    const post = await fetch(responder.url, { method: 'POST', body: new Uint8Array(request) });
    expect(get.headers.get('content-type')).toBe('application/ocsp-response');
    expect(Buffer.from(await get.arrayBuffer())).toEqual(Buffer.from(await post.arrayBuffer()));
    expect(responder.requests.map(({ ocsp }) => ocsp)).toEqual([request, request]);
  });

  it.each([
    [
      'unauthorized for a certificate of another issuer',
      createRequest({ ...certID, issuerKeyHash: Buffer.alloc(20) }),
      'unauthorized',
    ],
    ['malformedRequest for what is no request', Buffer.from('hello'), 'malformedRequest'],
    [
      'an answer to a request with a nonce',
      createRequest(certID, [encodeNonce(Buffer.alloc(32))]),
      'successful',
    ],
  ])('gives %s', async (_, body, status) => {
    const responder = await responderOf({ pki, now });
    expect(await statusOf(await fetch(responder.url, { method: 'POST', body: new Uint8Array(body) }))).toBe(
      status,
    );
  });

  it('sends what mangle makes of an answer', async () => {
    const html = { status: 502, headers: { 'Content-Type': 'text/html' }, body: 'bad' };
    const responder = await responderOf({
      pki,
      now,
      mangle: (der, { method }) => (method === 'GET' ? html : der.subarray(1)),
    });
    const get = await fetch(responder.url);
    expect([get.status, get.headers.get('content-type'), await get.text()]).toEqual([
      502,
      'text/html',
      'bad',
    ]);
    const post = await fetch(responder.url, { method: 'POST', body: new Uint8Array(createRequest(certID)) });
    expect(Buffer.from(await post.arrayBuffer()).readUInt8(0)).not.toBe(0x30);
  });
});
