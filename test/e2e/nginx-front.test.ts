/** nginx as the CDN: several names at one address, a cache before the responders, and no page for strangers. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { createTlsIdentity } from '../support/https-server.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { type Outcome, describeWithPeer } from '../support/peers.ts';
import { createTestPki, shift } from '../support/pki.ts';
import { type Nginx, startNginx } from '../support/programs/nginx.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const DAY = 86_400_000;
const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
/** What the responders take for the time. */
let clock: () => Date;
let one: Responder;
let two: Responder;

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  const options = { pki, now: () => clock(), defaultStatus: { type: 'good' } } as const;
  one = await startResponder(options);
  two = await startResponder(options);
});
beforeEach(() => (clock = () => new Date()));
afterAll(async () => {
  await one.close();
  await two.close();
  await cli.remove();
  await dir.remove();
});

let certificates = 0;

/** A certificate that no cache has heard of, with this responder; `url` knows the port of the front. */
async function certificateFor(url: string, serial?: Uint8Array): Promise<string> {
  certificates += 1;
  const leaf = serverCertificate(pki, 'www.example.test', {
    serial: serial ?? 1000 + certificates,
    ocspUrls: [url],
  });
  const path = join(dir.path, `domain-${certificates}.crt`);
  await writeFile(path, certificatesPem(leaf, pki.issuer));
  return path;
}

/** This machine is where every name of the front lives. */
const here = ({ port }: Nginx): readonly string[] => ['--resolve', `*:${port}:127.0.0.1`];

function expectGood(outcome: Outcome): void {
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(outcome.stdout).toContain(': good\n');
}

/** The access log is written after the answer. */
const eventually = { timeout: 30_000 };

/** As people write it: what is cached is said in a header, and the Host goes on to the origin. */
const cached = (origin: Responder): string => `
  location / {
    proxy_pass http://127.0.0.1:${origin.port};
    proxy_set_header Host $host;
    proxy_cache ocsp;
    proxy_cache_valid 200 10m;
    proxy_cache_use_stale error timeout http_500;
    add_header X-Cache-Status $upstream_cache_status;
  }`;

describeWithPeer('nginx', 'behind nginx with several names and a cache', (path) => {
  const identity = createTlsIdentity('ocsp.one.test');
  let front: Nginx;
  let secure: Nginx;
  let root: string;
  let seen: number;
  let asked: readonly [number, number];

  beforeAll(async () => {
    front = await startNginx(
      path,
      (port) => `
        server { listen 127.0.0.1:${port} default_server; return 403; }
        server { listen 127.0.0.1:${port}; server_name ocsp.one.test; ${cached(one)} }
        server { listen 127.0.0.1:${port}; server_name ocsp.two.test *.two.test; ${cached(two)} }
        server {
          listen 127.0.0.1:${port}; server_name slashes.test;
          # With a path of its own nginx hands on what it has decoded and tidied up: // becomes /.
          location / { proxy_pass http://127.0.0.1:${one.port}/; }
        }`,
    );
    await writeFile(join(dir.path, 'front.key'), identity.key, { mode: 0o600 });
    await writeFile(join(dir.path, 'front.crt'), identity.cert);
    root = join(dir.path, 'web-root.pem');
    await writeFile(root, identity.rootPem);
    secure = await startNginx(
      path,
      (port) => `
        server {
          listen 127.0.0.1:${port} ssl; server_name ocsp.one.test;
          ssl_certificate ${join(dir.path, 'front.crt')}; ssl_certificate_key ${join(dir.path, 'front.key')};
          ${cached(one)}
        }`,
    );
  });
  beforeEach(async () => {
    seen = (await front.log()).length;
    asked = [one.requests.length, two.requests.length];
  });
  afterAll(async () => {
    await front.stop();
    await secure.stop();
  });

  const log = async (): Promise<readonly string[]> => (await front.log()).slice(seen);
  const reached = (): readonly [number, number] => [
    one.requests.length - asked[0],
    two.requests.length - asked[1],
  ];
  const named = (host: string, serial?: Uint8Array): Promise<string> =>
    certificateFor(`http://${host}:${front.port}/`, serial);

  it('the second GET is answered by the cache, and the staple is the same', async () => {
    const cert = await named('ocsp.one.test');
    const [first, second] = [join(dir.path, 'first.ocsp'), join(dir.path, 'second.ocsp')];
    expectGood(await cli.run('fetch', ...here(front), cert, '--out', first));
    expectGood(await cli.run('fetch', ...here(front), cert, '--out', second));
    const host = `ocsp.one.test:${front.port}`;
    await expect.poll(log, eventually).toEqual([`GET ${host} 200 MISS`, `GET ${host} 200 HIT`]);
    expect(reached()).toEqual([1, 0]);
    expect(one.requests.at(-1)?.headers.host).toBe('ocsp.one.test');
    expect(await readFile(second)).toEqual(await readFile(first));
  });

  it('each name leads to its own responder', async () => {
    const first = await named('ocsp.one.test');
    const second = await named('a.two.test');
    expectGood(await cli.run('fetch', ...here(front), first, second));
    expect(reached()).toEqual([1, 1]);
    expect(two.requests.at(-1)?.headers.host).toBe('a.two.test');
  });

  it.each([
    [
      '--header',
      (): readonly string[] => [
        '--url',
        `http://127.0.0.1:${front.port}/`,
        '--header',
        'Host: ocsp.two.test',
      ],
    ],
    ['--connect-to', (): readonly string[] => ['--connect-to', `ocsp.two.test::127.0.0.1:${front.port}`]],
  ])('one edge, asked by address with %s', async (_sentence, args) => {
    const cert = await certificateFor('http://ocsp.two.test/');
    expectGood(await cli.run('fetch', ...args(), cert));
    await expect.poll(log, eventually).toEqual(['GET ocsp.two.test 200 MISS']);
    expect(reached()).toEqual([0, 1]);
  });

  it('an expired response out of the cache is not taken: POST goes past it', async () => {
    const cert = await named('ocsp.one.test');
    clock = () => shift(new Date(), -2 * DAY);
    const get = await cli.run('fetch', ...here(front), '--method', 'get', cert);
    expect(get).toMatchObject({ code: 65, stdout: '' });
    // The cache holds it for longer than it is good.
    clock = () => new Date();
    // What it has signed it says again, until something changes.
    one.setStatus(pki.leaf.certificate.serialNumber, { type: 'good' });
    expectGood(await cli.run('fetch', ...here(front), cert));
    const host = `ocsp.one.test:${front.port}`;
    await expect
      .poll(log, eventually)
      .toEqual([`GET ${host} 200 MISS`, `GET ${host} 200 HIT`, `POST ${host} 200 -`]);
  });

  it('a front that takes two slashes of the base64 for one: POST brings what GET did not', async () => {
    // Whole groups of ones are slashes in base64, wherever they begin.
    const cert = await named('slashes.test', Buffer.from('7fffffffffffffffffffffffffffff', 'hex'));
    expectGood(await cli.run('fetch', ...here(front), cert));
    const host = `slashes.test:${front.port}`;
    await expect.poll(log, eventually).toEqual([`GET ${host} 200 -`, `POST ${host} 200 -`]);
  });

  it('over https the name is asked for and checked', async () => {
    const cert = await certificateFor(`https://ocsp.one.test:${secure.port}/`);
    expectGood(await cli.run('fetch', ...here(secure), '--cacert', root, cert));
    expect(await cli.run('fetch', ...here(secure), cert)).toMatchObject({ code: 75, stdout: '' });
    const other = await certificateFor(`https://ocsp.two.test:${secure.port}/`);
    const outcome = await cli.run('fetch', ...here(secure), '--cacert', root, other);
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toContain('ocsp.two.test');
    expect(reached()).toEqual([1, 0]);
  });

  it('the origin is gone: what is in the cache is good, what is not has the words of the edge', async () => {
    const gone = await startResponder({ pki, defaultStatus: { type: 'good' } });
    const edge = await startNginx(
      path,
      (port) => `server { listen 127.0.0.1:${port}; server_name ocsp.gone.test; ${cached(gone)} }`,
    );
    try {
      const url = `http://ocsp.gone.test:${edge.port}/`;
      const [kept, strange] = [await certificateFor(url), await certificateFor(url)];
      expectGood(await cli.run('fetch', ...here(edge), kept));
      await gone.close();
      expectGood(await cli.run('fetch', ...here(edge), kept));
      const outcome = await cli.run('fetch', ...here(edge), strange);
      expect(outcome).toMatchObject({ code: 75, stdout: '' });
      expect(outcome.stderr).toMatch(/: 502 Bad Gateway .*ocsp\.gone\.test/);
    } finally {
      await edge.stop();
      await gone.close();
    }
  });
});

describeWithPeer('nginx', 'nginx that does not know the Host', (path) => {
  it.each([
    ['403', 'return 403;', /403 Forbidden/],
    ['444: it hangs up', 'return 444;', /it got Host: 127\.0\.0\.1:\d+, and may serve no site of that name/],
    ['a page of its own', 'root /nowhere;', /40[45] Not \w+/],
    [
      'a page for everybody',
      'default_type text/html; return 200 "<title>Welcome to nginx!</title>";',
      /Welcome to nginx!/,
    ],
    ['421', 'return 421;', /421 Misdirected Request/],
  ])('%s', async (_sentence, server, words) => {
    const edge = await startNginx(
      path,
      (port) => `
        server { listen 127.0.0.1:${port} default_server; ${server} }
        server { listen 127.0.0.1:${port}; server_name ocsp.one.test; ${cached(one)} }`,
    );
    try {
      const cert = await certificateFor(`http://ocsp.one.test:${edge.port}/`);
      const url = ['--url', `http://127.0.0.1:${edge.port}/`];
      const outcome = await cli.run('fetch', ...url, cert);
      expect(outcome).toMatchObject({ code: 75, stdout: '' });
      expect(outcome.stderr).toMatch(words);
      expect(outcome.stderr).toMatch(/^restaple: .*\n(?:hint: .*\n){1,2}$/);
      // What is at fault is the Host alone.
      expectGood(await cli.run('fetch', ...url, '--header', 'Host: ocsp.one.test', cert));
    } finally {
      await edge.stop();
    }
  });
});
