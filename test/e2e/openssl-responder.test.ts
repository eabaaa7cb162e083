/** `openssl ocsp` on both sides: as the responder that restaple asks, and as the one who reads what restaple wrote. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { type PkiFiles, writePki } from '../support/files.ts';
import { type OpensslResponder, startOpensslResponder } from '../support/openssl-responder.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { createTestPki, shift } from '../support/pki.ts';
import { makeDirectory, opensslOpinion } from './world.ts';

const DAY = 86_400_000;

describeWithPeer('openssl', 'openssl ocsp as the responder', (openssl) => {
  const pki = createTestPki({ now: new Date() });
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let files: PkiFiles;
  let cli: BuiltCli;
  let responder: OpensslResponder;

  beforeAll(async () => {
    dir = await makeDirectory();
    files = await writePki(dir.path, pki);
    cli = await buildCli();
    // The delegate's certificate serves as a further one of the issuer.
    responder = await startOpensslResponder(openssl, files, [
      { certificate: pki.leaf.certificate, status: { type: 'good' } },
      {
        certificate: pki.delegate.certificate,
        status: { type: 'revoked', revocationTime: shift(pki.now, -DAY), reason: 1 },
      },
    ]);
  });
  afterAll(async () => {
    await responder.stop();
    await cli.remove();
    await dir.remove();
  });

  const fetched = (cert: string, ...more: string[]) =>
    cli.run('fetch', cert, '--issuer', files.issuer, '--url', responder.url, ...more);
  const asked = (cert: string) => {
    const question = ['-issuer', files.issuer, '-cert', cert, '-CAfile', files.root];
    return run(openssl, ['ocsp', '-url', responder.url, '-no_nonce', ...question]);
  };

  it('good: exit 0, the lines of openssl, and a file that openssl verifies', async () => {
    const out = join(dir.path, 'good.ocsp');
    const outcome = await fetched(files.leaf, '-o', out);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(
      /^.*leaf\.pem: good\n\tThis Update: \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT\n\tNext Update: \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT\n$/,
    );
    const opinion = await opensslOpinion(openssl, {
      staple: out,
      issuer: files.issuer,
      cert: files.leaf,
      root: files.root,
    });
    expect(opinion).toEqual({ verdict: 'Response verify OK', lines: outcome.stdout });
  });

  it.each(['--hash=sha256', '--nonce', '--method=get', '--method=post'])(
    'good with %s, which openssl understands',
    async (option) => {
      const out = join(dir.path, 'option.ocsp');
      expect(await fetched(files.leaf, '-o', out, option)).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('revoked: exit 1, the lines of openssl with reason and time, and nothing is written', async () => {
    const out = join(dir.path, 'revoked.ocsp');
    const outcome = await fetched(files.delegate, '-o', out);
    expect(outcome.code).toBe(1);
    expect(withoutTimes(outcome.stdout)).toBe(withoutTimes((await asked(files.delegate)).stdout));
    expect(outcome.stdout).toMatch(/: revoked\n(\t.*\n){2}\tReason: keyCompromise\n\tRevocation Time: .*\n$/);
    expect(outcome.stderr).toContain(`${out} was not written`);
    expect(existsSync(out)).toBe(false);
  });

  it('unknown: exit 1, the lines of openssl, and nothing is written', async () => {
    // A certificate of the same issuer that is not in the index.
    const unlisted = createTestPki({ now: pki.now, leaf: { serial: 0x7777 } });
    const more = await writePki(join(dir.path, 'unlisted'), unlisted);
    const out = join(dir.path, 'unknown.ocsp');
    const outcome = await fetched(more.leaf, '-o', out);
    expect(outcome.code).toBe(1);
    expect(withoutTimes(outcome.stdout)).toBe(withoutTimes((await asked(more.leaf)).stdout));
    expect(outcome.stdout).toMatch(/: unknown\n\tThis Update: .*\n\tNext Update: .*\n$/);
    expect(existsSync(out)).toBe(false);
  });
});

/** This Update and Next Update are those of the second in which openssl was asked. */
const withoutTimes = (lines: string): string => lines.replaceAll(/(?<=(?:This|Next) Update: ).*/g, '…');
