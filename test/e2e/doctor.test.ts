/** `restaple doctor` as it is installed, at servers and fronts as they are: what it types next is typed, and runs. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { answer, startHttpServer } from '../support/http-server.ts';
import { type Outcome, describeWithPeer, run } from '../support/peers.ts';
import { shift, testResponse } from '../support/pki.ts';
import { type Nginx, startNginx } from '../support/programs/nginx.ts';
import { at, cli, dir, now, pki, responder, serial, useDoctorWorld } from './doctor-world.ts';
import { serverCertificate } from './world.ts';

const HOUR = 3_600_000;

useDoctorWorld();

interface Told {
  readonly cause: string;
  readonly next: string;
  readonly exitCode: number;
}

async function told(...args: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await cli.run('doctor', ...args, '--json', '--retries', '0');
  const json: Told = JSON.parse(stdout);
  expect({ stderr, exitCode: json.exitCode }).toEqual({ stderr: '', exitCode: code });
  return json;
}

/** What was advised, in a shell where restaple is installed. */
const typed = (next: string, cwd: string): Promise<Outcome> =>
  run('/bin/sh', ['-c', `restaple() { '${process.execPath}' '${cli.program('restaple')}' "$@"; }; ${next}`], {
    cwd,
  });

const leafOf = (name: string) => serverCertificate(pki, name, { serial, ocspUrls: [responder.url] });

const put = async (file: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(dir.path, file), content);
  return join(dir.path, file);
};

const siteFor = async (name: string, staple?: Buffer, alone = false): Promise<string> => {
  const leaf = leafOf(name);
  const cert = alone ? certificatesPem(leaf) : certificatesPem(leaf, pki.issuer);
  return `
    server_name ${name};
    ssl_certificate ${await put(`${name}.crt`, cert)};
    ssl_certificate_key ${await put(`${name}.key`, keyPem(leaf))};
    ${staple ? `ssl_stapling on; ssl_stapling_file ${await put(`${name}.ocsp`, staple)};` : ''}`;
};

describeWithPeer('nginx', 'nginx', (path) => {
  let server: Nginx;
  let front: Nginx;
  const here = (name: string): string[] => [
    `${name}:${server.port}`,
    '--resolve',
    `${name}:${server.port}:127.0.0.1`,
    '--allow-private',
  ];

  beforeAll(async () => {
    const sites = await Promise.all([
      siteFor('default.example.test'),
      siteFor('good.example.test', testResponse(pki, at)),
      siteFor('old.example.test', testResponse(pki, { thisUpdate: shift(now, -9 * HOUR), nextUpdate: now })),
      siteFor('forged.example.test', testResponse(pki, { ...at, signer: pki.stranger })),
      siteFor('none.example.test'),
      siteFor('alone.example.test', undefined, true),
    ]);
    server = await startNginx(path, (port) =>
      sites.map((lines) => `server { listen 127.0.0.1:${port} ssl; ${lines} }`).join('\n'),
    );
    front = await startNginx(
      path,
      (port) => `
        server { listen 127.0.0.1:${port} default_server; return 403; }
        server { listen 127.0.0.1:${port}; server_name localhost; location / { proxy_pass ${responder.url}; } }`,
    );
  });
  afterAll(async () => {
    await server.stop();
    await front.stop();
  });

  it.each<[string, string[], number, RegExp, boolean, RegExp]>([
    ['good', [], 0, /^nothing is wrong: the responder says good$/, false, /Response Status: successful/],
    ['old', [], 0, /, but the server staples what nobody should take: nextUpdate /, true, /: good\n/],
    ['forged', [], 0, /, but the server staples what nobody should take: signer /, true, /: good\n/],
    ['none', [], 0, /^the responder says good, but the server staples nothing$/, true, /: good\n/],
    ['alone', [], 69, /^the server sends its certificate without that of its issuer, /, false, /CN=alone/],
    // Where no name fits, nginx presents the first.
    [
      'unknown',
      ['--url', 'http://127.0.0.1:1/'],
      75,
      /^the server presents the certificate of another name: its certificate is for DNS:default/,
      false,
      /CN=default/,
    ],
  ])('whose staple is %s', async (site, more, exitCode, cause, isFetched, said) => {
    const name = `${site}.example.test`;
    const { next, ...rest } = await told(...here(name), ...more);
    expect(rest).toMatchObject({ cause: expect.stringMatching(cause), exitCode });
    await withTempDir(async (cwd) => {
      expect(await typed(next, cwd)).toMatchObject({ code: 0, stdout: expect.stringMatching(said) });
      expect(await readdir(cwd)).toEqual(isFetched ? [`${name}.ocsp`] : []);
    });
  });

  it('as a front that demands the right Host: the command brings the staple', async () => {
    const file = join(dir.path, 'domain.crt');
    const leaf = serverCertificate(pki, 'a.example.test', {
      serial,
      ocspUrls: [`http://localhost:${front.port}/`],
    });
    await writeFile(file, certificatesPem(leaf, pki.issuer));
    const { cause, next, exitCode } = await told(file, '--url', `http://127.0.0.1:${front.port}/`);
    expect(cause).toMatch(
      /^the CDN before the responder wants another Host, with Host: localhost:\d+ it answers/,
    );
    expect(exitCode).toBe(75);
    expect(await typed(next, dir.path)).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(dir.path)).toContain('domain.ocsp');
  });
});

describeWithPeer('bash', 'a pipe in place of a file', (bash) => {
  it.each([
    ['a key', () => keyPem(pki.leaf), 65, 'no certificate in it: it holds PRIVATE KEY'],
    ['a chain', () => certificatesPem(leafOf('a.example.test'), pki.issuer), 0, 'nothing is wrong'],
  ])('with %s is read once', async (_sentence, content, code, cause) => {
    const file = await put('piped.pem', content());
    const command = `'${process.execPath}' '${cli.program('restaple')}' doctor <(cat '${file}') --allow-private`;
    expect(await run(bash, ['-c', command])).toMatchObject({
      code,
      stdout: expect.stringContaining(cause),
      stderr: '',
    });
  });
});

describe('what is printed', () => {
  it('is plain ASCII in a pipe without UTF-8, whoever says what', async () => {
    const server = await startHttpServer(
      answer({ status: 403, reason: 'Verboten', body: `<title>Gäste — ${'лог '.repeat(40)}</title>` }),
    );
    const file = join(dir.path, 'plain.crt');
    await writeFile(file, certificatesPem(pki.leaf, pki.issuer));
    const args = ['doctor', file, '--url', server.url().href, '--retries', '0'];
    const plain = await cli.runWith({ LANG: 'C' }, ...args);
    const signs = await cli.runWith({ LANG: 'C.UTF-8', NO_COLOR: '1' }, ...args);
    await server.close();
    expect(plain.stdout).toMatch(/^[\n\x20-\x7e]+$/);
    expect(plain.stdout).toContain('G\\u{e4}ste');
    expect(signs.stdout).toContain('✗ answer');
    expect(signs.stdout).toContain('Gäste');
    // eslint-disable-next-line no-control-regex
    expect(signs.stdout).not.toMatch(/\u001b/);
  });
});

/** Whatever makes, changes, moves or removes something in a file system. */
const CALLS = 'trace=file,ftruncate,fchmod,fchown,fsetxattr';
const WRITES =
  /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^\d+ +(?:creat|mkdir|mknod|rename|unlink|rmdir|link|symlink|chmod|fchmod|chown|fchown|lchown|utime|futime|truncate|ftruncate|setxattr|fsetxattr)/m;

describeWithPeer('strace', 'the system', (strace) => {
  it('is asked to write nothing at all', async () => {
    const ca = await startHttpServer(answer({ body: pki.issuer.certificate.raw }));
    const file = join(dir.path, 'alone.crt');
    const leaf = serverCertificate(pki, 'a.example.test', {
      serial,
      ocspUrls: [responder.url],
      caIssuersUrls: [ca.url('/ca.crt').href],
    });
    await writeFile(file, certificatesPem(leaf));
    const home = join(dir.path, 'home');
    await mkdir(home, { recursive: true });
    const trace = join(dir.path, 'trace');
    const ways = [
      [file, '--allow-private'],
      [file, '--allow-private', '--json', '--crl'],
      ['127.0.0.1:1'],
      [join(dir.path, 'gone.crt')],
    ];
    for (const args of ways) {
      const command = [process.execPath, cli.program('restaple'), 'doctor', ...args];
      const { stdout } = await run('/usr/bin/env', [
        `HOME=${home}`,
        'UV_USE_IO_URING=0',
        `XDG_CACHE_HOME=${join(home, 'cache')}`,
        strace,
        '-f',
        '-e',
        CALLS,
        '-o',
        trace,
        ...command,
      ]);
      expect(stdout).toMatch(/cause/);
      const calls = (await readFile(trace, 'utf8')).split('\n');
      // Not an empty trace: the program itself was read.
      expect(calls.some((call) => call.includes('doctor.cjs'))).toBe(true);
      expect(calls.filter((call) => WRITES.test(call))).toEqual([]);
    }
    await ca.close();
    expect(await readdir(home)).toEqual([]);
  });
});
