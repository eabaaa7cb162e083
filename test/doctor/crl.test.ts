/** `doctor --crl`: where there is no OCSP, the CRL has the last word. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from '../../src/demo/pki/entity.ts';
import {
  authorityInfoAccess,
  crlDistributionPoints,
  noRevAvail,
  tlsFeature,
} from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { crl, pki } from '../crl/world.ts';
import { entry, reasonCode } from '../support/crl.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Behaviour, type TestServer, answer, startHttpServer } from '../support/http-server.ts';
import { testKeys } from '../support/keys.ts';
import { THIS_UPDATE } from '../support/pki.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(answer({}));
});
afterAll(() => server.close());

const certificate = (extensions: readonly Extension[]) =>
  createServer(pki.issuer, {
    name: name([['CN', 'www.example.test']]),
    keys: testKeys('p256', 3),
    serial: 0x3000,
    notBefore: pki.leaf.certificate.notBefore,
    notAfter: pki.leaf.certificate.notAfter,
    extensions,
  });

const doctor = (extensions: readonly Extension[], ...options: readonly string[]): Promise<CliRun> =>
  withTempDir(async (dir) => {
    const file = join(dir, 'domain.crt');
    await writeFile(file, certificatesPem(certificate(extensions), pki.issuer));
    const run = await runCli(['doctor', file, '--allow-private', '--retries', '0', ...options]);
    const out = run.out.replaceAll(`${dir}/`, '').replaceAll(`127.0.0.1:${server.port}`, 'SERVER');
    return { ...run, out };
  });

const here = () => crlDistributionPoints([server.url('/1.crl').href]);
const revoked = () =>
  answer({ body: crl({ entries: [entry(Buffer.of(0x30, 0), THIS_UPDATE, [reasonCode(4)])] }) });
const good = () => answer({ body: crl() });

describe('restaple doctor', () => {
  it('points to --crl where there is no OCSP', async () => {
    const run = await doctor([here()]);
    expect(run.out).toContain('clients that check revocation use CRLs, and --crl says what those say');
    expect(run.exitCode).toBe(69);
  });
});

describe('restaple doctor --crl', () => {
  it.each<[string, () => Behaviour, (() => Extension)[], number, RegExp, RegExp]>([
    [
      'good',
      good,
      [],
      0,
      /ok +CRL +good by http:\/\/SERVER\/1\.crl \(thisUpdate /,
      /cause: nothing is wrong: the certificate names no OCSP responder, so there is nothing to staple, and the CRL says good\nnext: grep /,
    ],
    [
      'revoked',
      revoked,
      [],
      1,
      /FAIL +CRL +revoked since 2026-02-25T09:32:45Z, reason superseded, by http:\/\/SERVER\/1\.crl/,
      /cause: the CA took the certificate back, so replace it: the certificate is revoked since .*, superseded\nnext: restaple inspect domain\.crt\n/,
    ],
    [
      'good, which is not enough for must-staple',
      good,
      [tlsFeature],
      69,
      /ok +CRL +good by /,
      /cause: the certificate names no OCSP responder, yet it is must-staple/,
    ],
    [
      'revoked, though must-staple',
      revoked,
      [tlsFeature],
      1,
      /FAIL +CRL +revoked /,
      /cause: the CA took the certificate back/,
    ],
    [
      'nothing, for there is none',
      () => answer({ status: 404, reason: 'Not Found' }),
      [],
      75,
      /FAIL +CRL +http:\/\/SERVER\/1\.crl: 404 Not Found, where a CRL should be/,
      /cause: there is no OCSP, and the CRL does not tell: .*\nnext: curl -si http:\/\/SERVER\/1\.crl \| head -c 1000\n/,
    ],
    [
      'nothing, for it is of another',
      () => answer({ body: crl({ signer: pki.stranger }) }),
      [],
      65,
      /FAIL +CRL +http:\/\/SERVER\/1\.crl: the CRL was issued by O=Restaple Test, CN=Stranger/,
      /cause: there is no OCSP, and the CRL does not tell: /,
    ],
  ])('says %s', async (_, behaviour, more, exitCode, line, cause) => {
    server.behave(behaviour());
    const run = await doctor([here(), ...more.map((make) => make())], '--crl');
    expect(run.out).toMatch(line);
    expect(run.out).toMatch(cause);
    expect(run.exitCode).toBe(exitCode);
  });

  it('says the same in JSON', async () => {
    server.behave(good());
    const { out } = await doctor([here()], '--crl', '--json');
    expect(JSON.parse(out)).toMatchObject({
      exitCode: 0,
      status: null,
      crl: { status: 'good', url: 'http://SERVER/1.crl', entries: 0, error: null },
      error: null,
    });
    expect(JSON.parse((await doctor([here()], '--json')).out)).toMatchObject({ crl: null });
  });

  it('says that no CRL is named, and ends as without it', async () => {
    const run = await doctor([], '--crl');
    expect(run.out).toMatch(/- +CRL +none is named by the certificate\n/);
    expect(run.exitCode).toBe(69);
  });

  it('asks nobody about a certificate that will never be revoked', async () => {
    server.requests.length = 0;
    const run = await doctor([here(), noRevAvail()], '--crl');
    expect(run.exitCode).toBe(0);
    expect(server.requests).toEqual([]);
  });

  it('leaves a certificate with a responder to that, unless it is revoked', async () => {
    const withOcsp = [here(), authorityInfoAccess({ ocsp: [server.url('/').href], caIssuers: [] })];
    server.behave(answer({ status: 404, reason: 'Not Found' }));
    const broken = await doctor(withOcsp, '--crl');
    expect(broken.out).toMatch(/FAIL +CRL +.*404 Not Found/);
    expect(broken.out).toMatch(/cause: what answers does not serve this Host or path: 404/);
    server.behave(revoked());
    expect(await doctor(withOcsp, '--crl')).toMatchObject({ exitCode: 1 });
  });
});
