/** One look at a real server, and one staple fetched. */
import { describe, expect, it } from 'vitest';
import { fetchStaple } from '../../src/staple/fetch-staple.ts';
import { checkServer } from '../../src/tls/check-server.ts';
import { listen } from '../support/loopback.ts';
import { testResponse } from '../support/pki.ts';
import { HERE, type Site, end, pki, serve, site, withResponder } from './site.ts';

async function looking(
  one: Site,
  staple: Buffer | null,
  look: (port: number) => Promise<void>,
): Promise<void> {
  const server = serve(one);
  server.on('OCSPRequest', (_certificate, _issuer, answer) => answer(null, staple));
  const port = await listen(server);
  try {
    await look(port);
  } finally {
    await end(server);
  }
}

const tomorrow = (): Date => new Date(Date.now() + 86_400_000);

describe('checkServer', () => {
  it('says that the staple is good, and how much of its life is used', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test', { mustStaple: true });
      const { der } = await fetchStaple(www.cert, HERE);
      await looking(www, der, async (port) => {
        const report = await checkServer('127.0.0.1', { port });
        expect(report).toMatchObject({ state: 'good', mustStaple: true, isBroken: false, staple: der });
        expect(report.lifeUsed).toBeCloseTo(1 / 12, 2);
        expect(report.certificate.raw).toEqual(www.entity.certificate.raw);
      });
    });
  });

  it('says what is wrong', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test', { mustStaple: true });
      const other = site(responder, 'other.example.test');
      responder.setStatus(other.entity.certificate.serialNumber, { type: 'good' });
      const foreign = (await fetchStaple(other.cert, HERE)).der;
      await looking(www, null, async (port) => {
        expect(await checkServer('127.0.0.1', { port })).toMatchObject({ state: 'none', isBroken: true });
      });
      await looking(www, foreign, async (port) => {
        const { state, error } = await checkServer('127.0.0.1', { port });
        expect([state, error?.code]).toEqual(['refused', 'certid-mismatch']);
      });
      await looking(www, (await fetchStaple(www.cert, HERE)).der, async (port) => {
        const { state, error } = await checkServer('127.0.0.1', { port, now: tomorrow });
        expect([state, error?.code]).toEqual(['refused', 'response-expired']);
      });
    });
  });
});

describe('fetchStaple', () => {
  it('throws what keeps the response from being a staple', async () => {
    await withResponder(
      async (responder) => {
        const www = site(responder, 'www.example.test');
        await expect(fetchStaple(www.cert, HERE)).rejects.toMatchObject({ code: 'certificate-unknown' });
        await expect(fetchStaple(www.cert)).rejects.toMatchObject({ code: 'address-refused' });
      },
      { defaultStatus: { type: 'unknown' } },
    );
    const bare = site({ url: '' }, 'www.example.test', { ocspUrls: [] });
    await expect(fetchStaple(bare.cert, HERE)).rejects.toMatchObject({ code: 'responder-url-missing' });
  });

  it('takes the responder and the issuer that it is given', async () => {
    const staple = testResponse(pki);
    await withResponder(
      async (responder) => {
        const { cert } = site({ url: 'http://ocsp.invalid/' }, 'www.example.test');
        const own = { urls: [responder.url], issuers: [pki.issuer.certificate] };
        await expect(fetchStaple(cert, own)).rejects.toMatchObject({ code: 'certid-mismatch' });
        const leaf = await fetchStaple(pki.leaf.certificate, own);
        expect(leaf.der).toEqual(staple);
        expect(leaf.responder).toBe(responder.url);
      },
      { mangle: () => staple },
    );
  });
});
