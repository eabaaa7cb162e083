/** The adapter and the real Hitch, without a keeper between them. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Entity } from '../../../src/demo/pki/entity.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import type { ServerAdapter } from '../../../src/servers/adapter.ts';
import { createHitch } from '../../../src/servers/hitch.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { type Responder, startResponder } from '../../support/ocsp-responder.ts';
import { describeWithPeer } from '../../support/peers.ts';
import { createTestPki, shift, testResponse } from '../../support/pki.ts';
import { makeDirectory, serverCertificate } from '../world.ts';
import { type Hitch, isRoot, startHitch } from './hitch-world.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const HOUR = 3_600_000;
const pki = createTestPki({ now: new Date() });
const soon = { timeout: 60_000 };

const staple = ({ certificate }: Entity, ageMs: number, leftMs = HOUR): Buffer =>
  testResponse(pki, {
    certID: createCertID(certificate, pki.issuer.certificate),
    thisUpdate: shift(new Date(), -ageMs),
    nextUpdate: shift(new Date(), leftMs),
  });

const revocation = ({ certificate }: Entity): Buffer =>
  testResponse(pki, {
    certID: createCertID(certificate, pki.issuer.certificate),
    certStatus: { type: 'revoked', revocationTime: shift(new Date(), -HOUR), reason: 1 },
  });

describeWithPeer('hitch', 'Hitch takes staples', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let staples: string;
  let adapter: ServerAdapter;
  let responder: Responder;
  let leaf: Entity;
  let certificate: string;
  let file: string;
  let running: Hitch | undefined;

  beforeEach(async () => {
    dir = await makeDirectory();
    staples = join(dir.path, 'staples');
    await mkdir(staples);
    adapter = createHitch({ socket: undefined, dir: staples, check: undefined, reload: undefined });
    responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
    leaf = serverCertificate(pki, 'www.example.test', { serial: 1, ocspUrls: [responder.url] });
    certificate = await written('www', leaf);
    [file = ''] = adapter.outputsOf(certificate);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await responder.close();
    await dir.remove();
  });

  async function written(name: string, entity: Entity): Promise<string> {
    const at = join(dir.path, `${name}.pem`);
    await writeFile(at, keyPem(entity) + certificatesPem(entity, pki.issuer));
    return at;
  }
  const start = async (...more: readonly string[]): Promise<Hitch> =>
    (running = await startHitch(path, dir.path, [...more, certificate], staples));
  const publish = async (der: Buffer): Promise<string> => {
    await writeFileAtomically(file, der);
    return adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
  };

  it('from the first handshake on', async () => {
    const der = staple(leaf, HOUR);
    await publish(der);
    const { port } = await start();
    expect(await stapleOf(port)).toEqual(der);
  });

  it('a new one for the old one, by itself, and no visitor is let down', async () => {
    await publish(staple(leaf, 2 * HOUR));
    const { port } = await start();
    const visitor = startVisitor(port);
    const fresh = staple(leaf, HOUR);
    expect(await publish(fresh)).toBe('live');
    await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
    const { good, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(good).toBeGreaterThan(0);
  });

  it('for each certificate its own', async () => {
    const entity = serverCertificate(pki, 'two.example.test', { serial: 2, ocspUrls: [responder.url] });
    const other = await written('two', entity);
    const [one, two] = [staple(leaf, HOUR), staple(entity, HOUR)];
    await publish(one);
    await writeFileAtomically(adapter.outputsOf(other)[0] ?? '', two);
    const { port } = await start(other);
    expect(await stapleOf(port)).toEqual(one);
    expect(await stapleOf(port, 'two.example.test')).toEqual(two);
  });

  it('none past its end, and visitors still come', async () => {
    await responder.close();
    await publish(staple(leaf, HOUR, 6000));
    const { port } = await start();
    expect(await stapleOf(port)).toBeDefined();
    const visitor = startVisitor(port);
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it.each([
    ['nothing', undefined],
    ['an empty file', () => Buffer.alloc(0)],
    ['garbage', () => Buffer.from('<html>no</html>')],
    ["another certificate's", () => staple(pki.leaf, HOUR)],
    ['an ended one', () => staple(leaf, 2 * HOUR, -HOUR)],
  ])('starts with %s, serves none of it, and takes a good one', async (_sentence, bytes) => {
    await responder.close();
    if (bytes) await writeFile(file, bytes());
    const { port } = await start();
    expect(await stapleOf(port)).toBeUndefined();
    const der = staple(leaf, HOUR);
    expect(await publish(der)).toBe('live');
    await expect.poll(() => stapleOf(port), soon).toEqual(der);
  });

  it.each([
    ['an empty file', () => Buffer.alloc(0), /Error parsing OCSP staple/],
    ['garbage', () => Buffer.from('<html>no</html>'), /Error parsing OCSP staple/],
    ["another certificate's", () => staple(pki.leaf, HOUR), /matching certificate id/],
    ['a revocation', () => revocation(leaf), /status revoked/],
  ])('goes on with what it has when it sees %s', async (_sentence, bytes, complaint) => {
    const der = staple(leaf, HOUR);
    await publish(der);
    const server = await start();
    await writeFileAtomically(file, bytes());
    await expect.poll(() => server.output(), soon).toMatch(complaint);
    expect(await stapleOf(server.port)).toEqual(der);
  });

  it('goes on with what it has when it is withdrawn', async () => {
    const [old, fresh] = [staple(leaf, 2 * HOUR), staple(leaf, HOUR)];
    await publish(old);
    const { port } = await start();
    expect(await adapter.withdraw({ certificate, file })).toBe('live');
    expect(existsSync(file)).toBe(false);
    expect(await stapleOf(port)).toEqual(old);
    await publish(fresh);
    await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
  });

  it('after a reload only, where the certificate has no OCSP URL', async () => {
    leaf = serverCertificate(pki, 'www.example.test', { serial: 3, ocspUrls: [] });
    certificate = await written('www', leaf);
    const [old, fresh] = [staple(leaf, 2 * HOUR), staple(leaf, HOUR)];
    expect(await publish(old)).toBe('reload');
    const server = await start();
    expect(await stapleOf(server.port)).toEqual(old);
    expect(await publish(fresh)).toBe('reload');
    await server.reload();
    // Connections that wait at that moment are broken off: so much for Hitch's reload.
    const served = (): Promise<Buffer | undefined> => stapleOf(server.port).catch(() => undefined);
    await expect.poll(served, soon).toEqual(fresh);
  });

  it.runIf(isRoot)('asks by itself, and what it gets reaches nobody where it may not write', async () => {
    const server = await start();
    const { port } = server;
    await expect.poll(() => responder.requests.length, soon).toBe(1);
    await expect.poll(() => server.output(), soon).toContain('is not writable for the configured user');
    expect(existsSync(file)).toBe(false);
    expect(await stapleOf(port)).toBeUndefined();
    const der = staple(leaf, HOUR);
    await publish(der);
    await expect.poll(() => stapleOf(port), soon).toEqual(der);
    expect(await readFile(file)).toEqual(der);
  });

  it('has lost nothing when the directory is made anew', async () => {
    const { port } = await start();
    await rm(staples, { recursive: true });
    await mkdir(staples);
    const der = staple(leaf, HOUR);
    await publish(der);
    await expect.poll(() => stapleOf(port), soon).toEqual(der);
  });
});
