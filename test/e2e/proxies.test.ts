/** Through real proxies: what the proxy says it was asked for, and what reaches the responder. */
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type HttpsServer, createTlsIdentity, startHttpsServer } from '../support/https-server.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { type Outcome, describeWithPeer } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import type { Program } from '../support/programs/program.ts';
import { startDante, startMicrosocks, startTinyproxy } from '../support/programs/proxies.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const pki = createTestPki({ now: new Date() });
const credentials = { user: 'user', password: 's3cret' };
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;
let secure: HttpsServer;
/** Certificates whose responder is `localhost`, over http and https: a name that every machine knows. */
let cert: string;
let secureCert: string;
let root: string;
let asked: number;

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  responder = await startResponder({ pki });
  const identity = createTlsIdentity();
  secure = await startHttpsServer(identity, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request(
      { port: responder.port, host: '127.0.0.1', method, path: url, headers },
      (answer: IncomingMessage) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  root = join(dir.path, 'web-root.pem');
  await writeFile(root, identity.rootPem);
  cert = await certificateFor('domain.crt', `http://localhost:${responder.port}/`);
  secureCert = await certificateFor('secure.crt', `https://localhost:${secure.port}/`);
});
beforeEach(() => (asked = responder.requests.length));
afterAll(async () => {
  await secure.close();
  await responder.close();
  await cli.remove();
  await dir.remove();
});

async function certificateFor(file: string, url: string): Promise<string> {
  const leaf = serverCertificate(pki, 'www.example.test', {
    serial: pki.leaf.certificate.serialNumber,
    ocspUrls: [url],
  });
  const path = join(dir.path, file);
  await writeFile(path, certificatesPem(leaf, pki.issuer));
  return path;
}

/** The requests that reached the responder since the test began. */
const reached = (): readonly unknown[] =>
  responder.requests.slice(asked).map(({ method, headers }) => [method, headers.host]);

function expectGood(outcome: Outcome): void {
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(outcome.stdout).toContain(': good\n');
}

/** Programs say what they do when they come to it. */
const eventually = { timeout: 30_000 };

describeWithPeer('tinyproxy', 'through tinyproxy', (path) => {
  let proxy: Program;
  let heard: number;
  beforeAll(async () => (proxy = await startTinyproxy(path, dir.path, credentials)));
  beforeEach(() => (heard = proxy.output().length));
  afterAll(() => proxy.stop());

  const url = (userinfo = 'user:s3cret@'): string => `http://${userinfo}127.0.0.1:${proxy.port}`;
  const said = (): string => proxy.output().slice(heard);
  const requestLines = (): readonly (string | undefined)[] =>
    Array.from(said().matchAll(/Request \(.*\): (\w+ [a-z]*:?\/{0,2}[^/ ]+)/g), ([, line]) => line);

  it.each([
    ['get', 'GET'],
    ['post', 'POST'],
  ])(
    'fetch by %s: the proxy is asked for the whole URL, the responder has the right Host',
    async (by, verb) => {
      const method = ['--method', by];
      expectGood(await cli.run('fetch', '--allow-private', ...method, '--proxy', url(), cert));
      await expect.poll(requestLines, eventually).toEqual([`${verb} http://localhost:${responder.port}`]);
      expect(reached()).toEqual([[verb, `localhost:${responder.port}`]]);
      const [seen] = responder.requests.slice(asked);
      expect(seen?.headers.via).toContain('tinyproxy');
      expect(seen?.headers['proxy-authorization']).toBeUndefined();
    },
  );

  it('the environment names it, and several certificates share it', async () => {
    const env = { http_proxy: url() };
    const other = await certificateFor('other.crt', `http://localhost:${responder.port}/`);
    expectGood(await cli.runWith(env, 'fetch', '--allow-private', cert, other));
    await expect.poll(() => requestLines().length, eventually).toBe(2);
    expect(reached()).toHaveLength(2);
  });

  it('another Host goes through a tunnel, as it is', async () => {
    const host = ['--header', 'Host: ocsp.example.test'];
    expectGood(await cli.run('fetch', '--allow-private', ...host, '--proxy', url(), cert));
    await expect.poll(requestLines, eventually).toEqual([`CONNECT localhost:${responder.port}`]);
    expect(reached()).toEqual([['GET', 'ocsp.example.test']]);
  });

  it('a name that no DNS knows, with --resolve', async () => {
    const named = await certificateFor('named.crt', `http://ocsp.example.test:${responder.port}/`);
    const resolve = ['--resolve', `ocsp.example.test:${responder.port}:127.0.0.1`];
    expectGood(await cli.run('fetch', ...resolve, '--proxy', url(), named));
    await expect.poll(requestLines, eventually).toEqual([`CONNECT 127.0.0.1:${responder.port}`]);
    expect(reached()).toEqual([['GET', `ocsp.example.test:${responder.port}`]]);
  });

  it('https goes through a tunnel, and the certificate of the responder is the one that is checked', async () => {
    const args = ['fetch', '--allow-private', '--proxy', url(), secureCert];
    expectGood(await cli.run(...args, '--cacert', root));
    await expect.poll(requestLines, eventually).toEqual([`CONNECT localhost:${secure.port}`]);
    expect(reached()).toEqual([['GET', `localhost:${secure.port}`]]);
    const unknown = await cli.run(...args);
    expect(unknown).toMatchObject({ code: 75, stdout: '' });
    expect(unknown.stderr).toContain(`localhost:${secure.port} through the proxy 127.0.0.1:${proxy.port}: `);
    expect(reached()).toHaveLength(1);
  });

  it.each([
    ['a wrong password', 'user:wrong@'],
    ['none', ''],
  ])('%s: exit 75, the proxy is named and the password is not', async (_sentence, userinfo) => {
    const outcome = await cli.run('fetch', '--allow-private', '--proxy', url(userinfo), cert);
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    // 407 for none, 401 for a wrong one: tinyproxy takes them for two faults.
    expect(outcome.stderr).toMatch(
      /^restaple: .*\nhint: check the proxy, its rules, and its user and password: .*\n$/,
    );
    expect(outcome.stderr).toMatch(new RegExp(` the proxy 127\\.0\\.0\\.1:${proxy.port} answers 40[17] `));
    expect(outcome.stderr).not.toContain('wrong');
    expect(reached()).toEqual([]);
  });

  it.each(['localhost', '.LOCALHOST', '*', '10.0.0.0/8, localhost'])(
    'no_proxy=%s keeps it out',
    async (entry) => {
      const env = { http_proxy: url(), no_proxy: entry };
      expectGood(await cli.runWith(env, 'fetch', '--allow-private', cert));
      expect(said()).toBe('');
      expect(responder.requests[asked]?.headers.via).toBeUndefined();
      expect(reached()).toHaveLength(1);
    },
  );

  it('a responder that is not there: the proxy says so, and is named', async () => {
    const gone = await startResponder({ pki });
    await gone.close();
    const nowhere = await certificateFor('gone.crt', gone.url);
    const outcome = await cli.run('fetch', '--allow-private', '--proxy', url(), nowhere);
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toContain(
      `on the way to ${new URL(gone.url).host} the proxy 127.0.0.1:${proxy.port} answers 500 `,
    );
  });

  it('localhost is refused before the proxy hears of it', async () => {
    const outcome = await cli.run('fetch', '--proxy', url(), cert);
    expect(outcome).toMatchObject({ code: 69, stdout: '' });
    expect(said()).toBe('');
  });
});

describeWithPeer('danted', 'through Dante', (path) => {
  let proxy: Program;
  let heard: number;
  beforeAll(async () => (proxy = await startDante(path, dir.path)));
  beforeEach(() => (heard = proxy.output().length));
  afterAll(() => proxy.stop());

  const connections = (): readonly (string | undefined)[] =>
    Array.from(
      proxy
        .output()
        .slice(heard)
        .matchAll(/pass\(\d\): tcp\/connect \[: .* 127\.0\.0\.1\.(\d+)$/gm),
      ([, port]) => port,
    );

  it.each(['socks5', 'socks5h'])('fetch over %s', async (scheme) => {
    const way = ['--proxy', `${scheme}://127.0.0.1:${proxy.port}`];
    expectGood(await cli.run('fetch', '--allow-private', ...way, cert));
    await expect.poll(connections, eventually).toEqual([String(responder.port)]);
    expect(reached()).toEqual([['GET', `localhost:${responder.port}`]]);
  });

  it('https, by all_proxy', async () => {
    const env = { all_proxy: `socks5h://127.0.0.1:${proxy.port}` };
    expectGood(await cli.runWith(env, 'fetch', '--allow-private', '--cacert', root, secureCert));
    await expect.poll(connections, eventually).toEqual([String(secure.port)]);
    expect(reached()).toEqual([['GET', `localhost:${secure.port}`]]);
  });

  it('a responder that is not there', async () => {
    const gone = await startResponder({ pki });
    await gone.close();
    const nowhere = await certificateFor('gone.crt', gone.url);
    const way = ['--proxy', `socks5h://127.0.0.1:${proxy.port}`];
    const outcome = await cli.run('fetch', '--allow-private', ...way, nowhere);
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toContain(
      `on the way to 127.0.0.1:${gone.port} the proxy 127.0.0.1:${proxy.port} `,
    );
  });
});

describeWithPeer('microsocks', 'through a SOCKS server that wants a password', (path) => {
  let proxy: Program;
  let heard: number;
  beforeAll(async () => (proxy = await startMicrosocks(path, credentials)));
  beforeEach(() => (heard = proxy.output().length));
  afterAll(() => proxy.stop());

  it.each([
    ['socks5h', 'localhost'],
    ['socks5', '127.0.0.1'],
  ])('%s has it connect to %s', async (scheme, host) => {
    const way = ['--proxy', `${scheme}://user:s3cret@127.0.0.1:${proxy.port}`];
    expectGood(await cli.run('fetch', '--allow-private', ...way, cert));
    await expect
      .poll(() => proxy.output().slice(heard), eventually)
      .toContain(`connected to ${host}:${responder.port}`);
    expect(reached()).toEqual([['GET', `localhost:${responder.port}`]]);
  });

  it.each(['', 'user:wrong@'])('"%s" does not do: exit 75 without the password', async (userinfo) => {
    const way = ['--proxy', `socks5h://${userinfo}127.0.0.1:${proxy.port}`];
    const outcome = await cli.run('fetch', '--allow-private', ...way, cert);
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toContain(`the proxy 127.0.0.1:${proxy.port} `);
    expect(outcome.stderr).not.toContain('wrong');
    expect(reached()).toEqual([]);
  });
});

describe('a proxy that is not there', () => {
  it.each(['http', 'https', 'socks5', 'socks5h'])('%s: exit 75, and the proxy is named', async (scheme) => {
    const gone = await startResponder({ pki });
    await gone.close();
    const outcome = await cli.run(
      'fetch',
      '--allow-private',
      '--proxy',
      `${scheme}://${new URL(gone.url).host}`,
      cert,
    );
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toContain(`the proxy 127.0.0.1:${gone.port} cannot be used: `);
    expect(reached()).toEqual([]);
  });
});
