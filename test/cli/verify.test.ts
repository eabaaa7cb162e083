import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createErrorResponse } from '../../src/demo/pki/response.ts';
import { name } from '../../src/demo/pki/name.ts';
import { extension } from '../../src/demo/pki/extensions.ts';
import { formatPem } from '../../src/der/pem.ts';
import { nullValue } from '../../src/der/writer.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { alterResponse, flipBit } from '../support/alter.ts';
import { certificatesPem, keyPem, withTempDir, writePki } from '../support/files.ts';
import { NOW, type TestPki, createTestPki, shift, testResponse } from '../support/pki.ts';
import { type CliOptions, type CliRun, runCli } from '../support/run-cli.ts';

const HOUR_MS = 3_600_000;
const UTF8 = { LANG: 'C.UTF-8' };

const pki: TestPki = createTestPki();
const { leaf, issuer, delegate, stranger } = pki;
const revoked = {
  type: 'revoked',
  revocationTime: new Date('2026-02-01T08:15:00Z'),
  reason: 1,
} as const;

/**
 * `restaple verify a.ocsp --cert chain.pem` and `args`, where DIR is the directory of the PKI's files. In what was
 * printed, too.
 */
async function verify(
  response: Buffer | string,
  args: readonly string[] = [],
  options: CliOptions = {},
  certs = certificatesPem(leaf, issuer),
): Promise<CliRun> {
  return withTempDir(async (dir) => {
    await writePki(dir, pki);
    await writeFile(join(dir, 'a.ocsp'), response);
    await writeFile(join(dir, 'chain.pem'), certs);
    const typed = ['DIR/a.ocsp', '--cert', 'DIR/chain.pem', ...args].map((arg) => arg.replace('DIR', dir));
    const { out, err, ...rest } = await runCli(['verify', ...typed], { env: UTF8, ...options });
    return { ...rest, out: out.replaceAll(dir, 'DIR'), err: err.replaceAll(dir, 'DIR') };
  });
}

/** The failed rules as `7 times`, and those that were not looked at by their numbers. */
function marks(out: string): { failed: string[]; unreached: number[] } {
  const failed = [...out.matchAll(/^✗ +(\d+ \S+(?: \S+)*?)  /gm)].map(([, label]) => label ?? '');
  const unreached = [...out.matchAll(/^- +(\d+) /gm)].map(([, number]) => Number(number));
  return { failed, unreached };
}

const closing = (out: string): string => out.slice(out.indexOf('\n\n') + 2);

describe('restaple verify', () => {
  it('lists every rule, and ends as openssl does', async () => {
    const response = testResponse(pki);
    expect(await verify(response)).toMatchObject({
      exitCode: 0,
      err: '',
      out: `✓  1 strict DER           ${response.length} bytes
✓  2 response status      successful
✓  3 response type        id-pkix-ocsp-basic, version 1
✓  4 CertID               serial 1003, by sha1
✓  5 signature            ecdsa-with-SHA256
✓  6 signer               O=Restaple Test, CN=Test OCSP Signer, delegated by O=Restaple Test, CN=Test Issuer
✓  7 times                2026-02-25T09:32:45Z to 2026-02-25T21:32:45Z
✓  8 critical extensions  none unknown
✓  9 nonce                none was sent
✓ 10 certificate status   good

DIR/a.ocsp: good
	This Update: Feb 25 09:32:45 2026 GMT
	Next Update: Feb 25 21:32:45 2026 GMT
`,
    });
  });

  it('says why and since when a certificate is revoked', async () => {
    const { exitCode, out, err } = await verify(testResponse(pki, { certStatus: revoked }));
    expect(exitCode).toBe(1);
    expect(out).toContain(
      '✗ 10 certificate status   the certificate is revoked since 2026-02-01T08:15:00Z, keyCompromise ' +
        '(RFC 6960 section 2.2)\n',
    );
    expect(closing(out)).toBe(`DIR/a.ocsp: revoked
	This Update: Feb 25 09:32:45 2026 GMT
	Next Update: Feb 25 21:32:45 2026 GMT
	Reason: keyCompromise
	Revocation Time: Feb  1 08:15:00 2026 GMT
`);
    expect(err).toBe('hint: replace the certificate: clients that check will refuse it\n');
  });

  it('says that the responder does not know it', async () => {
    const { exitCode, out } = await verify(testResponse(pki, { certStatus: { type: 'unknown' } }));
    expect(exitCode).toBe(1);
    expect(closing(out)).toMatch(/^DIR\/a\.ocsp: unknown\n\tThis Update: /);
  });

  it('names everything that is wrong, and gives the reason that decides', async () => {
    const response = testResponse(pki, {
      certStatus: revoked,
      singleExtensions: [extension('1.2.3', nullValue(), true)],
    });
    const { exitCode, out, err } = await verify(response, [], { now: shift(NOW, 24 * HOUR_MS) });
    expect(exitCode).toBe(65);
    expect(marks(out)).toEqual({
      failed: ['7 times', '8 critical extensions', '10 certificate status'],
      unreached: [],
    });
    expect(closing(out)).toBe(
      'DIR/a.ocsp: refused: nextUpdate 2026-02-25T21:32:45Z is not after now 2026-02-26T12:00:00Z\n' +
        '\tThis Update: Feb 25 09:32:45 2026 GMT\n' +
        '\tNext Update: Feb 25 21:32:45 2026 GMT\n',
    );
    expect(err).toBe(
      'hint: the clock of this machine is wrong, or the responder or a cache before it is stuck\n',
    );
  });

  it.each([
    ['cut short', testResponse(pki).subarray(0, 99), 65, ['1 strict DER'], [2, 3, 4, 5, 6, 7, 8, 9, 10]],
    [
      'with a byte behind it',
      Buffer.concat([testResponse(pki), Buffer.of(0)]),
      65,
      ['1 strict DER'],
      [2, 3, 4, 5, 6, 7, 8, 9, 10],
    ],
    [
      'that says tryLater',
      createErrorResponse('tryLater'),
      75,
      ['2 response status'],
      [3, 4, 5, 6, 7, 8, 9, 10],
    ],
    [
      'that says unauthorized',
      createErrorResponse('unauthorized'),
      69,
      ['2 response status'],
      [3, 4, 5, 6, 7, 8, 9, 10],
    ],
    [
      'for another certificate',
      testResponse(pki, { certID: createCertID(delegate.certificate, issuer.certificate) }),
      65,
      ['4 CertID'],
      [7, 8, 10],
    ],
    [
      'whose nextUpdate was changed',
      alterResponse(testResponse(pki), ({ tbs }) => ({
        tbs: flipBit(tbs, tbs.indexOf('20260225213245Z') + 3),
      })),
      65,
      ['5 signature'],
      [],
    ],
    ['signed by a stranger', testResponse(pki, { signer: stranger }), 65, ['6 signer'], [5]],
  ])('refuses a response %s', async (_, response, exitCode, failed, unreached) => {
    const result = await verify(response);
    expect(result.exitCode).toBe(exitCode);
    expect(marks(result.out)).toEqual({ failed, unreached });
    expect(closing(result.out)).toMatch(/^DIR\/a\.ocsp: refused: /);
    expect(result.err).not.toMatch(/^(?!hint: )./m);
  });

  it('reads a response in PEM, among others, and on standard input', async () => {
    const pem = `${keyPem(leaf)}${certificatesPem(leaf)}${formatPem('OCSP RESPONSE', testResponse(pki))}`;
    expect(await verify(pem)).toMatchObject({ exitCode: 0, err: '' });
    await withTempDir(async (dir) => {
      const { chain } = await writePki(dir, pki);
      const { exitCode, out } = await runCli(['verify', '-', '--cert', chain], { stdin: testResponse(pki) });
      expect(exitCode).toBe(0);
      expect(closing(out)).toMatch(/^standard input: good\n/);
    });
  });
});

describe('options', () => {
  const unending = testResponse(pki, { nextUpdate: undefined });
  const foreign = testResponse(pki, { signer: stranger });

  it.each([
    ['--at within the response', testResponse(pki), ['--at', '2026-02-25T21:32:44Z'], 0],
    ['--at behind it', testResponse(pki), ['--at', '2026-02-25T21:32:45Z'], 65],
    ['--at before it', testResponse(pki), ['--at', '2026-02-25'], 65],
    ['--max-age that is kept', testResponse(pki), ['--max-age', '3h'], 0],
    ['--max-age that is not', testResponse(pki), ['--max-age', '2h'], 65],
    ['no nextUpdate', unending, [], 65],
    ['--allow-no-next-update', unending, ['--allow-no-next-update', '--max-age', '3h'], 0],
    ['--allow-no-next-update past --max-age', unending, ['--allow-no-next-update', '--max-age', '2h'], 65],
    ['--trust the signer', foreign, ['--trust', 'DIR/stranger.pem'], 0],
    ['--trust another', foreign, ['--trust', 'DIR/root.pem'], 65],
    ['--trust several', foreign, ['--trust', 'DIR/root.pem', '--trust', 'DIR/stranger.pem'], 0],
    [
      '--issuer among others',
      testResponse(pki),
      ['--issuer', 'DIR/root.pem', '--issuer', 'DIR/issuer.pem'],
      0,
    ],
    ['--issuer from a directory', testResponse(pki), ['--issuer', 'DIR'], 0],
  ])('%s', async (_, response, args, exitCode) => {
    expect(await verify(response, args)).toMatchObject({ exitCode });
  });

  it('--allow-sha1', async () => {
    const old = createTestPki({ delegate: { signature: { hash: 'sha1' } } });
    await withTempDir(async (dir) => {
      const { chain } = await writePki(dir, old);
      const file = join(dir, 'a.ocsp');
      await writeFile(file, testResponse(old));
      const typed = ['verify', file, '--cert', chain];
      const refused = await runCli(typed);
      expect(refused.exitCode).toBe(65);
      expect(refused.out).toContain('refused: ecdsa-with-SHA1 uses SHA-1 (signer');
      expect(refused.err).toBe('hint: a private CA that cannot do better: --allow-sha1\n');
      expect(await runCli([...typed, '--allow-sha1'])).toMatchObject({ exitCode: 0 });
    });
  });

  it('--allow-no-next-update without --max-age is wrong usage', async () => {
    const { exitCode, out, err } = await verify(unending, ['--allow-no-next-update']);
    expect({ exitCode, out }).toEqual({ exitCode: 64, out: '' });
    expect(err).toMatch(/^restaple: --allow-no-next-update needs --max-age/);
  });
});

describe('input that is not what it should be', () => {
  const good = testResponse(pki);

  it.each([
    [
      'a certificate without its issuer',
      certificatesPem(leaf),
      [],
      69,
      'DIR/chain.pem: its issuer is not in the same file: O=Restaple Test, CN=Test Issuer',
      'give the CA certificate that signed it with --issuer FILE',
    ],
    [
      'another issuer',
      certificatesPem(leaf, issuer),
      ['--issuer', 'DIR/stranger.pem'],
      65,
      'DIR/chain.pem: the certificate was issued by O=Restaple Test, CN=Test Issuer, the given issuer is O=Restaple Test, CN=Stranger',
      'give the CA certificate whose key signed this one, often called the intermediate',
    ],
    [
      'an issuer that is not there',
      certificatesPem(leaf),
      ['--issuer', 'DIR/none.pem'],
      66,
      'DIR/none.pem: cannot be read: no such file or directory (ENOENT)',
      'check the path and who may read it',
    ],
    [
      'no certificate',
      'nothing',
      [],
      65,
      'DIR/chain.pem: no certificate in it',
      'give the certificate that the server presents, in PEM, DER or PKCS#7',
    ],
    [
      'two certificates of servers',
      certificatesPem(leaf, delegate, issuer),
      [],
      65,
      'DIR/chain.pem: 2 server certificates, a staple is for one: O=Restaple Test, CN=www.example.test; O=Restaple Test, CN=Test OCSP Signer',
      'put each server certificate, with its chain, into a file of its own',
    ],
    [
      'a trusted signer that is none',
      certificatesPem(leaf, issuer),
      ['--trust', 'DIR/root.pem', '--trust', 'DIR/issuer.key'],
      65,
      'DIR/issuer.key: no certificate in it',
      'give the certificate that the server presents, in PEM, DER or PKCS#7',
    ],
    [
      'a trusted signer that is damaged',
      certificatesPem(leaf, issuer),
      ['--trust', 'DIR/root.pem', '--trust', 'DIR/a.ocsp'],
      65,
      'DIR/a.ocsp: Certificate: expected SEQUENCE, found ENUMERATED (byte 4)',
      'give the certificate that the server presents, in PEM, DER or PKCS#7',
    ],
  ])('%s', async (_, certs, args, exitCode, reason, hint) => {
    expect(await verify(good, args, {}, certs)).toMatchObject({
      exitCode,
      out: '',
      err: `restaple: ${reason}\nhint: ${hint}\n`,
    });
  });

  it.each([
    ['a certificate', certificatesPem(leaf), 'no OCSP response, but: certificate'],
    ['two responses', formatPem('A', good) + formatPem('B', good), 'more than one OCSP response in it'],
    ['nothing', '', 'the file is empty'],
    ['a web page', '<html></html>', 'neither DER nor PEM'],
  ])('%s in place of the response', async (_, content, reason) => {
    expect(await verify(content)).toMatchObject({
      exitCode: 65,
      out: '',
      err: expect.stringMatching(`^restaple: DIR/a\\.ocsp: ${reason}\nhint: `),
    });
  });

  it('a response that cannot be read', async () => {
    await withTempDir(async (dir) => {
      const { chain } = await writePki(dir, pki);
      await mkdir(join(dir, 'd'));
      const { exitCode, err } = await runCli(['verify', join(dir, 'd'), '--cert', chain]);
      expect(exitCode).toBe(66);
      expect(err).toContain(`${join(dir, 'd')}: cannot be read: illegal operation on a directory (EISDIR)`);
    });
  });

  it('no certificate named is wrong usage', async () => {
    const { exitCode, err } = await runCli(['verify', 'a.ocsp']);
    expect(exitCode).toBe(64);
    expect(err).toContain('--cert <file>');
  });
});

describe('on the terminal', () => {
  it.each([
    [
      'LC_ALL goes first',
      { LC_ALL: 'C', LC_CTYPE: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' },
      'ok    1 strict DER',
    ],
    ['an empty one does not count', { LC_ALL: '', LC_CTYPE: 'en_GB.utf8', LANG: 'C' }, '✓  1 strict DER'],
    ['LANG goes last', { LANG: 'ja_JP.eucJP' }, 'ok    1 strict DER'],
    ['no locale at all', {}, 'ok    1 strict DER'],
  ])('signs are for locales with UTF-8: %s', async (_, env, start) => {
    const { out } = await verify(testResponse(pki), [], { env });
    expect(out.startsWith(start)).toBe(true);
  });

  it('without UTF-8 there are words', async () => {
    const { out } = await verify(testResponse(pki, { signer: stranger }), [], { env: {} });
    const starts = out.split('\n').slice(3, 7);
    expect(starts.map((line) => line.slice(0, 14))).toEqual([
      'ok    4 CertID',
      '-     5 signat',
      'FAIL  6 signer',
      'ok    7 times ',
    ]);
  });

  it('colour marks outcome and status', async () => {
    const { out } = await verify(testResponse(pki, { certStatus: revoked }), [], { color: true });
    expect(out).toContain('\u{1b}[32m✓\u{1b}[39m  1 strict DER');
    expect(out).toContain('\u{1b}[31m✗\u{1b}[39m 10 certificate status');
    expect(out).toContain('DIR/a.ocsp: \u{1b}[31mrevoked\u{1b}[39m\n');
  });

  it('the names of strangers do not act', async () => {
    const evil = createTestPki({ delegate: { name: name([['CN', '\u{1b}[2J\u{202e}\r\n']]) } });
    await withTempDir(async (dir) => {
      const { chain } = await writePki(dir, evil);
      const file = join(dir, '\u{9b}\u{1b}[2J');
      await writeFile(file, testResponse(evil));
      for (const args of [[], ['--json']]) {
        const { exitCode, out } = await runCli(['verify', file, '--cert', chain, ...args]);
        expect(exitCode).toBe(0);
        expect(out).not.toMatch(/[^\P{Cc}\n\t]|\p{Cf}/u);
      }
    });
  });
});

/** What `--json` prints, with nothing on standard error. */
const json = async (response: Buffer | string, args: readonly string[] = []): Promise<unknown> => {
  const { out, err } = await verify(response, ['--json', ...args]);
  expect(err).toBe('');
  return JSON.parse(out);
};

const rule = (number: number, word: string, source: string, detail: string): object => ({
  number,
  name: word,
  source,
  outcome: 'passed',
  detail,
  code: null,
});

describe('--json', () => {
  it('of a good response', async () => {
    const response = testResponse(pki);
    const signer = 'O=Restaple Test, CN=Test OCSP Signer';
    expect(await json(response)).toEqual({
      verb: 'verify',
      exitCode: 0,
      response: 'DIR/a.ocsp',
      certificate: 'DIR/chain.pem',
      status: 'good',
      at: '2026-02-25T12:00:00Z',
      rules: [
        rule(1, 'strict DER', 'X.690; RFC 6960 section 4.2.1', `${response.length} bytes`),
        rule(2, 'response status', 'RFC 6960 section 4.2.1', 'successful'),
        rule(3, 'response type', 'RFC 6960 section 4.2.1', 'id-pkix-ocsp-basic, version 1'),
        rule(4, 'CertID', 'RFC 6960 section 3.2 (1)', 'serial 1003, by sha1'),
        rule(5, 'signature', 'RFC 6960 section 3.2 (2)', 'ecdsa-with-SHA256'),
        rule(
          6,
          'signer',
          'RFC 6960 section 3.2 (3, 4), 4.2.2.2',
          `${signer}, delegated by O=Restaple Test, CN=Test Issuer`,
        ),
        rule(
          7,
          'times',
          'RFC 6960 section 3.2 (5, 6), 4.2.2.1',
          '2026-02-25T09:32:45Z to 2026-02-25T21:32:45Z',
        ),
        rule(8, 'critical extensions', 'RFC 6960 section 4.4; RFC 5280 section 4.2', 'none unknown'),
        rule(9, 'nonce', 'RFC 9654 section 2.1', 'none was sent'),
        rule(10, 'certificate status', 'RFC 6960 section 2.2', 'good'),
      ],
      thisUpdate: '2026-02-25T09:32:45Z',
      nextUpdate: '2026-02-25T21:32:45Z',
      validUntil: '2026-02-25T21:32:45Z',
      revocationTime: null,
      revocationReason: null,
      signer: { kind: 'delegate', subject: signer },
      error: null,
    });
  });

  it('of a revoked certificate', async () => {
    expect(await json(testResponse(pki, { certStatus: revoked, signer: issuer }))).toMatchObject({
      exitCode: 1,
      status: 'revoked',
      revocationTime: '2026-02-01T08:15:00Z',
      revocationReason: 'keyCompromise',
      signer: { kind: 'issuer', subject: 'O=Restaple Test, CN=Test Issuer' },
      error: { code: 'certificate-revoked', exitCode: 1, rule: { number: 10 } },
    });
  });

  it('of a refused response', async () => {
    expect(await json(testResponse(pki), ['--at', '2027-01-01'])).toMatchObject({
      exitCode: 65,
      status: 'refused',
      at: '2027-01-01T00:00:00Z',
      thisUpdate: '2026-02-25T09:32:45Z',
      validUntil: null,
      signer: null,
      error: { code: 'response-outlives-signer', rule: { number: 7, name: 'times' } },
    });
  });

  it('of files that cannot be judged has the same shape', async () => {
    const answer = await json('<html></html>');
    expect(answer).toEqual({
      verb: 'verify',
      exitCode: 65,
      response: 'DIR/a.ocsp',
      certificate: 'DIR/chain.pem',
      status: null,
      at: null,
      rules: [],
      thisUpdate: null,
      nextUpdate: null,
      validUntil: null,
      revocationTime: null,
      revocationReason: null,
      signer: null,
      error: {
        code: 'format-unknown',
        message: 'neither DER nor PEM',
        hint: 'give a certificate, an OCSP request or an OCSP response, in PEM or DER',
        doctor: null,
        exitCode: 65,
        rule: null,
        path: 'DIR/a.ocsp',
        url: null,
        httpStatus: null,
      },
    });
  });
});
