import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noRevAvail } from '../../src/demo/pki/extensions.ts';
import { decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { OID } from '../../src/x509/oids.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { NOW, THIS_UPDATE, type TestPki, createTestPki, shift, testResponse } from '../support/pki.ts';
import { type CliRun, runCli, runFetch } from '../support/run-cli.ts';

const HOUR_MS = 3_600_000;

let responder: Responder;
let pki: TestPki;
/** What the responder answers instead of the truth, if anything. */
let mangled: Buffer | undefined;

beforeAll(async () => {
  responder = await startResponder({
    // Keys are the same in every test PKI, so this one speaks for the certificates that name its URL.
    pki: createTestPki(),
    now: () => THIS_UPDATE,
    mangle: (der) => mangled ?? der,
  });
  pki = createTestPki({ leaf: { ocspUrls: [responder.url] } });
});
afterAll(() => responder.close());
beforeEach(() => {
  mangled = undefined;
  responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'good' });
});

interface Site {
  readonly dir: string;
  readonly cert: string;
  readonly staple: string;
}

/** A directory with `domain.crt`: the leaf and its issuer. */
async function withSite(use: (site: Site) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const site = { dir, cert: join(dir, 'domain.crt'), staple: join(dir, 'domain.ocsp') };
    await writeFile(site.cert, certificatesPem(pki.leaf, pki.issuer));
    await use(site);
  });
}

const GOOD = '\tThis Update: Feb 25 09:32:45 2026 GMT\n\tNext Update: Feb 25 21:32:45 2026 GMT\n';
const good = (path: string): string => `${path}: good\n${GOOD}`;
const lastRequest = (): Buffer => responder.requests.at(-1)?.ocsp ?? Buffer.alloc(0);
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('restaple fetch CERT', () => {
  it('prints the three lines of openssl and writes the response beside the certificate', () =>
    withSite(async ({ dir, cert, staple }) => {
      expect(await runFetch([cert])).toMatchObject({ exitCode: 0, out: good(cert), err: '' });
      expect(await readdir(dir)).toEqual(['domain.crt', 'domain.ocsp']);
      expect((await stat(staple)).mode & 0o777).toBe(0o644);
      expect(await runCli(['verify', staple, '--cert', cert])).toMatchObject({ exitCode: 0 });
    }));

  it('asks by GET with the name and port of the URL as Host', () =>
    withSite(async ({ cert }) => {
      await runFetch([cert]);
      const request = responder.requests.at(-1);
      expect(request).toMatchObject({ method: 'GET', headers: { host: `127.0.0.1:${responder.port}` } });
      const { requestList, requestExtensions } = decodeOCSPRequest(lastRequest()).tbsRequest;
      expect(requestList[0]?.reqCert.hashAlgorithm.algorithm).toBe(OID.sha1);
      expect(requestExtensions).toEqual([]);
    }));

  it('does not touch a file that has the same bytes already', () =>
    withSite(async ({ cert, staple }) => {
      await runFetch([cert]);
      const before = await stat(staple);
      const run = await runFetch(['-v', cert]);
      expect(run.err).toContain(`unchanged ${staple}`);
      expect(await stat(staple)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    }));

  it('keeps a staple that is newer than the response, and shows its times', () =>
    withSite(async ({ cert, staple }) => {
      const newer = testResponse(pki, {
        thisUpdate: shift(THIS_UPDATE, HOUR_MS),
        nextUpdate: shift(NOW, 20 * HOUR_MS),
      });
      await writeFile(staple, newer);
      const run = await runFetch([cert]);
      expect(run.exitCode).toBe(0);
      expect(run.out).toContain('\tThis Update: Feb 25 10:32:45 2026 GMT\n');
      expect(run.err).toContain('kept the staple that is there');
      expect(await readFile(staple)).toEqual(newer);
    }));

  it('replaces a file that is no staple', () =>
    withSite(async ({ cert, staple }) => {
      await writeFile(staple, 'rubbish');
      expect(await runFetch([cert])).toMatchObject({ exitCode: 0 });
      expect((await readFile(staple)).length).toBeGreaterThan(100);
    }));
});

describe('a file that is something else', () => {
  it.each([
    ['the certificate itself', 'domain.crt', () => certificatesPem(pki.leaf, pki.issuer)],
    ['a private key', 'domain.key', () => keyPem(pki.leaf)],
    ['a DER certificate', 'other', () => pki.leaf.certificate.raw],
  ])('%s is never overwritten', (_title, name, contentOf) =>
    withSite(async ({ dir, cert }) => {
      const [path, content] = [join(dir, name), Buffer.from(contentOf())];
      await writeFile(path, content);
      for (const flags of [[], ['--no-verify']]) {
        const run = await runFetch([cert, '-o', path, ...flags]);
        expect(run).toMatchObject({ exitCode: 73, out: '' });
        expect(run.err).toContain('holds something else than a staple');
      }
      expect(await readFile(path)).toEqual(content);
    }),
  );
});

describe('a certificate that is not good', () => {
  it('is reported as revoked in the words of openssl, exit 1, and the staple stays', () =>
    withSite(async ({ cert, staple }) => {
      await runFetch([cert]);
      const before = await readFile(staple);
      responder.setStatus(pki.leaf.certificate.serialNumber, {
        type: 'revoked',
        revocationTime: shift(NOW, -HOUR_MS),
        reason: 1,
      });
      const run = await runFetch([cert]);
      expect(run.exitCode).toBe(1);
      expect(run.out).toBe(
        `${cert}: revoked\n${GOOD}\tReason: keyCompromise\n\tRevocation Time: Feb 25 11:00:00 2026 GMT\n`,
      );
      expect(run.err).toContain(`${staple} was not written`);
      expect(await readFile(staple)).toEqual(before);
    }));

  it('is reported as unknown, exit 1, and nothing is written', () =>
    withSite(async ({ dir, cert }) => {
      responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'unknown' });
      expect(await runFetch([cert])).toMatchObject({ exitCode: 1, out: `${cert}: unknown\n${GOOD}` });
      expect(await readdir(dir)).toEqual(['domain.crt']);
    }));

  it('is also not written with --no-verify', () =>
    withSite(async ({ dir, cert }) => {
      responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'unknown' });
      expect(await runFetch(['--no-verify', cert])).toMatchObject({ exitCode: 1 });
      expect(await readdir(dir)).toEqual(['domain.crt']);
    }));
});

describe('where the staple goes', () => {
  it('-o names the file', () =>
    withSite(async ({ dir, cert }) => {
      await runFetch([cert, '-o', join(dir, 'other.der')]);
      expect(await readdir(dir)).toEqual(['domain.crt', 'other.der']);
    }));

  it('--stdout gives the DER to standard output and the talk to standard error', () =>
    withSite(async ({ dir, cert }) => {
      const run = await runFetch(['--stdout', cert]);
      expect(run).toMatchObject({ exitCode: 0, err: good(cert) });
      expect(run.outBytes.subarray(0, 2)).toEqual(Buffer.of(0x30, 0x82));
      expect(await readdir(dir)).toEqual(['domain.crt']);
    }));

  it('--stdout gives nothing for a revoked certificate', () =>
    withSite(async ({ cert }) => {
      responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'unknown' });
      const run = await runFetch(['--stdout', cert]);
      expect(run).toMatchObject({ exitCode: 1, out: '' });
    }));

  it('--out-dir takes the name of the certificate, or of its directory where every certificate is called the same', () =>
    withTempDir(async (dir) => {
      await mkdir(join(dir, 'live', 'example.com'), { recursive: true });
      await mkdir(join(dir, 'out'));
      const paths = [join(dir, 'site.pem'), join(dir, 'live', 'example.com', 'fullchain.pem')];
      for (const path of paths) await writeFile(path, certificatesPem(pki.leaf, pki.issuer));
      const run = await runFetch([...paths, '--out-dir', join(dir, 'out')]);
      expect(run).toMatchObject({ exitCode: 0, out: paths.map(good).join('') });
      expect(await readdir(join(dir, 'out'))).toEqual(['example.com.ocsp', 'site.ocsp']);
    }));

  it('refuses two different certificates for one file, and writes neither', () =>
    withTempDir(async (dir) => {
      const other = createTestPki({ leaf: { ocspUrls: [responder.url], serial: 0x7777 } });
      await writeFile(join(dir, 'a.crt'), certificatesPem(pki.leaf, pki.issuer));
      await writeFile(join(dir, 'a.pem'), certificatesPem(other.leaf, pki.issuer));
      const run = await runFetch([join(dir, 'a.crt'), join(dir, 'a.pem')]);
      expect(run.exitCode).toBe(64);
      expect(run.err).toContain(`${join(dir, 'a.ocsp')} would be the staple of`);
      expect(await readdir(dir)).toEqual(['a.crt', 'a.pem']);
    }));

  it('says 73 when the directory is not there, and leaves nothing behind', () =>
    withSite(async ({ dir, cert }) => {
      const run = await runFetch([cert, '--out-dir', join(dir, 'nowhere')]);
      expect(run.exitCode).toBe(73);
      expect(lines(run.err)[0]).toBe(
        `restaple: ${cert}: cannot write ${join(dir, 'nowhere', 'domain.ocsp')}: no such file or directory (ENOENT)`,
      );
      expect(await readdir(dir)).toEqual(['domain.crt']);
    }));
});

describe('several certificates', () => {
  it('a directory: its server certificates, with issuers from the files beside them; all else is passed over', () =>
    withTempDir(async (dir) => {
      await mkdir(join(dir, 'sub'));
      await writeFile(join(dir, 'domain.crt'), certificatesPem(pki.leaf));
      await writeFile(join(dir, 'issuer.crt'), certificatesPem(pki.issuer));
      await writeFile(join(dir, 'domain.key'), keyPem(pki.leaf));
      await writeFile(join(dir, 'readme'), 'hello');
      await symlink(join(dir, 'domain.crt'), join(dir, 'sub', 'linked.pem'));
      const run = await runFetch([dir]);
      expect(run.out).toBe(good(join(dir, 'domain.crt')));
      // The issuer lies in the other directory, and the certificate does not say where to get it.
      expect(run.err).toContain(
        `${join(dir, 'sub', 'linked.pem')}: the issuer, O=Restaple Test, CN=Test Issuer, is not in the file`,
      );
      expect(run.exitCode).toBe(69);
    }));

  it('a pattern, in the order of the names', () =>
    withTempDir(async (dir) => {
      for (const file of ['b.crt', 'a.crt', 'c.txt']) {
        await writeFile(join(dir, file), certificatesPem(pki.leaf, pki.issuer));
      }
      const run = await runFetch([join(dir, '*.crt')]);
      expect(run.out).toBe(good(join(dir, 'a.crt')) + good(join(dir, 'b.crt')));
    }));

  it('one bad among good ones does not stop them, and its code is the exit code', () =>
    withSite(async ({ dir, cert }) => {
      const bad = join(dir, 'bad.crt');
      await writeFile(bad, 'no certificate');
      const run = await runFetch([bad, cert, join(dir, 'missing.crt')]);
      expect(run).toMatchObject({ exitCode: 66, out: good(cert) });
      expect(lines(run.err).filter((line) => line.startsWith('restaple: '))).toEqual([
        `restaple: ${bad}: no certificate in it`,
        `restaple: ${join(dir, 'missing.crt')}: cannot be read: no such file or directory (ENOENT)`,
      ]);
    }));

  it('an empty directory and a pattern without a match are errors of their own', () =>
    withTempDir(async (dir) => {
      expect(await runFetch([dir])).toMatchObject({ exitCode: 65 });
      const run = await runFetch([join(dir, '*.crt')]);
      expect(run.exitCode).toBe(66);
      expect(run.err).toContain('no file matches the pattern');
    }));

  it('a directory with nothing but CA certificates has no server certificate', () =>
    withTempDir(async (dir) => {
      await writeFile(join(dir, 'issuer.crt'), certificatesPem(pki.issuer));
      const run = await runFetch([dir]);
      expect(run.exitCode).toBe(65);
      expect(run.err).toContain(`${dir}: no server certificate in it`);
    }));
});

describe('how it asks', () => {
  const cases: readonly [title: string, args: readonly string[], check: () => void][] = [
    ['--method post', ['--method', 'post'], () => expect(responder.requests.at(-1)?.method).toBe('POST')],
    [
      '--hash sha256',
      ['--hash', 'sha256'],
      () => {
        const { requestList } = decodeOCSPRequest(lastRequest()).tbsRequest;
        expect(requestList[0]?.reqCert.hashAlgorithm.algorithm).toBe(OID.sha256);
      },
    ],
    [
      '--nonce sends 32 bytes and takes them back',
      ['--nonce'],
      () => {
        const [nonce] = decodeOCSPRequest(lastRequest()).tbsRequest.requestExtensions;
        expect(nonce).toMatchObject({ oid: OID.ocspNonce });
        expect(nonce?.value.length).toBe(34);
      },
    ],
    [
      '--header, Host included',
      ['--header', 'Host: ocsp.example', '--header', 'X-Two:  b '],
      () => expect(responder.requests.at(-1)?.headers).toMatchObject({ host: 'ocsp.example', 'x-two': 'b' }),
    ],
  ];
  it.each(cases)('%s', (_title, args, check) =>
    withSite(async ({ cert }) => {
      expect(await runFetch([cert, ...args])).toMatchObject({ exitCode: 0, err: '' });
      check();
    }),
  );

  it('--url takes the place of the URLs in the certificate', () =>
    withTempDir(async (dir) => {
      const elsewhere = createTestPki({ leaf: { ocspUrls: ['http://127.0.0.1:1/'] } });
      const cert = join(dir, 'domain.crt');
      await writeFile(cert, certificatesPem(elsewhere.leaf, pki.issuer));
      expect(await runFetch([cert])).toMatchObject({ exitCode: 75 });
      expect(await runFetch([cert, '--url', responder.url])).toMatchObject({ exitCode: 0, err: '' });
    }));

  it('--nonce refuses an answer without it', () =>
    withSite(async ({ cert }) => {
      mangled = testResponse(pki);
      const run = await runFetch([cert, '--nonce']);
      expect(run.exitCode).toBe(65);
      expect(run.err).toContain('the response has no nonce, though one was sent');
    }));
});

describe('--if-due', () => {
  it('asks nobody while the staple is in the first half of its life, and asks in the second', () =>
    withSite(async ({ cert, staple }) => {
      await runFetch([cert], { now: THIS_UPDATE });
      const asked = responder.requests.length;
      const before = await readFile(staple);
      const early = await runFetch(['-v', '--if-due', cert], {
        now: shift(THIS_UPDATE, 5.9 * HOUR_MS),
      });
      expect(early).toMatchObject({ exitCode: 0, out: good(cert) });
      expect(early.err).toContain('not due until 2026-02-25T15:32:45Z');
      expect(responder.requests.length).toBe(asked);
      await runFetch(['--if-due', cert], { now: shift(THIS_UPDATE, 6.1 * HOUR_MS) });
      expect(responder.requests.length).toBe(asked + 1);
      expect(await readFile(staple)).toEqual(before);
    }));
});

describe('--no-verify', () => {
  it('says loudly what it is, and writes what a stranger signed', () =>
    withSite(async ({ cert, staple }) => {
      mangled = testResponse(pki, { signer: pki.strangerDelegate });
      expect(await runFetch([cert])).toMatchObject({ exitCode: 65 });
      const run = await runFetch(['--no-verify', cert]);
      expect(run.exitCode).toBe(0);
      expect(run.err).toContain('WARNING');
      expect(await readFile(staple)).toEqual(mangled);
    }));

  it('never puts an unverified response over a staple', () =>
    withSite(async ({ cert, staple }) => {
      await runFetch([cert]);
      const before = await readFile(staple);
      mangled = testResponse(pki, {
        signer: pki.strangerDelegate,
        thisUpdate: NOW,
        nextUpdate: shift(NOW, 9 * HOUR_MS),
      });
      expect(await runFetch(['--no-verify', cert])).toMatchObject({ exitCode: 0 });
      expect(await readFile(staple)).toEqual(before);
    }));

  it('still refuses a response for another certificate', () =>
    withSite(async ({ cert }) => {
      mangled = testResponse(createTestPki({ leaf: { serial: 0x4242 } }));
      expect(await runFetch(['--no-verify', cert])).toMatchObject({ exitCode: 65 });
    }));
});

/** Fetches for a leaf that names no responder unless `leaf` says so; its path is shown as `domain.crt`. */
const fetchLeaf = (leaf: NonNullable<Parameters<typeof createTestPki>[0]>['leaf']): Promise<CliRun> =>
  withTempDir(async (dir) => {
    const own = createTestPki({ leaf: { ocspUrls: [], ...leaf } });
    const cert = join(dir, 'domain.crt');
    await writeFile(cert, certificatesPem(own.leaf, own.issuer));
    const run = await runFetch([cert]);
    return { ...run, err: run.err.replaceAll(cert, 'domain.crt') };
  });

describe('certificates without a responder', () => {
  it('exit 69 with a clear word', async () => {
    const run = await fetchLeaf({});
    expect(run).toMatchObject({ exitCode: 69, out: '' });
    expect(lines(run.err)[0]).toBe('restaple: domain.crt: the certificate names no OCSP responder');
    expect(lines(run.err)[1]).toMatch(/^hint: /);
  });

  it('must-staple is said', async () => {
    const run = await fetchLeaf({ mustStaple: true });
    expect(run.err).toContain(
      'domain.crt: the certificate is must-staple: clients that honour this refuse it',
    );
  });

  it('noRevAvail: nothing to do, exit 0', async () => {
    const run = await fetchLeaf({ extensions: [noRevAvail()] });
    expect(run).toMatchObject({ exitCode: 0, out: '' });
    expect(run.err).toBe(
      'restaple: domain.crt: nothing to do: the CA publishes no revocation for this certificate (noRevAvail)\n',
    );
  });

  it('an expired certificate is not asked about', async () => {
    const run = await fetchLeaf({ notAfter: shift(NOW, -HOUR_MS), ocspUrls: ['http://127.0.0.1:1/'] });
    expect(run.exitCode).toBe(65);
    expect(run.err).toContain('the certificate ended at 2026-02-25T11:00:00Z');
  });
});

describe('output', () => {
  it('--json: one document, complete', () =>
    withSite(async ({ dir, cert, staple }) => {
      const bad = join(dir, 'bad.crt');
      await writeFile(bad, '');
      const run = await runFetch(['--json', cert, bad]);
      expect(run).toMatchObject({ exitCode: 65, err: '' });
      expect(JSON.parse(run.out)).toEqual({
        verb: 'fetch',
        exitCode: 65,
        certificates: [
          {
            certificate: cert,
            exitCode: 0,
            status: 'good',
            staple: 'written',
            output: staple,
            mustStaple: false,
            verified: true,
            thisUpdate: '2026-02-25T09:32:45Z',
            nextUpdate: '2026-02-25T21:32:45Z',
            producedAt: '2026-02-25T09:32:45Z',
            validUntil: '2026-02-25T21:32:45Z',
            dueAt: null,
            revocationTime: null,
            revocationReason: null,
            signer: { kind: 'delegate', subject: 'O=Restaple Test, CN=Test OCSP Signer' },
            responder: responder.url,
            method: 'GET',
            error: null,
          },
          expect.objectContaining({
            certificate: bad,
            exitCode: 65,
            status: 'failed',
            staple: 'not written',
            error: expect.objectContaining({ code: 'certificate-not-found', exitCode: 65, path: bad }),
          }),
        ],
      });
    }));

  it('-q prints errors only', () =>
    withSite(async ({ dir, cert }) => {
      expect(await runFetch(['-q', cert])).toMatchObject({ exitCode: 0, out: '', err: '' });
      const run = await runFetch(['-q', cert, join(dir, 'missing')]);
      expect(run).toMatchObject({ exitCode: 66, out: '' });
      expect(run.err).toContain('cannot be read');
    }));

  it('a file name with control characters does not reach the terminal as it is', () =>
    withTempDir(async (dir) => {
      const cert = join(dir, 'a\u001B[31m.crt');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      const run = await runFetch(['-v', cert]);
      expect(run.out + run.err).not.toContain('\u001B');
      expect(run.out).toContain('a\\u{1b}[31m.crt: good');
    }));
});

describe('usage', () => {
  const wrong: readonly [title: string, args: readonly string[]][] = [
    ['no certificate', []],
    ['an unknown option', ['x.crt', '--frobnicate']],
    ['-o with several certificates', ['x.crt', 'y.crt', '-o', 'z']],
    ['--stdout with --json', ['x.crt', '--stdout', '--json']],
    ['--out with --out-dir', ['x.crt', '--out', 'a', '--out-dir', 'b']],
    ['a header without a colon', ['x.crt', '--header', 'Host']],
    ['a header with a line break', ['x.crt', '--header', 'Host: a\r\nX: b']],
    ['a method that is none', ['x.crt', '--method', 'put']],
    ['a hash that is none', ['x.crt', '--hash', 'md5']],
    ['a duration that is none', ['x.crt', '--timeout', 'soon']],
    ['no jobs', ['x.crt', '--jobs', '0']],
    ['--allow-no-next-update without --max-age', ['x.crt', '--allow-no-next-update']],
    ['--nonce with --no-verify', ['x.crt', '--nonce', '--no-verify']],
  ];
  it.each(wrong)('%s: exit 64', async (_title, args) => {
    const run = await runFetch([...args]);
    expect(run).toMatchObject({ exitCode: 64, out: '' });
    expect(run.err).not.toContain('    at ');
    expect(run.err.length).toBeGreaterThan(10);
  });

  it('--help and --version: exit 0, on standard output', async () => {
    expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, err: '' });
    const help = await runCli(['fetch', '--help']);
    expect(help).toMatchObject({ exitCode: 0, err: '' });
    expect(help.out).toContain('--if-due');
  });
});
