/** `restaple doctor HOST:PORT`: what a running server staples, against what the responder says. */
import { type Server, createServer } from 'node:https';
import { createServer as createPlainServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { serverCertificate } from '../e2e/world.ts';
import { testKeys } from '../support/keys.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { close, listen } from '../support/loopback.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki, shift, testResponse } from '../support/pki.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

const HOUR = 3_600_000;
/** The clock of the responder is real here, so ours is. */
const now = new Date();
const pki = createTestPki({ now });
const at = { thisUpdate: shift(now, -HOUR), nextUpdate: shift(now, 11 * HOUR) };
let responder: Responder;
let leaf: Entity;
let server: Server;
let port: number;
let staple: Buffer | null = null;

beforeAll(async () => {
  responder = await startResponder({ pki, now: () => shift(now, -HOUR) });
  const serial = pki.leaf.certificate.serialNumber;
  leaf = serverCertificate(pki, 'localhost', { serial, ocspUrls: [responder.url] });
  server = createServer({ key: keyPem(leaf), cert: certificatesPem(leaf, pki.issuer) });
  server.on('OCSPRequest', (_certificate, _issuer, give) => give(null, staple));
  port = await listen(server);
});
afterAll(() => Promise.all([close(server), responder.close()]));

const doctor = (...args: readonly string[]): Promise<CliRun> =>
  runCli(['doctor', ...args, '--allow-private'], { now, env: { LANG: 'C.UTF-8' } });

const cause = ({ out }: CliRun): string => out.trimEnd().split('\n').at(-2) ?? '';

describe('a running server', () => {
  it.each<[string, () => Buffer | null, RegExp, RegExp]>([
    [
      'that staples nothing',
      () => null,
      /^✗ served +no staple, though the responder has one to give$/m,
      /^cause: the responder says good, but the server staples nothing$/,
    ],
    [
      'that staples what the responder says',
      () => testResponse(pki, at),
      /^✓ served +good until .*, as new as what the responder says$/m,
      /^cause: nothing is wrong: the responder says good$/,
    ],
    [
      'that staples an older one',
      () => testResponse(pki, { ...at, thisUpdate: shift(now, -2 * HOUR) }),
      /^- served +good until .*; the responder has one of /m,
      /^cause: nothing is wrong/,
    ],
    [
      'that staples one which is nearly over',
      () => testResponse(pki, { thisUpdate: shift(now, -9 * HOUR), nextUpdate: shift(now, HOUR) }),
      /^✗ served +good until .*; the responder has one of .*\n +most of its life is gone: nothing renews it at the server/m,
      /^cause: the responder says good, so fetch succeeds; yet not all is well: served: good until /,
    ],
    [
      'that staples an expired one',
      () => testResponse(pki, { thisUpdate: shift(now, -9 * HOUR), nextUpdate: shift(now, -HOUR) }),
      /^✗ served +nextUpdate .* is not after now .*\n +careful clients refuse this staple/m,
      /^cause: the responder says good, but the server staples what nobody should take: nextUpdate /,
    ],
    [
      'that staples what a stranger signed',
      () => testResponse(pki, { ...at, signer: pki.stranger }),
      /^✗ served +.*not by O=Restaple Test, CN=Test Issuer/m,
      /^cause: the responder says good, but the server staples what nobody should take: /,
    ],
  ])('%s', async (_sentence, make, line, last) => {
    staple = make();
    const run = await doctor(`localhost:${port}`);
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    expect(run.out).toContain(`✓ server `);
    expect(run.out).toMatch(/^✓ chain +each certificate is followed by the one that issued it$/m);
    expect(run.out).toMatch(line);
    expect(cause(run)).toMatch(last);
  });

  it.each([
    ['--resolve', () => [`www.example.test:${port}`, '--resolve', `www.example.test:${port}:127.0.0.1`]],
    ['--connect-to', () => ['www.example.test', '--connect-to', `www.example.test::127.0.0.1:${port}`]],
  ])('is reached where %s leads, under its own name', async (_option, args) => {
    staple = testResponse(pki, at);
    const run = await doctor(...args());
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    expect(run.out).toMatch(/^✓ server +www\.example\.test:\d+ presents CN=localhost$/m);
  });

  it('that fetches its staple for the second client, as nginx does', async () => {
    let handshakes = 0;
    const lazy = createServer({ key: keyPem(leaf), cert: certificatesPem(leaf, pki.issuer) });
    lazy.on('OCSPRequest', (_certificate, _issuer, give) => {
      give(null, ++handshakes === 1 ? null : testResponse(pki, at));
    });
    const run = await doctor(`localhost:${await listen(lazy)}`);
    await close(lazy);
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^✗ served +no staple with the first handshake, but with the second$/m);
    expect(run.out).toMatch(/^✓ served +good until /m);
    expect(cause(run)).toMatch(
      /^cause: the responder says good, .*: served: no staple with the first handshake/,
    );
  });

  it.each<[string, (rsa: Entity) => Buffer | null, RegExp]>([
    [
      'one for both, as nginx hands out a file',
      () => testResponse(pki, at),
      /^✗ other key +the RSA certificate beside it: the response is for serial 1003, not for serial 5000$/m,
    ],
    [
      'none for the other',
      () => null,
      /^✗ other key +the RSA certificate beside it comes without a staple$/m,
    ],
    [
      'one for each',
      ({ certificate }) =>
        testResponse(pki, { ...at, certID: createCertID(certificate, pki.issuer.certificate) }),
      /^✓ other key +the RSA certificate beside it has a good staple of its own$/m,
    ],
  ])('with two certificates and %s', async (_sentence, stapleFor, line) => {
    const rsa = serverCertificate(pki, 'localhost', {
      serial: 0x5000,
      keys: testKeys('rsa-2048', 3),
      ocspUrls: [responder.url],
    });
    const one = createServer({ key: keyPem(leaf), cert: certificatesPem(leaf, pki.issuer) });
    one.on('OCSPRequest', (_certificate, _issuer, give) => give(null, testResponse(pki, at)));
    const other = createServer({ key: keyPem(rsa), cert: certificatesPem(rsa, pki.issuer) });
    other.on('OCSPRequest', (_certificate, _issuer, give) => give(null, stapleFor(rsa)));
    // Node.js cannot choose a staple by the key: who takes RSA alone comes second.
    let connections = 0;
    const both = createPlainServer((socket) =>
      (connections++ === 0 ? one : other).emit('connection', socket),
    );
    const run = await doctor(`localhost:${await listen(both)}`);
    await new Promise((resolve) => both.close(resolve));
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(line);
    expect(cause(run)).toMatch(
      line.source.startsWith('^✓') ? /nothing is wrong/ : /not all is well: other key: /,
    );
  });

  it('that must staple and does not', async () => {
    const must = serverCertificate(pki, 'localhost', {
      serial: leaf.certificate.serialNumber,
      ocspUrls: [responder.url],
      mustStaple: true,
    });
    const strict = createServer({ key: keyPem(must), cert: certificatesPem(must, pki.issuer) });
    const run = await doctor(`localhost:${await listen(strict)}`);
    await close(strict);
    expect(run.exitCode).toBe(0);
    expect(cause(run)).toBe(
      'cause: the responder says good, but the server staples nothing, and must: clients that honour must-staple refuse it',
    );
  });

  it('whose staple is missing while the responder knows nothing of it has one thing wrong, not two', async () => {
    staple = null;
    responder.setStatus(leaf.certificate.serialNumber, { type: 'unknown' });
    const run = await doctor(`localhost:${port}`);
    responder.setStatus(leaf.certificate.serialNumber, { type: 'good' });
    expect(run.exitCode).toBe(1);
    expect(run.out).toMatch(/^✗ served +no staple$/m);
    expect(cause(run)).toMatch(/^cause: the CA does not know it, or not yet: /);
  });

  it('that presents the certificate of another name, and none for it', async () => {
    staple = null;
    const run = await doctor(
      `www.example.test:${port}`,
      '--connect-to',
      `www.example.test::127.0.0.1:${port}`,
    );
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^✗ name +its certificate is for DNS:localhost, not for www\.example\.test /m);
    expect(cause(run)).toMatch(
      /^cause: the server presents the certificate of another name: its certificate/,
    );
  });

  it('that is asked by address is not said to present a wrong name', async () => {
    staple = testResponse(pki, at);
    const run = await doctor(`127.0.0.1:${port}`);
    expect(run.out).toMatch(/^- name +its certificate is for DNS:localhost, not for 127\.0\.0\.1 /m);
    expect(run.out).toMatch(/^- trust +nobody known here vouches for it \(UNABLE_TO_GET_ISSUER_CERT/m);
    expect(cause(run)).toBe('cause: nothing is wrong: the responder says good');
  });

  it.each<[string, () => string, RegExp]>([
    [
      'out of order',
      () => certificatesPem(leaf, pki.root, pki.issuer),
      /^- chain +certificate 2 did not issue certificate 1$/m,
    ],
    [
      'with a stranger in it',
      () => certificatesPem(leaf, pki.issuer, pki.stranger),
      /^- chain +certificate 3 did not issue certificate 2$/m,
    ],
    ['of one', () => certificatesPem(leaf), /^- chain +the certificate alone, without that of its issuer$/m],
  ])('whose chain is %s, as it sends it', async (_sentence, cert, line) => {
    const odd = createServer({ key: keyPem(leaf), cert: cert() });
    const run = await doctor(`localhost:${await listen(odd)}`);
    await close(odd);
    expect(run.out).toMatch(line);
  });

  it('that keeps the certificate of its issuer to itself', async () => {
    const alone = createServer({ key: keyPem(leaf), cert: certificatesPem(leaf) });
    const run = await doctor(`localhost:${await listen(alone)}`);
    await close(alone);
    expect(run.exitCode).toBe(69);
    expect(cause(run)).toMatch(
      /^cause: the server sends its certificate without that of its issuer, which must be given with --issuer FILE: /,
    );
  });

  it('that wants a certificate of its clients, and breaks off', async () => {
    const strict = createServer({
      key: keyPem(leaf),
      cert: certificatesPem(leaf, pki.issuer),
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion: 'TLSv1.2',
    });
    strict.on('tlsClientError', () => {});
    strict.on('OCSPRequest', (_certificate, _issuer, give) => give(null, testResponse(pki, at)));
    const run = await doctor(`localhost:${await listen(strict)}`);
    await close(strict);
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^- trust +not known, as the server wants a certificate of its client$/m);
    expect(cause(run)).toBe('cause: nothing is wrong: the responder says good');
  });

  it('that is revoked and goes on stapling good', async () => {
    staple = testResponse(pki, at);
    const { serialNumber } = leaf.certificate;
    responder.setStatus(serialNumber, {
      type: 'revoked',
      revocationTime: shift(now, -HOUR),
      reason: undefined,
    });
    const run = await doctor(`localhost:${port}`);
    responder.setStatus(serialNumber, { type: 'good' });
    expect(run.exitCode).toBe(1);
    expect(run.out).toMatch(/^✗ served +good until .*, but the responder now says revoked$/m);
  });

  it('where nobody listens', async () => {
    const gone = createServer();
    const dead = await listen(gone);
    await close(gone);
    const run = await doctor(`localhost:${dead}`);
    expect(run).toMatchObject({ exitCode: 75, err: '' });
    expect(cause(run)).toMatch(
      /^cause: nobody answers where the server should be: localhost:\d+: cannot connect: connection refused /,
    );
  });
});
