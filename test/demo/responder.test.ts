import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthorities, issueServerCertificate, stolen } from '../../src/demo/authorities.ts';
import { startResponder } from '../../src/demo/responder.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { decodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';

const START = new Date('2026-02-25T12:00:00.700Z');
const HOUR_MS = 3_600_000;

async function world() {
  let now = START;
  const authorities = createAuthorities(START);
  const { certificate } = issueServerCertificate(authorities, START, 'http://localhost/');
  const issuer = authorities.issuer.certificate;
  const responder = await startResponder({ ...authorities, now: () => now });
  onTestFinished(() => responder.close());
  const url = `http://127.0.0.1:${responder.port}/`;
  const request = createRequest(createCertID(certificate, issuer));
  const get = (): Promise<Response> => fetch(url + encodeURIComponent(request.toString('base64')));
  return {
    responder,
    certificate,
    url,
    request,
    get,
    wait: (ms: number) => (now = new Date(now.getTime() + ms)),
    verdict: async (answer: Response) => verifyResponse(await bytesOf(answer), { certificate, issuer, now }),
  };
}

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

describe('the responder of the demo', () => {
  it('does not know a certificate that nobody told it of', async () => {
    const { get, verdict } = await world();
    expect((await verdict(await get())).certStatus).toEqual({ type: 'unknown' });
  });

  it('says what it was told last, signed by its delegate, for twelve hours', async () => {
    const { responder, certificate, get, verdict } = await world();
    responder.setStatus(certificate, { type: 'good' });
    expect(await verdict(await get())).toMatchObject({
      certStatus: { type: 'good' },
      thisUpdate: new Date('2026-02-25T12:00:00Z'),
      nextUpdate: new Date('2026-02-26T00:00:00Z'),
      signer: { kind: 'delegate' },
    });
    responder.setStatus(certificate, stolen(START));
    expect((await verdict(await get())).certStatus).toMatchObject({ type: 'revoked', reason: 1 });
  });

  it('gives the same bytes to GET and POST, until it is time for new ones', async () => {
    const { url, request, get, wait } = await world();
    const first = await bytesOf(await get());
    wait(2.9 * HOUR_MS);
    expect(await bytesOf(await fetch(url, { method: 'POST', body: new Uint8Array(request) }))).toEqual(first);
    wait(0.2 * HOUR_MS);
    expect(await bytesOf(await get())).not.toEqual(first);
  });

  it('tells caches to keep an answer for a quarter of its life, less what is gone of it', async () => {
    const { get, wait } = await world();
    const { headers } = await get();
    expect(headers.get('cache-control')).toBe('max-age=10799, public, no-transform, must-revalidate');
    expect(headers.get('last-modified')).toBe('Wed, 25 Feb 2026 12:00:00 GMT');
    expect(headers.get('expires')).toBe('Thu, 26 Feb 2026 00:00:00 GMT');
    expect(headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    wait(HOUR_MS);
    const later = await get();
    expect(later.headers.get('cache-control')).toMatch(/^max-age=7199,/);
    expect(later.headers.get('etag')).toBe(headers.get('etag'));
  });

  it.each(['', 'AAAA', '%E0%A4%A'])('says malformedRequest, for no cache, to GET /%s', async (path) => {
    const { url } = await world();
    const answer = await fetch(url + path);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(decodeOCSPResponse(await bytesOf(answer)).responseStatus).toBe('malformedRequest');
  });

  it('does not read what is too large to be a request', async () => {
    const { url } = await world();
    const answer = await fetch(url, { method: 'POST', body: Buffer.alloc(1_000_000) });
    expect(answer.status).toBe(413);
  });
});
