/** Every fault of the responder, through `restaple ocsp`: the exit code that fetch has, its words, the staple untouched. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { type PkiFiles, writePki } from '../support/files.ts';
import { type TestServer, silence, startHttpServer } from '../support/http-server.ts';
import { ANSWERS, GOOD, pki } from './refusals.ts';
import { makeDirectory } from './world.ts';

let dir: Awaited<ReturnType<typeof makeDirectory>>;
let files: PkiFiles;
let cli: BuiltCli;
let server: TestServer;

beforeAll(async () => {
  dir = await makeDirectory();
  files = await writePki(dir.path, pki);
  cli = await buildCli();
  server = await startHttpServer(silence);
});
afterAll(async () => {
  await server.close();
  await cli.remove();
  await dir.remove();
});

const ask = (staple: string, ...flags: string[]) => {
  const question = ['-issuer', files.issuer, '-cert', files.leaf, '-no_nonce', '-respout', staple];
  return cli.run('ocsp', ...question, '-url', server.url().href, ...flags);
};

describe('restaple ocsp', () => {
  it.each(ANSWERS)('%s', async (_, behaviour, code, words) => {
    server.behave(behaviour);
    const staple = join(dir.path, 'present.ocsp');
    await writeFile(staple, GOOD);
    const { ino, mtimeMs } = await stat(staple);
    const outcome = await ask(staple);
    expect(outcome).toMatchObject({ code });
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr).toMatch(/^hint: .+$/m);
    expect(outcome.stderr).not.toMatch(/^ {4}at /m);
    expect(outcome.stdout).not.toMatch(': good');
    expect(await readFile(staple)).toEqual(GOOD);
    expect(await stat(staple)).toMatchObject({ ino, mtimeMs });
  });

  it('a responder that never answers is given up after -timeout', async () => {
    server.behave(silence);
    const outcome = await ask(join(dir.path, 'none.ocsp'), '-timeout', '1');
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toMatch(/^restaple: no (whole )?answer from .* within 1 ?s/);
  });
});
