/** The command that `restaple doctor` prints last goes the road that he went: it is run here. */
import { type Server, createServer } from 'node:https';
import { createServer as createPlainServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serverCertificate } from '../e2e/world.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { type TestServer, answer, header, silence, startHttpServer } from '../support/http-server.ts';
import { close, listen } from '../support/loopback.ts';
import { type Outcome, describeWithPeer, run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';

const now = new Date();
const pki = createTestPki({ now });

interface Told {
  readonly cause: string;
  readonly next: string;
}

async function diagnose(...args: readonly string[]): Promise<Told> {
  const { out } = await runCli(['doctor', '--json', '--retries', '0', ...args], { now });
  const { cause, next }: Told = JSON.parse(out);
  return { cause, next };
}

/** Up to the pipe into restaple, which is not installed here. */
const shell = (command: string): Promise<Outcome> =>
  run('/bin/sh', ['-c', command.replace(/ \| restaple .*$/, '')]);

describeWithPeer('curl', 'curl', () => {
  let server: TestServer;
  const seen: (string | undefined)[][] = [];
  beforeAll(async () => {
    server = await startHttpServer((request, socket) => {
      seen.push([request.method, request.target, header(request, 'host'), header(request, 'x-key')]);
      answer({ status: 403, reason: 'Forbidden', body: 'no' })(request, socket);
    });
  });
  afterAll(() => server.close());

  it.each<[string, (port: number) => readonly string[]]>([
    ['--connect-to', (port) => ['--connect-to', `ocsp.example.test:80:127.0.0.1:${port}`]],
    ['--connect-to with empty parts', (port) => ['--connect-to', `::127.0.0.1:${port}`]],
    ['--resolve and a port', (port) => ['--resolve', `ocsp.example.test:${port}:127.0.0.1`]],
    ['--proxy', (port) => ['--proxy', `http://127.0.0.1:${port}/`]],
  ])('goes the way of %s, with the same headers', async (option, way) => {
    const place = option.includes('port') ? `ocsp.example.test:${server.port}` : 'ocsp.example.test';
    await withTempDir(async (dir) => {
      const cert = join(dir, "it's.crt");
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      seen.length = 0;
      const { next } = await diagnose(
        cert,
        '--url',
        `http://${place}/`,
        '--header',
        "X-Key: it's $HOME",
        ...way(server.port),
      );
      expect(next).toMatch(/^curl -i /);
      const [asked] = seen;
      seen.length = 0;
      expect(await shell(next)).toMatchObject({ code: 0, stdout: expect.stringContaining('403 Forbidden') });
      expect(seen).toEqual([asked]);
      expect(asked?.slice(2)).toEqual([place, "it's $HOME"]);
    });
  });

  it('says of a dead end what restaple says', async () => {
    const dead = await startHttpServer(silence);
    await dead.close();
    await withTempDir(async (dir) => {
      const cert = join(dir, 'domain.crt');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      const { next } = await diagnose(
        cert,
        '--url',
        'http://ocsp.example.test/',
        '--connect-to',
        `::127.0.0.1:${dead.port}`,
      );
      expect(next).toMatch(/^curl -v /);
      expect((await shell(next)).stderr).toMatch(/connect to 127\.0\.0\.1.*refused|Failed to connect/i);
    });
  });
});

describeWithPeer('openssl', 'openssl', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    const leaf = serverCertificate(pki, 'localhost', { serial: 0x4000, ocspUrls: ['http://10.1.2.3/'] });
    server = createServer({ key: keyPem(leaf), cert: certificatesPem(leaf, pki.issuer) });
    port = await listen(server);
  });
  afterAll(() => close(server));

  it.each(['localhost:PORT', '127.0.0.1:PORT', 'https://localhost:PORT/'])(
    'hands on the chain of %s',
    async (target) => {
      const { next } = await diagnose(target.replace('PORT', String(port)));
      expect(next).toMatch(
        /^openssl s_client .* \| restaple fetch \/dev\/stdin --retries 0 --allow-host 10\.1\.2\.3 -o /,
      );
      const { code, stdout } = await shell(next);
      expect(code).toBe(0);
      const inspected = await runCli(['inspect', '-'], { now, stdin: Buffer.from(stdout) });
      expect(inspected.out).toContain('CN=localhost');
      expect(inspected.out).toContain('CN=Test Issuer');
    },
  );

  it('is sent where --connect-to leads', async () => {
    const { next } = await diagnose(
      'www.example.test',
      '--connect-to',
      `www.example.test::127.0.0.1:${port}`,
    );
    expect(next).toContain(`-connect 127.0.0.1:${port} -servername www.example.test -showcerts`);
    expect((await shell(next)).stdout).toContain('BEGIN CERTIFICATE');
  });
});

it('a server that does not speak TLS is told from one that is not there', async () => {
  const other = createPlainServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  const port = await listen(other);
  const { cause, next } = await diagnose(`127.0.0.1:${port}`);
  other.close();
  expect(cause).toBe(
    'what listens there does not speak TLS from the first byte: ' +
      `127.0.0.1:${port}: does not begin with TLS, but says "SSH-2.0-OpenSSH_9.2"`,
  );
  expect(next).toBe(`openssl s_client -connect 127.0.0.1:${port} -noservername </dev/null`);
});

describeWithPeer('curl', 'a server of HTTP without TLS', () => {
  it('is told to be one, and shown', async () => {
    // A server that knows HTTP answers a handshake as nginx does.
    const plain = createPlainServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
    });
    const port = await listen(plain);
    const { cause, next } = await diagnose(`127.0.0.1:${port}`);
    expect(cause).toMatch(/^what listens there speaks HTTP without TLS: /);
    expect((await shell(next)).stdout).toContain('400 Bad Request');
    plain.close();
  });
});
