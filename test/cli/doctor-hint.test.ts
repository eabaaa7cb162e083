/** The way to the doctor: what `restaple fetch` says when it fails, for a shell and for a program. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawResponse } from '../support/alter.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Behaviour, type TestServer, answer, silence, startHttpServer } from '../support/http-server.ts';
import { run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';

const pki = createTestPki();
let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(silence);
});
afterAll(() => server.close());

/** What `fetch` says of a file of this name when the responder behaves so. */
async function said(name: string, behaviour: Behaviour, ...more: readonly string[]) {
  server.behave(behaviour);
  return withTempDir(async (dir) => {
    const cert = join(dir, name);
    await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
    const args = ['fetch', cert, '--url', server.url().href, '--retries', '0', ...more];
    const { err } = await runCli(args);
    const { out } = await runCli([...args, '--json']);
    const { certificates }: { certificates: readonly [{ error: { hint: string; doctor: string | null } }] } =
      JSON.parse(out);
    return { dir, err, ...certificates[0].error };
  });
}

const forbidden = answer({ status: 403, reason: 'Forbidden' });
const page = answer({ headers: [['Content-Type', 'text/html']], body: '<title>Log in</title>' });

describe('a second hint is the command', () => {
  it.each<[string, Behaviour]>([
    ['403', forbidden],
    ['a page', page],
    ['an empty answer', answer({})],
    ['unauthorized', answer({ body: rawResponse(6) })],
  ])('after %s, with the file and the options that were typed', async (_sentence, behaviour) => {
    const more = ['--header', 'X-Key: a b', '--connect-to', `x.test::127.0.0.1:1`, '--hash', 'sha256'];
    const { dir, err, hint, doctor } = await said('domain.crt', behaviour, ...more);
    expect(doctor).toBe(
      `restaple doctor ${dir}/domain.crt --url ${server.url().href} --header 'X-Key: a b' ` +
        '--connect-to x.test::127.0.0.1:1 --hash sha256 --retries 0',
    );
    expect(err).toMatch(/^restaple: .*\nhint: .*\nhint: .*\n$/);
    expect(err).toContain(`\nhint: ${hint}\nhint: ${doctor}\n`);
  });

  it("is one that a shell takes as it stands, whatever the file's name", async () => {
    const { dir, doctor } = await said("it's $(here) & there.crt", forbidden);
    const { stdout } = await run('/bin/sh', ['-c', `restaple() { printf '%s\\n' "$@"; }; ${doctor}`]);
    expect(stdout.split('\n').slice(0, 2)).toEqual(['doctor', `${dir}/it's $(here) & there.crt`]);
  });

  it.each<[string, Behaviour]>([
    ['tryLater', answer({ body: rawResponse(3) })],
    ['429', answer({ status: 429 })],
    ['a network that wants a login', answer({ status: 511 })],
  ])('is not there after %s, of which the doctor knows no more', async (_sentence, behaviour) => {
    const { err, doctor } = await said('domain.crt', behaviour);
    expect(doctor).toBeNull();
    expect(err).toMatch(/^restaple: .*\nhint: .*\n$/);
  });
});

it('a hint names the URL that answered, and the host that was refused', async () => {
  const { hint } = await said('domain.crt', page);
  expect(hint).toMatch(/see it with curl -i http:\/\/127\.0\.0\.1:\d+\//);
});
