/** A CRL of many entries: none of them stays in memory, and of its bytes there is one copy. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchCrlStatus } from '../../src/crl/fetch-crl-status.ts';
import { verifyCrl } from '../../src/crl/verify-crl.ts';
import { createServer } from '../../src/demo/pki/entity.ts';
import { crlDistributionPoints } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { entry, reasonCode, serial } from '../support/crl.ts';
import { type TestServer, answer, startHttpServer } from '../support/http-server.ts';
import { testKeys } from '../support/keys.ts';
import { NOW, THIS_UPDATE } from '../support/pki.ts';
import { OPTIONS, crl, pki } from './world.ts';

const ENTRIES = 300_000;
const MIB = 1024 * 1024;

/** One entry as another, but for its serial number. */
function manyEntries(): Buffer {
  const one = entry(serial(0), THIS_UPDATE, [reasonCode(1)]);
  const all = Buffer.allocUnsafeSlow(one.length * ENTRIES);
  for (let i = 0; i < ENTRIES; i++) {
    one.copy(all, i * one.length);
    serial(i).copy(all, i * one.length + 4);
  }
  return all;
}

const der = crl({ entries: [manyEntries()] });

/** What is held after `step` above what was held before, in bytes. */
async function held(step: () => unknown): Promise<number> {
  const before = process.memoryUsage();
  await step();
  const after = process.memoryUsage();
  return after.heapUsed + after.external - before.heapUsed - before.external;
}

describe('a CRL of 300,000 entries', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startHttpServer(answer({ body: der }));
  });
  afterAll(() => server.close());

  it('is searched with no object for each', async () => {
    expect(der.length).toBeGreaterThan(10 * MIB);
    for (const [serialNumber, type] of [
      [OPTIONS.certificate.serialNumber, 'good'],
      [serial(ENTRIES - 1), 'revoked'],
    ] as const) {
      const certificate = { ...OPTIONS.certificate, serialNumber };
      let verdict: unknown;
      // No garbage is counted out, nor what the engine compiles meanwhile: 300,000 objects of any kind would be 10 MiB and more.
      const bytes = await held(() => (verdict = verifyCrl(der, { ...OPTIONS, certificate })));
      expect(verdict).toMatchObject({ certStatus: { type }, entries: ENTRIES });
      expect(bytes).toBeLessThan(8 * MIB);
    }
  });

  it('is fetched into one buffer', async () => {
    const { certificate } = createServer(pki.issuer, {
      name: name([['CN', 'www.example.test']]),
      keys: testKeys('p256', 3),
      serial: serial(77),
      notBefore: pki.leaf.certificate.notBefore,
      notAfter: pki.leaf.certificate.notAfter,
      extensions: [crlDistributionPoints([server.url('/1.crl').href])],
    });
    const client = createHttpClient({ allowPrivate: true });
    const buffers: number[] = [];
    const issuer = pki.issuer.certificate;
    const status = await fetchCrlStatus({
      certificate,
      issuer,
      client: {
        exchange: async (request) => {
          const found = await client.exchange(request);
          // A view into a larger one, or one put together from parts, would be another size.
          buffers.push(found.body.buffer.byteLength);
          return found;
        },
        close: () => undefined,
      },
      now: NOW,
      allowSha1: false,
      headers: [],
      timeoutMs: 60_000,
    });
    client.close();
    expect(status).toMatchObject({ certStatus: { type: 'revoked', reason: 1 }, entries: ENTRIES });
    expect(buffers).toEqual([der.length]);
  });
});
