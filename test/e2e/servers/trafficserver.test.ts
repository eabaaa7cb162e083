/** The adapter and the real Traffic Server, without a keeper between them. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ServerAdapter } from '../../../src/servers/adapter.ts';
import { createTrafficServer } from '../../../src/servers/trafficserver.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { close, listen } from '../../support/loopback.ts';
import { type Responder, startResponder } from '../../support/ocsp-responder.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { type TestPki, createTestPki, testResponse } from '../../support/pki.ts';
import type { Program } from '../../support/programs/program.ts';
import { makeDirectory } from '../world.ts';
import { type TrafficServerWorld, makeTrafficServer } from './trafficserver-world.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const HOUR = 3_600_000;
/** It looks for changed files every three seconds. */
const soon = { timeout: 60_000, interval: 250 };

describeWithPeer('traffic_manager', 'Traffic Server takes staples', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let pki: TestPki;
  let responder: Responder;
  /** What the responder sends whatever it is asked. */
  let wrong: Buffer | undefined;
  let server: TrafficServerWorld;
  let adapter: ServerAdapter;
  let certificate: string;
  let file: string;
  let running: Program | undefined;
  const origin = createServer((_, answer) => answer.end('hello\n'));

  beforeEach(async () => {
    wrong = undefined;
    responder = await startResponder({ pki: createTestPki(), mangle: (der) => wrong ?? der });
    pki = createTestPki({ now: new Date(), leaf: { ocspUrls: [responder.url] } });
    dir = await makeDirectory();
    server = await makeTrafficServer(path, dir.path);
    certificate = join(dir.path, 'chain.pem');
    await writeFile(certificate, certificatesPem(pki.leaf, pki.issuer));
    await writeFile(join(dir.path, 'key.pem'), keyPem(pki.leaf));
    const { staples, reload } = server;
    adapter = createTrafficServer({ socket: undefined, check: undefined, reload, dir: staples });
    [file = ''] = adapter.outputsOf(certificate);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await close(origin);
    await responder.close();
    await dir.remove();
  });

  const start = async (cacheTimeout?: number): Promise<number> => {
    running = await server.start(await listen(origin), cacheTimeout);
    return running.port;
  };
  const staple = (leftMs: number, ageMs: number): Buffer =>
    testResponse(pki, {
      thisUpdate: new Date(Date.now() - ageMs),
      nextUpdate: new Date(Date.now() + leftMs),
    });
  const publish = async (der: Buffer): Promise<string> => {
    await writeFileAtomically(file, der);
    return adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
  };
  const reload = async (): Promise<void> => {
    const [program, ...args] = server.reload;
    // The manager listens for it a little later than for clients.
    await expect.poll(() => run(program, args), soon).toMatchObject({ code: 0 });
  };

  it('from the first handshake on, and goes on while it cannot ask anybody', async () => {
    await responder.close();
    const old = staple(2 * HOUR, HOUR);
    expect(await publish(old)).toBe('reload');
    expect(await stapleOf(await start())).toEqual(old);
  });

  it('a new one after a reload, and no visitor is let down', async () => {
    const [old, fresh] = [staple(2 * HOUR, 2 * HOUR), staple(2 * HOUR, HOUR)];
    await publish(old);
    const port = await start();
    await expect.poll(() => stapleOf(port), soon).toEqual(old);
    const visitor = startVisitor(port);
    await publish(fresh);
    await reload();
    await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
    const { good, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(good).toBeGreaterThan(0);
  });

  it('none after it was withdrawn, and a new one then', async () => {
    const old = staple(2 * HOUR, HOUR);
    await publish(old);
    const port = await start();
    expect(await adapter.withdraw({ certificate, file })).toBe('reload');
    await reload();
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    await publish(old);
    await reload();
    await expect.poll(() => stapleOf(port), soon).toEqual(old);
  });

  it('starts before there was ever one', async () => {
    expect(await stapleOf(await start())).toBeUndefined();
  });

  it('but serves one past its end, which is why it is withdrawn in time', async () => {
    const ended = staple(-HOUR, 2 * HOUR);
    await publish(ended);
    expect(await stapleOf(await start())).toEqual(ended);
  });

  it('but puts what it fetches by itself in its place, unless it is told to wait for ever', async () => {
    wrong = staple(-HOUR, 2 * HOUR);
    await publish(staple(2 * HOUR, HOUR));
    const port = await start(1);
    await expect.poll(() => stapleOf(port), soon).toEqual(wrong);
  });

  it('and is never shown one that is too large for it', async () => {
    const large = testResponse(pki, {
      certs: Array.from({ length: 30 }, () => pki.delegate.certificate.raw),
    });
    expect(large.length).toBeGreaterThan(10_240);
    await expect(publish(large)).rejects.toMatchObject({ code: 'server-refused' });
    // Why: it dies of it.
    await writeFileAtomically(file, large);
    await start();
    await expect.poll(() => running?.output(), soon).toContain('stack smashing detected');
  });
});
