/** `restaple doctor` from the command line: what it is given, what it prints, and that it leaves nothing behind. */
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from '../../src/demo/pki/entity.ts';
import { authorityInfoAccess, noRevAvail, tlsFeature } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { serverCertificate } from '../e2e/world.ts';
import { type Front, startFront } from '../support/cdn-front.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { type TestServer, answer, silence, startHttpServer } from '../support/http-server.ts';
import { testKeys } from '../support/keys.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { type TestPki, createTestPki, shift } from '../support/pki.ts';
import { type CliOptions, type CliRun, runCli } from '../support/run-cli.ts';

const HOUR = 3_600_000;
/** The clocks of the servers are real here, so ours is. */
const now = new Date();
const pki: TestPki = createTestPki({ now });
let responder: Responder;
let front: Front;
beforeAll(async () => {
  responder = await startResponder({ pki, now: () => shift(now, -HOUR) });
  front = await startFront({ origin: responder.url, names: ['localhost'] });
});
afterAll(() => Promise.all([front.close(), responder.close()]));

/** The leaf, naming this responder. */
const leafAt = (...ocspUrls: readonly string[]) =>
  serverCertificate(pki, 'www.example.test', { serial: pki.leaf.certificate.serialNumber, ocspUrls });

const inDirectory = (
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliRun> =>
  withTempDir(async (dir) => {
    for (const [file, content] of Object.entries(files)) await writeFile(join(dir, file), content);
    const paths = args.map((arg) => (arg in files || arg === 'missing.crt' ? join(dir, arg) : arg));
    const run = await runCli(['doctor', ...paths], { now, ...options });
    return { ...run, out: run.out.replaceAll(`${dir}/`, '') };
  });

/** The last two lines. */
const ending = ({ out }: CliRun): string => out.trimEnd().split('\n').slice(-2).join('\n');

/** A server certificate that names no responder, of a CA with this name; whose signature it has does not matter here. */
const silent = (organization: string, commonName: string, more: object = {}): string => {
  const subject = name([
    ['O', organization],
    ['CN', commonName],
  ]);
  const { issuer } = createTestPki({ now, issuer: { name: subject } });
  const leaf = createServer(issuer, {
    name: name([['CN', 'none.example.test']]),
    keys: testKeys('p256', 3),
    serial: 0x3000,
    notBefore: shift(now, -HOUR),
    notAfter: shift(now, HOUR),
    dns: ['none.example.test'],
    ...more,
  });
  return certificatesPem(leaf, issuer);
};

describe('a file', () => {
  it.each<[string, string | undefined, string[], number, RegExp]>([
    [
      'that is not there',
      undefined,
      [],
      66,
      /^cause: missing\.crt: cannot be read: .*\(ENOENT\)\nnext: ls -l /,
    ],
    [
      'that is no certificate',
      'hello',
      [],
      65,
      /^cause: domain\.crt: the file is not the certificate of a server: /,
    ],
    ['that is empty', '', [], 65, /^cause: domain\.crt: .*: no certificate in it: it is empty\n/],
    [
      'with the key alone',
      keyPem(pki.leaf),
      [],
      65,
      /^cause: domain\.crt: .*: no certificate in it: it holds PRIVATE KEY\nnext: find .* 'BEGIN CERTIFICATE-' '\{\}' \+$/,
    ],
    [
      'with the certificate of a CA',
      certificatesPem(pki.issuer),
      [],
      69,
      /^cause: this is the certificate of a CA, not of a server, .*\nnext: restaple inspect domain\.crt$/,
    ],
    [
      'with a self-signed certificate',
      certificatesPem(pki.root),
      [],
      69,
      /^cause: the certificate is self-signed: no CA answers for it, so there is nothing to staple\nnext: grep /,
    ],
    [
      'that leads to the metadata service of a cloud',
      certificatesPem(leafAt('http://169.254.169.254/latest'), pki.issuer),
      [],
      69,
      /^cause: the certificate is hostile or wrong, for no CA has its responder there: .*\nnext: restaple inspect domain\.crt$/,
    ],
    [
      'that leads there by another spelling, and other hosts are allowed',
      certificatesPem(leafAt('http://[::ffff:169.254.169.254]/'), pki.issuer),
      ['--allow-host', 'ocsp.example.test'],
      69,
      /^cause: the certificate is hostile or wrong, /,
    ],
    [
      'that is cut short',
      certificatesPem(pki.leaf).slice(0, -40),
      [],
      65,
      /^cause: the file is damaged, or no certificate: /,
    ],
    [
      'with two server certificates',
      certificatesPem(pki.leaf, serverCertificate(pki, 'two.example.test', { serial: 0x2000 })),
      [],
      65,
      /^cause: the file holds more than one server certificate: /,
    ],
    [
      'whose certificate has ended',
      certificatesPem(
        serverCertificate(pki, 'old.example.test', { serial: 0x2001, notAfter: shift(now, -HOUR) }),
        pki.issuer,
      ),
      [],
      65,
      /^cause: the certificate is too old: renew it: the certificate ended at /,
    ],
    [
      'whose issuer is nowhere',
      certificatesPem(pki.leaf),
      [],
      69,
      /^cause: the issuer is not to be had, and must be given with --issuer FILE: .*\nnext: restaple inspect domain\.crt$/,
    ],
    [
      'with the wrong issuer given, and the right one in it',
      certificatesPem(pki.leaf, pki.issuer),
      ['--issuer', 'stranger.pem'],
      65,
      /^cause: the wrong issuer was given: .*\nnext: restaple fetch domain\.crt$/,
    ],
    [
      'of a CA that turned OCSP off',
      silent("Let's Encrypt", 'R11'),
      [],
      69,
      /^cause: the certificate names no OCSP responder: Let's Encrypt turned OCSP off \(2025-08-06\), so there is nothing to staple\nnext: grep -rnsiE 'stapling\|ocsp' \/etc\/nginx /,
    ],
    [
      'of such a CA, and must-staple',
      silent('Google Trust Services', 'WR1', { mustStaple: true }),
      [],
      69,
      /Google Trust Services turned OCSP off \(the second half of 2025\), yet it is must-staple, which cannot work/,
    ],
    [
      'of such a CA from before, whose responder is gone',
      silent("Let's Encrypt", 'R3', { ocspUrls: ['http://127.0.0.1:1/'], mustStaple: true }),
      ['--allow-private', '--retries', '0'],
      75,
      /^cause: Let's Encrypt turned OCSP off \(2025-08-06\), yet the certificate is must-staple, which cannot work: renew it without: cannot connect to .*\nnext: grep /,
    ],
    [
      'whose issuer cannot be fetched',
      certificatesPem(
        serverCertificate(pki, 'a.example.test', {
          serial: 0x2002,
          ocspUrls: ['http://127.0.0.1:1/'],
          caIssuersUrls: ['http://127.0.0.1:1/ca.crt'],
        }),
      ),
      ['--allow-private'],
      75,
      /^cause: the issuer's certificate is not to be had where the certificate says, and must be given with --issuer FILE: .*ECONNREFUSED\)\nnext: curl -v -o \/dev\/null http:\/\/127\.0\.0\.1:1\/ca\.crt$/,
    ],
    [
      'whose issuer had a responder before',
      silent('GlobalSign nv-sa', 'AlphaSSL CA - SHA256 - G2'),
      [],
      69,
      /others of its issuer named .*\nnext: restaple fetch domain\.crt --url http:\/\/ocsp2\.globalsign\.com\/gsalphasha2g2$/,
    ],
    [
      'of a CA that publishes no revocation',
      silent('Short-lived', 'CA', { extensions: [noRevAvail()] }),
      [],
      0,
      /^cause: nothing is wrong: the CA publishes no revocation for this certificate\n/,
    ],
    [
      'that leads to a private address',
      certificatesPem(leafAt('http://10.1.2.3/'), pki.issuer),
      [],
      69,
      /^cause: the certificate leads where a stranger .*\nnext: restaple fetch domain\.crt --allow-host 10\.1\.2\.3$/,
    ],
    [
      'with a URL that is none',
      certificatesPem(leafAt('ocsp:nowhere'), pki.issuer),
      [],
      69,
      /^cause: the OCSP URL cannot be used, and another must be given with --url URL: .*\nnext: restaple inspect domain\.crt$/,
    ],
  ])('%s', async (_sentence, content, more, exitCode, last) => {
    const files = {
      'stranger.pem': certificatesPem(pki.stranger),
      ...(content !== undefined && { 'domain.crt': content }),
    };
    const run = await inDirectory(files, [content === undefined ? 'missing.crt' : 'domain.crt', ...more]);
    expect(run).toMatchObject({ exitCode, err: '' });
    expect(ending(run)).toMatch(last);
  });

  it('that is a directory is told to be one, and listed', async () => {
    await withTempDir(async (dir) => {
      const { exitCode, out } = await runCli(['doctor', dir], { now });
      expect(exitCode).toBe(66);
      expect(out).toContain(
        `cause: ${dir}: it is a directory; give one of the certificates in it\nnext: ls -l ${dir}\n`,
      );
    });
  });

  it('that is self-signed is not told to append an issuer, and one that a metadata service is named in not to allow it', async () => {
    const files = { 'root.crt': certificatesPem(pki.root), ...chain('http://169.254.169.254/') };
    expect((await inDirectory(files, ['root.crt'])).out).not.toMatch(/append|issuer's/);
    expect((await inDirectory(files, ['domain.crt'])).out).not.toContain('--allow-host');
  });

  it('whose must-staple cannot be read ends as with fetch, whatever the responder says', async () => {
    const odd = serverCertificate(pki, 'odd.example.test', {
      serial: pki.leaf.certificate.serialNumber,
      extensions: [
        { ...tlsFeature(), value: Buffer.from('0500', 'hex') },
        authorityInfoAccess({ ocsp: [responder.url], caIssuers: [] }),
      ],
    });
    const files = { 'domain.crt': certificatesPem(odd, pki.issuer) };
    const run = await inDirectory(files, ['domain.crt', '--allow-private']);
    expect(run.exitCode).toBe(65);
    expect(run.out).toMatch(/^ok {3}GET +a response that verifies$/m);
    expect(ending(run)).toMatch(
      /^cause: the certificate is not as a CA should issue one: tlsFeature: .*\nnext: restaple inspect domain\.crt$/,
    );
  });

  it('whose issuer is to be had with the second try is good, as for fetch', async () => {
    let requests = 0;
    const ca = await startHttpServer((request, socket) =>
      answer(++requests === 1 ? { status: 503 } : { body: pki.issuer.certificate.raw })(request, socket),
    );
    const leaf = serverCertificate(pki, 'www.example.test', {
      serial: pki.leaf.certificate.serialNumber,
      ocspUrls: [responder.url],
      caIssuersUrls: [ca.url('/ca.crt').href],
    });
    const run = await inDirectory({ 'domain.crt': certificatesPem(leaf) }, ['domain.crt', '--allow-private']);
    await ca.close();
    expect(run.exitCode).toBe(0);
    expect(requests).toBe(2);
  });

  it('that is out of order is told, and examined all the same', async () => {
    const files = { 'domain.crt': certificatesPem(pki.issuer, leafAt(responder.url)) };
    const run = await inDirectory(files, ['domain.crt', '--allow-private']);
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^FAIL chain +the server's certificate is not the first$/m);
    expect(ending(run)).toContain('fetch succeeds; yet not all is well: chain');
  });
});

/** A file for `inDirectory` whose certificate names these responders. */
const chain = (...urls: readonly string[]) => ({
  'domain.crt': certificatesPem(leafAt(...urls), pki.issuer),
});

describe('a responder', () => {
  it('that answers well has nothing wrong with it', async () => {
    const run = await inDirectory(chain(responder.url), ['domain.crt', '--allow-private'], {
      env: { LANG: 'en_US.UTF-8' },
    });
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    expect(ending(run)).toBe(
      'cause: nothing is wrong: the responder says good\nnext: restaple fetch domain.crt --allow-private',
    );
    expect(run.out).not.toContain('✗');
    for (const title of ['TCP', 'GET', 'POST', 'CertID SHA-256', 'rule 10', 'clock', 'time left'])
      expect(run.out).toMatch(new RegExp(`^✓ ${title} `, 'm'));
  });

  it('behind an edge is told apart by name and by address', async () => {
    const url = `http://localhost:${front.port}/`;
    const run = await inDirectory(chain(url), ['domain.crt', '--allow-host', 'localhost']);
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^- {4}Host +127\.0\.0\.1:\d+: 403 Forbidden: .*\n +whoever asks by address/m);
  });

  it('behind an edge that gets the wrong Host: the right one is found and goes into the next command', async () => {
    const right = `localhost:${front.port}`;
    const run = await inDirectory(chain(`http://${right}/`), ['domain.crt', '--url', front.url]);
    expect(run.exitCode).toBe(75);
    expect(ending(run)).toMatch(
      /^cause: the CDN before the responder wants another Host, with Host: localhost:\d+ it answers well: 403 Forbidden: /,
    );
    expect(ending(run)).toContain(
      `next: restaple fetch domain.crt --url ${front.url} --header 'Host: ${right}'`,
    );
  });

  it.each<[string, (server: TestServer) => Promise<void>, RegExp, RegExp]>([
    [
      'on a port where nobody listens',
      (server) => server.close(),
      /^FAIL TCP +127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)$/m,
      /^cause: there is no answer where the responder should be: .*\nnext: curl -v http/,
    ],
    [
      'that never answers',
      () => Promise.resolve(),
      /^ok {3}TCP +127\.0\.0\.1:\d+ connects$/m,
      /^cause: the responder, or the way to it, is too slow: .*\nnext: restaple fetch domain\.crt .*--timeout 2m$/,
    ],
  ])('%s', async (_sentence, arrange, line, last) => {
    const server = await startHttpServer(silence);
    await arrange(server);
    const run = await inDirectory(chain(server.url().href), [
      'domain.crt',
      '--allow-private',
      '--timeout',
      '300ms',
      '--retries',
      '0',
    ]);
    expect(run).toMatchObject({ exitCode: 75, err: '' });
    expect(run.out).toMatch(line);
    expect(ending(run)).toMatch(last);
    await server.close();
  });

  it('of which the first URL is dead: the second is the one that is looked at', async () => {
    const dead = await startHttpServer(silence);
    await dead.close();
    const run = await inDirectory(chain(dead.url().href, responder.url), ['domain.crt', '--allow-private']);
    expect(run.exitCode).toBe(0);
    expect(ending(run)).toContain('fetch succeeds; yet not all is well: TCP');
  });

  it('through a proxy that refuses', async () => {
    const proxy = await startHttpServer(answer({ status: 407, reason: 'Proxy Authentication Required' }));
    const args = ['domain.crt', '--url', 'http://ocsp.example.test/', '--proxy', proxy.url().href];
    const run = await inDirectory(chain(), args);
    expect(run.exitCode).toBe(75);
    expect(run.out).toMatch(/^- {4}DNS +ocsp\.example\.test is for the proxy 127\.0\.0\.1:\d+ to find$/m);
    expect(ending(run)).toMatch(/^cause: the proxy is at fault: .*\nnext: restaple fetch .* --proxy ''$/);
    await proxy.close();
  });

  it('strangers may not write to the terminal', async () => {
    const server = await startHttpServer(
      answer({ status: 403, headers: [['Server', 'evil\u009b31m']], body: '\u001b[31m' }),
    );
    const run = await inDirectory(chain(server.url().href), ['domain.crt', '--allow-private']);
    // eslint-disable-next-line no-control-regex
    expect(run.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    await server.close();
  });
});

describe('what is printed', () => {
  it('as JSON has the cause, the findings and the error of fetch', async () => {
    const files = { 'domain.crt': certificatesPem(leafAt(`http://localhost:${front.port}/`), pki.issuer) };
    const run = await inDirectory(files, ['domain.crt', '--url', front.url, '--json']);
    const json: unknown = JSON.parse(run.out);
    expect(json).toMatchObject({
      verb: 'doctor',
      exitCode: 75,
      kind: 'file',
      status: null,
      mustStaple: false,
      error: { code: 'http-status', httpStatus: 403 },
    });
    expect(Object(json)).toHaveProperty('next', expect.stringContaining("--header 'Host: localhost:"));
    expect(run.err).toBe('');
  });

  it('leaves nothing behind: no file, no cache, no changed time', async () => {
    const ca = await startHttpServer(answer({ body: pki.issuer.certificate.raw }));
    await withTempDir(async (dir) => {
      const leaf = serverCertificate(pki, 'www.example.test', {
        serial: pki.leaf.certificate.serialNumber,
        ocspUrls: [responder.url],
        caIssuersUrls: [ca.url('/ca.crt').href],
      });
      await mkdir(join(dir, 'home'));
      const cert = join(dir, 'domain.crt');
      await writeFile(cert, certificatesPem(leaf));
      await writeFile(join(dir, 'domain.key'), keyPem(leaf));
      const before = await snapshot(dir);
      const env = { HOME: join(dir, 'home'), XDG_CACHE_HOME: join(dir, 'cache') };
      const run = await runCli(['doctor', cert, '--allow-private'], { now, env });
      expect(run).toMatchObject({ exitCode: 0, err: '' });
      expect(run.out).toMatch(/^ok {3}issuer .* fetched; its key signed the certificate$/m);
      expect(await snapshot(dir)).toEqual(before);
    });
    await ca.close();
  });
});

/** Every path below with what is in it and when it was changed. */
async function snapshot(dir: string): Promise<Record<string, readonly unknown[]>> {
  const paths = await readdir(dir, { recursive: true });
  const entries = ['', ...paths.toSorted()].map(async (path): Promise<[string, readonly unknown[]]> => {
    const { ino, mode, mtimeMs, ctimeMs } = await stat(join(dir, path));
    const content = await readFile(join(dir, path)).catch(() => undefined);
    return [path, [ino, mode, mtimeMs, ctimeMs, content]];
  });
  return Object.fromEntries(await Promise.all(entries));
}
