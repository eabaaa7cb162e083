/** The adapter and the real HAProxy, without a keeper between them. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, type TLSSocketOptions, connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import type { ServerAdapter } from '../../../src/servers/adapter.ts';
import { createHaproxy } from '../../../src/servers/haproxy.ts';
import { askSocket } from '../../../src/servers/haproxy-socket.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { testKeys } from '../../support/keys.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { createTestPki, shift, testResponse } from '../../support/pki.ts';
import { makeDirectory, serverCertificate } from '../world.ts';
import { type Haproxy, type Sockets, socketsIn, startHaproxy } from './haproxy-world.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const pki = createTestPki({ now: new Date() });
const staple = (ageMs: number, leftMs = HOUR): Buffer =>
  testResponse(pki, { thisUpdate: shift(new Date(), -ageMs), nextUpdate: shift(new Date(), leftMs) });
const [old, fresh] = [staple(2 * HOUR), staple(HOUR, 2 * HOUR)];
const adapterOf = (socket: string | undefined): ServerAdapter =>
  createHaproxy({ socket, dir: undefined, check: undefined, reload: undefined });
const soon = { timeout: 60_000 };

describeWithPeer('haproxy', 'HAProxy takes staples', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let certificate: string;
  let file: string;
  let running: Haproxy | undefined;

  beforeEach(async () => {
    dir = await makeDirectory();
    certificate = join(dir.path, 'site.pem');
    file = `${certificate}.ocsp`;
    await writeFile(certificate, certificatesPem(pki.leaf, pki.issuer) + keyPem(pki.leaf));
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await dir.remove();
  });

  const start = async (): Promise<Haproxy> => (running = await startHaproxy(path, dir.path, certificate));
  const publish = async (der: Buffer, socket: string | undefined, validUntil = Date.now() + HOUR) => {
    await writeFileAtomically(file, der);
    return adapterOf(socket).publish({ certificate, file, der, validUntil });
  };
  const sockets = (): Sockets => socketsIn(dir.path);

  it('from the first handshake on', async () => {
    expect(await publish(old, sockets().worker)).toBe('idle');
    const { port } = await start();
    expect(await stapleOf(port)).toEqual(old);
  });

  it.each(['worker', 'master'] as const)(
    'live by the socket of the %s, and no visitor is let down',
    async (whose) => {
      await writeFile(file, old);
      const server = await start();
      const { port } = server;
      const visitor = startVisitor(port);
      expect(await publish(fresh, sockets()[whose])).toBe('live');
      expect(await stapleOf(port)).toEqual(fresh);
      expect(await publish(fresh, sockets()[whose])).toBe('live');
      // What came by the socket is forgotten then, and what lies in the file is not.
      await server.reload();
      await expect.poll(() => reloads().catch(() => 0), soon).toBe(1);
      await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
      const { good, failures } = await visitor.end();
      expect(failures).toEqual([]);
      expect(good).toBeGreaterThan(0);
    },
  );

  it('by a reload, and no visitor is let down', async () => {
    await writeFile(file, old);
    const server = await start();
    const { port } = server;
    const visitor = startVisitor(port);
    expect(await publish(fresh, undefined)).toBe('reload');
    expect(await stapleOf(port)).toEqual(old);
    await server.reload();
    await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('the first one after a reload when there was no file, and live when there was an empty one', async () => {
    const server = await start();
    const { port } = server;
    expect(await publish(old, sockets().worker)).toBe('reload');
    await server.reload();
    await expect.poll(() => stapleOf(port), soon).toEqual(old);
    await server.stop();

    await adapterOf(undefined).withdraw({ certificate, file });
    const again = await start();
    expect(await stapleOf(again.port)).toBeUndefined();
    expect(await publish(old, sockets().worker)).toBe('live');
    expect(await stapleOf(again.port)).toEqual(old);
  });

  it('goes on serving the good one when it is offered one in its last minutes', async () => {
    await writeFile(file, old);
    const { port } = await start();
    const late = staple(HOUR, 4 * MINUTE);
    const refusal = publish(late, sockets().worker, Date.now() + 4 * MINUTE);
    await expect(refusal).rejects.toThrow('serves no staple in its last 5 minutes');
    expect(await stapleOf(port)).toEqual(old);
    // Which is what it would have come to.
    const command = `set ssl ocsp-response <<\n${late.toString('base64')}\n\n`;
    expect(await askSocket(sockets().worker, command)).toBe('OCSP Response updated!');
    expect(await stapleOf(port)).toBeUndefined();
  });

  it('stops by itself five minutes before the end, and visitors still come', async () => {
    await writeFile(file, staple(HOUR, 5 * MINUTE + 4000));
    const { port } = await start();
    const visitor = startVisitor(port);
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('refuses what is not for it', async () => {
    await writeFile(file, old);
    const { port } = await start();
    const sha256 = testResponse(pki, { hash: 'sha256' });
    await expect(publish(sha256, sockets().worker)).rejects.toThrow('SHA-1');
    const other = testResponse(pki, {
      certID: createCertID(pki.delegate.certificate, pki.issuer.certificate),
    });
    expect(await publish(other, sockets().worker)).toBe('reload');
    const huge = testResponse(pki, { certs: Array.from({ length: 12 }, () => pki.delegate.certificate.raw) });
    // It takes it, and cannot show it.
    expect(await publish(huge, sockets().worker)).toBe('reload');
    expect(await stapleOf(port)).toEqual(huge);
  });

  it.each([
    ['an empty file', () => Buffer.alloc(0)],
    ['garbage', () => Buffer.from('<html>no</html>')],
    ['an ended staple', () => staple(2 * HOUR, -HOUR)],
    ['one in its last minutes', () => staple(HOUR, 4 * MINUTE)],
    [
      "another certificate's",
      () => testResponse(pki, { certID: createCertID(pki.delegate.certificate, pki.issuer.certificate) }),
    ],
  ])(
    'passes its check and starts with %s, serves none of it, and takes a good one',
    async (_sentence, bytes) => {
      await writeFile(file, bytes());
      const { port } = await start();
      expect(await run(path, ['-c', '-q', '-f', join(dir.path, 'haproxy.cfg')])).toMatchObject({ code: 0 });
      expect(await stapleOf(port)).toBeUndefined();
      expect(await publish(fresh, sockets().worker)).toBe('live');
      expect(await stapleOf(port)).toEqual(fresh);
    },
  );

  describe('a bundle', () => {
    const kinds = ['rsa', 'ecdsa'] as const;
    const leaf = {
      rsa: serverCertificate(pki, 'www.example.test', { serial: 21, keys: testKeys('rsa-2048', 7) }),
      ecdsa: serverCertificate(pki, 'www.example.test', { serial: 22 }),
    };
    const response = (kind: 'rsa' | 'ecdsa', ageMs: number): Buffer =>
      testResponse(pki, {
        certID: createCertID(leaf[kind].certificate, pki.issuer.certificate),
        thisUpdate: shift(new Date(), -ageMs),
        nextUpdate: shift(new Date(), HOUR),
      });

    it('has a staple for each of its keys', async () => {
      await rm(certificate);
      for (const kind of kinds) {
        const member = `${certificate}.${kind}`;
        await writeFile(member, certificatesPem(leaf[kind], pki.issuer) + keyPem(leaf[kind]));
        await writeFile(`${member}.ocsp`, response(kind, 2 * HOUR));
      }
      const { port } = await start();
      for (const kind of kinds) {
        certificate = join(dir.path, `site.pem.${kind}`);
        file = adapterOf(undefined).outputsOf(certificate)[0] ?? '';
        expect(await stapleFor(port, kind)).toEqual(await readFile(file));
        const der = response(kind, HOUR);
        expect(await publish(der, sockets().worker)).toBe('live');
        expect(await stapleFor(port, kind)).toEqual(der);
      }
    });
  });

  /** How often it has been loaded again. While that is under way it answers to nobody. */
  async function reloads(): Promise<number> {
    const answer = (await askSocket(sockets().master, 'show proc\n')) ?? '';
    return Number(/ master +(\d+)/.exec(answer)?.[1] ?? 0);
  }
});

/** The staple for whoever can do with this kind of key only. */
function stapleFor(port: number, kind: 'rsa' | 'ecdsa'): Promise<Buffer | undefined> {
  const options: ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'> = {
    host: '127.0.0.1',
    port,
    servername: 'www.example.test',
    requestOCSP: true,
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
    ciphers: `ECDHE-${kind.toUpperCase()}-AES128-GCM-SHA256`,
  };
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    let found: Buffer | undefined;
    socket.once('OCSPResponse', (response: Buffer | null) => (found = response ?? undefined));
    socket.once('secureConnect', () => {
      resolve(found);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
