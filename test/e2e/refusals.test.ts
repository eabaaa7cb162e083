/** Whatever is typed: the right exit code, one clear line with a hint, and the staple that is there stays as it is. */
import { chmod, mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type TestServer, answer, silence, startHttpServer } from '../support/http-server.ts';
import type { Outcome } from '../support/peers.ts';
import { GOOD, INPUTS, directoryOfOthers, pki } from './refusals.ts';

let cli: BuiltCli;
let server: TestServer;

beforeAll(async () => {
  cli = await buildCli();
  server = await startHttpServer(silence);
});
afterAll(async () => {
  await server.close();
  await cli.remove();
});

/** Runs `use` with a directory in which a good staple lies, and checks that it is not so much as touched. */
async function besideGoodStaple(use: (dir: string, staple: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const staple = join(dir, 'present.ocsp');
    await writeFile(staple, GOOD);
    await chmod(staple, 0o640);
    await utimes(staple, 1_700_000_000, 1_700_000_000);
    const before = await stat(staple);
    await use(dir, staple);
    const { ino, mode, mtimeMs, ctimeMs } = await stat(staple);
    expect({ ino, mode, mtimeMs, ctimeMs }).toEqual({
      ino: before.ino,
      mode: before.mode,
      mtimeMs: before.mtimeMs,
      ctimeMs: before.ctimeMs,
    });
    expect(await readFile(staple)).toEqual(GOOD);
    expect((await readdir(dir)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
}

const SAID =
  /^restaple: ([^\n]+)\nhint: ([^\n]+)\n(?:hint: restaple doctor [^\n]+\n)?(?:restaple: [^\n]+: the certificate is must-staple: [^\n]+\n)?$/;

/** What was said, when it was one line and a hint and nothing else but a word on must-staple: no stack, no warning. */
function told({ code, stdout, stderr }: Outcome): {
  code: number;
  stdout: string;
  line: string;
  hint: string;
} {
  const [, line = stderr, hint = 'none'] = SAID.exec(stderr) ?? [];
  return { code, stdout, line, hint };
}

/** A refusal that begins so. */
const refusal = (code: number, about: string): object => ({
  code,
  stdout: '',
  line: expect.stringContaining(about),
  hint: expect.stringMatching(/^(?!none$)/),
});

describe('what is typed is', () => {
  it.each(INPUTS)('%s', async (_, arrange, exitCode, reason) => {
    server.behave(answer({ body: GOOD }));
    await besideGoodStaple(async (dir, staple) => {
      const [cert = '', ...more] = await arrange(dir);
      const outcome = await cli.run('fetch', cert, ...more, '-o', staple);
      expect(told(outcome)).toEqual(refusal(exitCode, `${cert}: `));
      expect(outcome.stderr).toContain(reason);
    });
  });

  it('a directory without certificates', async () => {
    await besideGoodStaple(async (dir) => {
      const path = await directoryOfOthers(dir);
      const outcome = await cli.run('fetch', path);
      expect(told(outcome)).toEqual(refusal(65, `${path}: `));
      expect(outcome.stderr).toContain('no server certificate in it');
      await mkdir(join(path, 'empty'));
      expect(told(await cli.run('fetch', join(path, 'empty')))).toEqual(refusal(65, join(path, 'empty')));
    });
  });

  it('an output that is a directory', async () => {
    server.behave(answer({ body: GOOD }));
    await besideGoodStaple(async (dir) => {
      const cert = join(dir, 'cert.pem');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      const outcome = await cli.run('fetch', cert, '--url', server.url().href, '-o', dir);
      expect(told(outcome)).toEqual(refusal(73, `${cert}: cannot write ${dir}: is no regular file`));
    });
  });

  it('an output directory that is not there', async () => {
    server.behave(answer({ body: GOOD }));
    await besideGoodStaple(async (dir) => {
      const cert = join(dir, 'site.pem');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      const where = ['--url', server.url().href, '--out-dir', join(dir, 'missing')];
      expect(told(await cli.run('fetch', cert, ...where))).toEqual(
        refusal(73, `${cert}: cannot write ${join(dir, 'missing', 'site.ocsp')}`),
      );
    });
  });
});
