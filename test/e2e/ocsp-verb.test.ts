/** `restaple ocsp` and `openssl ocsp` side by side: the same flags, the same responder, the same front before it. */
import { readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { extension } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { generalizedTime } from '../../src/der/writer.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { OID } from '../../src/x509/oids.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { type Front, startFront } from '../support/cdn-front.ts';
import { type PkiFiles, writePki } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { type ResponseOverrides, type TestPkiOptions, createTestPki, testResponse } from '../support/pki.ts';
import { makeDirectory } from './world.ts';

const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let files: PkiFiles;
let cli: BuiltCli;
let responder: Responder;
let front: Front;

beforeAll(async () => {
  dir = await makeDirectory();
  files = await writePki(dir.path, pki);
  cli = await buildCli();
  responder = await startResponder({ pki });
  front = await startFront({ origin: responder.url, names: ['localhost'] });
});
afterAll(async () => {
  await front.close();
  await responder.close();
  await cli.remove();
  await dir.remove();
});
beforeEach(() => responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'good' }));

const at = (file: string): string => join(dir.path, file);
const question = (): string[] => ['-issuer', files.issuer, '-cert', files.leaf];
const byName = (): string[] => ['-url', `http://localhost:${front.port}/PATH`];

/** What openssl quotes, what it escapes, and what it prints in hex. */
const NAMES = [
  ['a comma', 'Example, Inc.'],
  ['a plus and an equals sign', 'a + b = c'],
  ['quotes', 'the "best"'],
  ['backslashes', String.raw`a\b\\c\u{7}`],
  ['angle brackets', 'a<b>;c'],
  ['a number sign at its head', '#1'],
  ['spaces around it', ' a '],
  ['letters beyond ASCII', 'Zürich 日本'],
  ['control characters', 'a\u001b[31m\u0007\nb\u007f'],
] as const;

/** Without openssl's error queue. */
const words = (text: string): string[] => text.split('\n').filter((line) => !/:error:/.test(line));

/** Without what openssl prints of each certificate above its PEM. */
const withoutDumps = (text: string): string =>
  text.replaceAll(/^Certificate:\n[^]*?(?=^-----BEGIN CERTIFICATE-----)/gm, '');

describe('the commands of everybody’s notes, behind a front that demands the right Host', () => {
  it.each([
    ['with -url alone', () => byName()],
    ['with -header "HOST" "NAME"', () => ['-url', front.url, '-header', 'HOST', 'localhost']],
  ])('run as they stand: %s', async (_, whom) => {
    const resp = at('ocsp.resp');
    const outcome = await cli.run(
      'ocsp',
      '-noverify',
      '-no_nonce',
      '-respout',
      resp,
      ...question(),
      ...whom(),
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/leaf\.pem: good\n\tThis Update: .* GMT\n\tNext Update: .* GMT\n$/);
    expect(existsSync(resp)).toBe(true);
  });
});

describeWithPeer('openssl', 'side by side with openssl ocsp', (openssl) => {
  const both = async (...args: string[]) => {
    const [theirs, ours] = await Promise.all([run(openssl, ['ocsp', ...args]), cli.run('ocsp', ...args)]);
    return { theirs, ours };
  };

  it('good: the same to the letter', async () => {
    const { theirs, ours } = await both(...question(), '-CAfile', files.root, '-no_nonce', ...byName());
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ code: 0, stderr: 'Response verify OK\n' });
  });

  it.each([
    ['revoked', { type: 'revoked', revocationTime: pki.now, reason: 4 } as const],
    ['revoked without a reason', { type: 'revoked', revocationTime: pki.now, reason: undefined } as const],
    ['unknown', { type: 'unknown' } as const],
  ])('%s: the same words, but not exit 0', async (_, status) => {
    responder.setStatus(pki.leaf.certificate.serialNumber, status);
    const { theirs, ours } = await both(...question(), '-CAfile', files.root, '-no_nonce', ...byName());
    expect(ours.stdout).toBe(theirs.stdout);
    expect(ours.stderr).toMatch(/^Response verify OK\n/);
    expect([theirs.code, ours.code]).toEqual([0, 1]);
  });

  it('by its address: 403 for both, and the word of only one helps', async () => {
    const { theirs, ours } = await both(...question(), '-url', front.url);
    expect([theirs.code, ours.code]).toEqual([1, 75]);
    expect(ours.stderr).toMatch(
      /^restaple: 403 Forbidden: .* it got Host: 127\.0\.0\.1:\d+: "403 Forbidden"\nhint: .*-header Host=NAME/,
    );
  });

  it('stale: the same first line, but not exit 0', async () => {
    const old = {
      thisUpdate: new Date('2026-01-01T00:00:00Z'),
      nextUpdate: new Date('2026-01-02T00:00:00Z'),
    };
    await writeFile(at('old.der'), testResponse(pki, old));
    const { theirs, ours } = await both(
      ...question(),
      '-no_nonce',
      '-respin',
      at('old.der'),
      '-CAfile',
      files.root,
    );
    expect(words(ours.stdout)).toEqual(words(theirs.stdout));
    expect(ours.stdout).toMatch('WARNING: Status times invalid.\n');
    expect([theirs.code, ours.code]).toEqual([0, 65]);
  });

  it('forged: openssl prints "good" below its failure', async () => {
    await writeFile(at('forged.der'), testResponse(pki, { signer: pki.strangerDelegate }));
    const { theirs, ours } = await both(...question(), '-no_nonce', '-respin', at('forged.der'));
    expect(theirs.stdout).toMatch('leaf.pem: good\n');
    expect(ours.stdout).toBe(`${files.leaf}: ERROR: Response not verified.\n`);
    expect([theirs.stderr, ours.stderr].map((text) => text.split('\n')[0])).toEqual([
      'Response Verify Failure',
      'Response Verify Failure',
    ]);
  });

  it('what -respout wrote is a staple for openssl, too', async () => {
    const resp = at('staple.ocsp');
    await cli.run('ocsp', ...question(), ...byName(), '-respout', resp);
    const opinion = await run(openssl, [
      'ocsp',
      ...question(),
      '-no_nonce',
      '-respin',
      resp,
      '-CAfile',
      files.root,
    ]);
    expect(opinion).toMatchObject({ code: 0, stderr: expect.stringContaining('Response verify OK') });
  });

  it.each([
    ['one', () => question()],
    [
      'many, by file and number, each with its digest',
      () =>
        [
          question(),
          ['-sha256', '-cert', files.delegate, '-serial', '0xFF'],
          ['-sha512', '-serial', '-129', '-serial', '0'],
          ['-issuer', files.root, '-sha384', '-serial', '340282366920938463463374607431768211456'],
        ].flat(),
    ],
  ])('requests are the same to the byte: %s', async (_, asked) => {
    await run(openssl, ['ocsp', ...asked(), '-no_nonce', '-reqout', at('theirs.req')]);
    await cli.run('ocsp', ...asked(), '-no_nonce', '-reqout', at('ours.req'));
    expect(await readFile(at('ours.req'))).toEqual(await readFile(at('theirs.req')));
    const { theirs, ours } = await both('-reqin', at('theirs.req'), '-req_text');
    expect(ours).toEqual(theirs);
  });

  it('a nonce is one for openssl', async () => {
    await cli.run('ocsp', ...question(), '-reqout', at('nonce.req'));
    const { theirs, ours } = await both('-reqin', at('nonce.req'), '-text');
    expect(ours).toEqual(theirs);
    expect(theirs.stdout).toMatch(/OCSP Nonce: \n {12}0420[\dA-F]{64}\n/);
  });

  describe('-text', () => {
    it.each<[string, TestPkiOptions, ResponseOverrides]>([
      ['P-256', {}, {}],
      ['RSA', { kind: 'rsa-2048' }, {}],
      ['Ed25519', { kind: 'ed25519' }, {}],
      ['signed by the issuer, by name', {}, { signer: pki.issuer, responderID: 'byName' }],
      [
        'revoked',
        {},
        { certStatus: { type: 'revoked', revocationTime: pki.now, reason: 1 }, nextUpdate: undefined },
      ],
      ...NAMES.map(([sentence, value]): [string, TestPkiOptions, ResponseOverrides] => [
        `a name with ${sentence}`,
        {
          delegate: {
            name: name([
              ['O', value],
              ['CN', value],
            ]),
          },
        },
        { responderID: 'byName' },
      ]),
      [
        'with an archive cutoff',
        {},
        { singleExtensions: [extension(OID.ocspArchiveCutoff, generalizedTime(pki.now))] },
      ],
    ])('%s', async (_, options, overrides) => {
      const one = createTestPki({ now: pki.now, ...options });
      await writeFile(at('text.der'), testResponse(one, overrides));
      await writeFile(
        at('text.req'),
        createRequest(createCertID(one.leaf.certificate, one.issuer.certificate)),
      );
      const { theirs, ours } = await both(
        '-respin',
        at('text.der'),
        '-reqin',
        at('text.req'),
        '-noverify',
        '-text',
      );
      expect(theirs.stdout).toMatch(/^OCSP Request Data:\n/);
      // Where no certificate is named, openssl judges none.
      expect(ours.stdout.replace(/^0x1003: [^]*/m, '')).toBe(withoutDumps(theirs.stdout));
    });
  });
});
