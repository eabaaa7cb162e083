import { X509Certificate } from 'node:crypto';
import { readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SERVER_NAME } from '../../src/demo/authorities.ts';
import { readStaple } from '../../src/demo/tls-client.ts';
import { type World, startWorld } from '../../src/demo/world.ts';
import { withTempDir } from '../support/files.ts';

const now = (): Date => new Date();

async function start(): Promise<World> {
  const world = await startWorld(now);
  onTestFinished(() => world.close());
  return world;
}

/** Runs `use` where the system's temporary directory is an empty one. */
async function withOwnTmp(use: (tmp: string) => Promise<void>): Promise<void> {
  onTestFinished(() => void vi.unstubAllEnvs());
  await withTempDir(async (tmp) => {
    vi.stubEnv('TMPDIR', tmp);
    await use(tmp);
  });
}

const isOpen = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

describe('the world', () => {
  it('writes the files of a TLS server, its key for nobody else', async () => {
    const { files } = await start();
    expect((await readdir(files.dir)).toSorted()).toEqual([
      'domain.crt',
      'domain.key',
      'issuer.crt',
      'revoked.crt',
      'root.crt',
    ]);
    expect((await stat(files.dir)).mode & 0o777).toBe(0o700);
    expect((await stat(files.key)).mode & 0o777).toBe(0o600);
    const [leaf, issuer, root] = await Promise.all(
      [files.certificate, files.issuer, files.root].map(
        async (file) => new X509Certificate(await readFile(file)),
      ),
    );
    if (!leaf || !issuer || !root) throw new Error('certificates are missing');
    expect([leaf.checkIssued(issuer), issuer.checkIssued(root), leaf.verify(issuer.publicKey)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('names a responder that is there by name and refused by address', async () => {
    const { files, addressUrl, edge } = await start();
    const { infoAccess } = new X509Certificate(await readFile(files.certificate));
    expect(infoAccess).toContain(`OCSP - URI:http://localhost:${edge.port}/`);
    expect((await fetch(`http://localhost:${edge.port}/`)).status).toBe(200);
    expect((await fetch(addressUrl)).status).toBe(403);
  });

  it('leaves nothing behind when it is closed', async () => {
    await withOwnTmp(async (tmp) => {
      const world = await startWorld(now);
      expect(await readdir(tmp)).toEqual([basename(world.files.dir)]);
      // Connections on which nobody says a word do not hold it up.
      const mute = [world.tlsPort, world.edge.port].map((port) => connect(port, '127.0.0.1'));
      await Promise.all(mute.map((socket) => new Promise((done) => void socket.once('connect', done))));
      const gone = mute.map((socket) => new Promise((done) => void socket.once('close', done)));
      for (const socket of mute) socket.on('error', () => undefined);
      await world.close();
      await Promise.all(gone);
      expect(await readdir(tmp)).toEqual([]);
      expect(await isOpen(world.tlsPort, '127.0.0.1')).toBe(false);
      expect(await isOpen(world.edge.port, '127.0.0.1')).toBe(false);
      expect(await isOpen(world.edge.port, '::1')).toBe(false);
    });
  });

  it('leaves nothing behind when it cannot be built', async () => {
    await withOwnTmp(async (tmp) => {
      let calls = 0;
      const brokenClock = (): Date => {
        calls += 1;
        if (calls === 3) throw new Error('the clock broke');
        return new Date();
      };
      await expect(startWorld(brokenClock)).rejects.toThrow('the clock broke');
      expect(await readdir(tmp)).toEqual([]);
    });
  });
});

const stapleOf = async ({ tlsPort: port, files }: World): Promise<Buffer | undefined> =>
  readStaple({ port, servername: SERVER_NAME, ca: await readFile(files.root) });

describe('the TLS server', () => {
  it('staples what is in the file, from the next handshake after it changed', async () => {
    const world = await start();
    expect(await stapleOf(world)).toBeUndefined();
    await writeFile(world.files.staple, 'first');
    expect(await stapleOf(world)).toEqual(Buffer.from('first'));
    await writeFile(`${world.files.staple}.new`, 'again');
    await rename(`${world.files.staple}.new`, world.files.staple);
    expect(await stapleOf(world)).toEqual(Buffer.from('again'));
  });

  it('is not trusted by a client with another root', async () => {
    const world = await start();
    const ca = await readFile((await start()).files.root);
    await expect(readStaple({ port: world.tlsPort, servername: SERVER_NAME, ca })).rejects.toThrow(
      /certificate/,
    );
  });
});
