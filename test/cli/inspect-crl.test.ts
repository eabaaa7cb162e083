/** `restaple inspect --crl`: what the CRLs say of the certificates in a file, over real sockets. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from '../../src/demo/pki/entity.ts';
import { crlDistributionPoints, noRevAvail } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { formatPem } from '../../src/der/pem.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { crl, pki } from '../crl/world.ts';
import { entry, reasonCode } from '../support/crl.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import {
  type Behaviour,
  type TestServer,
  answer,
  answerBytes,
  drip,
  header,
  startHttpServer,
} from '../support/http-server.ts';
import { testKeys } from '../support/keys.ts';
import { THIS_UPDATE } from '../support/pki.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(answer({}));
});
afterAll(() => server.close());

const SERIAL = 0x3000;

const certificate = (extensions: readonly Extension[]) =>
  createServer(pki.issuer, {
    name: name([['CN', 'www.example.test']]),
    keys: testKeys('p256', 3),
    serial: SERIAL,
    notBefore: pki.leaf.certificate.notBefore,
    notAfter: pki.leaf.certificate.notAfter,
    extensions,
  });

/** A certificate whose CRL is to be had at this server. */
const served = (path = '/1.crl') => certificate([crlDistributionPoints([server.url(path).href])]);

const inspect = (args: readonly string[], one = served()): Promise<CliRun> =>
  withTempDir(async (dir) => {
    const file = join(dir, 'domain.crt');
    await writeFile(file, certificatesPem(one, pki.issuer, pki.root));
    const run = await runCli(['inspect', file, '--crl', ...args]);
    const plain = (text: string) =>
      text.replaceAll(`${dir}/`, '').replaceAll(`127.0.0.1:${server.port}`, 'SERVER');
    return { ...run, out: plain(run.out), err: plain(run.err) };
  });

const crlLines = ({ out }: CliRun): readonly string[] =>
  [...out.matchAll(/^ +CRL: +(.*)$/gm)].map(([, text = '']) => text);

const TIMES = '(thisUpdate 2026-02-25T09:32:45Z, nextUpdate 2026-02-25T21:32:45Z';
const mine = Buffer.of(0x30, 0x00);

describe('restaple inspect --crl', () => {
  it('says good, and asks by a plain GET', async () => {
    server.behave(answer({ body: crl() }));
    const run = await inspect(['--allow-private']);
    // The CAs in the file name no CRL.
    expect(crlLines(run)).toEqual([`good by http://SERVER/1.crl ${TIMES}, 0 entries)`]);
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    const request = server.requests.at(-1);
    expect(request).toMatchObject({ method: 'GET', target: '/1.crl' });
    expect(header(request, 'accept-encoding')).toBeUndefined();
  });

  it('says revoked, exit 1, and the same in JSON', async () => {
    server.behave(answer({ body: crl({ entries: [entry(mine, THIS_UPDATE, [reasonCode(1)])] }) }));
    const run = await inspect(['--allow-private']);
    expect(crlLines(run)[0]).toBe(
      `revoked since 2026-02-25T09:32:45Z, reason keyCompromise, by http://SERVER/1.crl ${TIMES}, 1 entry)`,
    );
    expect(run.exitCode).toBe(1);
    const { out, exitCode } = await inspect(['--allow-private', '--json']);
    const document: { readonly files: readonly object[] } = JSON.parse(out);
    expect(exitCode).toBe(1);
    expect(document.files).toMatchObject([
      {
        type: 'certificate',
        crl: {
          status: 'revoked',
          url: 'http://SERVER/1.crl',
          thisUpdate: '2026-02-25T09:32:45Z',
          nextUpdate: '2026-02-25T21:32:45Z',
          entries: 1,
          revocationTime: '2026-02-25T09:32:45Z',
          revocationReason: 'keyCompromise',
          invalidityDate: null,
          notes: [],
          error: null,
        },
      },
      { crl: null },
      { crl: null },
    ]);
  });

  it('needs none where the CA will never publish one', async () => {
    const run = await inspect([], certificate([noRevAvail()]));
    expect(crlLines(run)[0]).toBe('none is needed (noRevAvail)');
  });

  it('tells of a server certificate that names none, exit 69', async () => {
    const run = await inspect([], certificate([]));
    expect(crlLines(run)).toEqual(['not known: the certificate names no CRL']);
    expect(run.err).toBe(
      'restaple: domain.crt: the certificate names no CRL\n' +
        'hint: no CRL says whether it is revoked; ask the CA where it publishes revocation\n',
    );
    expect(run.exitCode).toBe(69);
  });

  it('takes a URL after one that is no use, and says so', async () => {
    server.behave(answer({ body: formatPem('X509 CRL', crl()) }));
    const urls = ['ldap://ldap.example.test/cn=crl', server.url('/a.crl').href];
    const run = await inspect(['--allow-private'], certificate([crlDistributionPoints(urls)]));
    expect(run.out).toContain(
      [
        `good by http://SERVER/a.crl ${TIMES}, 0 entries)`,
        'ldap://ldap.example.test/cn=crl is no http or https URL',
        'http://SERVER/a.crl serves PEM, where DER belongs (RFC 5280 section 4.2.1.13)',
      ].join('\n                        '),
    );
  });

  it('goes on to the next URL when one fails', async () => {
    server.behave((request, socket) =>
      answer(request.target === '/b.crl' ? { body: crl() } : { status: 500 })(request, socket),
    );
    const urls = [server.url('/a.crl').href, server.url('/b.crl').href];
    const run = await inspect(['--allow-private'], certificate([crlDistributionPoints(urls)]));
    expect(crlLines(run)[0]).toContain('good by http://SERVER/b.crl ');
    const alone = await inspect(['--allow-private', '--json']);
    expect(JSON.parse(alone.out)).toMatchObject({
      exitCode: 75,
      files: [
        { crl: { status: 'failed', error: { code: 'crl-not-served', url: 'http://SERVER/1.crl' } } },
        {},
        {},
      ],
    });
  });

  it('follows a redirect, but into no private network', async () => {
    server.behave((request, socket) =>
      (request.target === '/1.crl'
        ? answer({ status: 302, headers: [['Location', '/moved.crl']] })
        : answer({ body: crl() }))(request, socket),
    );
    expect(crlLines(await inspect(['--allow-private']))[0]).toContain('good by http://SERVER/1.crl');
    const refused = await inspect([]);
    expect(refused.err).toContain('a certificate may not lead to a loopback address');
    expect(refused.exitCode).toBe(69);
  });

  it.each<[string, Behaviour, string, number]>([
    ['404', answer({ status: 404, reason: 'Not Found' }), '404 Not Found, where a CRL should be', 75],
    [
      'a page',
      answer({ headers: [['Content-Type', 'text/html']], body: '<html><title>Log in</title>' }),
      'text/html, a page with the title "Log in", where a CRL should be',
      75,
    ],
    ['nothing', answer({ body: '' }), 'an empty answer, where a CRL should be', 75],
    [
      'gzip',
      (request, socket) =>
        answer({ headers: [['Content-Encoding', 'gzip']], body: gzipSync(crl()) })(request, socket),
      'an answer in the encoding gzip, which was not asked for',
      75,
    ],
    [
      'a redirect to another scheme',
      answer({ status: 302, headers: [['Location', 'ldap://x/']] }),
      'leads to ldap://x/, neither http nor https: not followed',
      75,
    ],
    [
      'more than 64 MiB, declared',
      answer({ headers: [['Content-Length', String(64 * 1024 * 1024 + 1)]] }),
      'has 67108865 bytes, more than the 67108864 allowed',
      65,
    ],
    [
      'more than 64 MiB, undeclared',
      (_request, socket) => {
        socket.write(answerBytes({ headers: [['Transfer-Encoding', 'chunked']] }));
        const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000), Buffer.from('\r\n')]);
        for (let i = 0; i < 65; i++) socket.write(chunk);
      },
      'is larger than the 67108864 bytes allowed',
      65,
    ],
    [
      'a CRL that stops in its middle',
      (_request, socket) => {
        socket.end(answerBytes({ body: crl() }).subarray(0, -10));
      },
      'closed the connection after',
      75,
    ],
  ])('says of %s what it is', async (_, behaviour, words, exitCode) => {
    server.behave(behaviour);
    const one = served();
    const run = await withTempDir(async (dir) => {
      await writeFile(join(dir, 'a.crt'), certificatesPem(one));
      await writeFile(join(dir, 'issuer.crt'), certificatesPem(pki.issuer));
      const issuer = join(dir, 'issuer.crt');
      return runCli(['inspect', join(dir, 'a.crt'), '--crl', '--allow-private', '--issuer', issuer]);
    });
    expect(run.err).toContain(words);
    expect(run.out).toContain('CRL:                  not known: ');
    expect(run.exitCode).toBe(exitCode);
  });

  it('gives up on a slow drip when its time is over', async () => {
    server.behave(drip(answerBytes({ headers: [['Content-Length', '1000']] }), 50));
    const run = await inspect(['--allow-private', '--timeout', '1s']);
    expect(run.err).toMatch(/gave up on SERVER|no whole answer from SERVER/);
    expect(run.exitCode).toBe(75);
  });

  it('is what the options of the road are for', async () => {
    const run = await runCli(['inspect', 'x.crt', '--allow-private']);
    expect(run).toMatchObject({ exitCode: 64, out: '' });
    expect(run.err).toContain('--allow-private is for --crl, which is missing');
  });
});
