/** Where a certificate may lead `restaple fetch`, and who may say otherwise. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { THIS_UPDATE, createTestPki } from '../support/pki.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

let responder: Responder;
let asked: number;
beforeAll(async () => {
  responder = await startResponder({ pki: createTestPki(), now: () => THIS_UPDATE });
});
beforeEach(() => (asked = responder.requests.length));
afterAll(() => responder.close());

/** Fetches for a certificate with this host in its OCSP URL; what is in the directory afterwards comes along. */
async function fetchFrom(host: string, args: readonly string[]): Promise<CliRun & { files: string[] }> {
  let result: (CliRun & { files: string[] }) | undefined;
  await withTempDir(async (dir) => {
    const { leaf, issuer } = createTestPki({ leaf: { ocspUrls: [`http://${host}:${responder.port}/`] } });
    const cert = join(dir, 'domain.crt');
    await writeFile(cert, certificatesPem(leaf, issuer));
    const run = await runCli(['fetch', cert, ...args]);
    result = { ...run, err: run.err.replaceAll(`${dir}/`, ''), files: await readdir(dir) };
  });
  if (!result) throw new Error('nothing was run');
  return result;
}

describe('a certificate that names a responder on loopback', () => {
  it.each(['localhost', '127.0.0.1', '[::ffff:127.0.0.1]', '2130706433'])(
    'is refused, by %s: exit 69, the address and the switch are named, nothing is sent or written',
    async (host) => {
      const run = await fetchFrom(host, []);
      expect(run).toMatchObject({ exitCode: 69, out: '', files: ['domain.crt'] });
      expect(run.err).toMatch(
        /^restaple: domain\.crt: refused to connect to \S+:\d+( at \S+)?: a certificate may not lead to a loopback address\nhint: .*--allow-host \S+, --allow-private.*\n$/,
      );
      expect(responder.requests.length).toBe(asked);
    },
  );

  it.each([
    ['--allow-private', ['--allow-private']],
    ['--allow-host localhost', ['--allow-host', 'localhost']],
    [
      '--allow-host in other letters, among others',
      ['--allow-host', 'a.example', '--allow-host', 'LocalHost'],
    ],
  ])('is asked with %s', async (_sentence, args) => {
    expect(await fetchFrom('localhost', args)).toMatchObject({ exitCode: 0, err: '' });
    expect(responder.requests.length).toBe(asked + 1);
  });

  it('is refused when another host is allowed', async () => {
    expect(await fetchFrom('127.0.0.1', ['--allow-host', 'localhost'])).toMatchObject({ exitCode: 69 });
  });

  it('does not matter where --url names the way', async () => {
    expect(await fetchFrom('10.0.0.1', ['--url', responder.url])).toMatchObject({ exitCode: 0, err: '' });
  });

  it('is told in JSON', async () => {
    const run = await fetchFrom('127.0.0.1', ['--json']);
    expect(JSON.parse(run.out)).toMatchObject({
      exitCode: 69,
      certificates: [
        {
          status: 'failed',
          error: { code: 'address-refused', message: expect.stringContaining('127.0.0.1') },
        },
      ],
    });
  });
});

it('a caIssuers URL on loopback is refused, too', () =>
  withTempDir(async (dir) => {
    const url = `http://127.0.0.1:${responder.port}/ca.cer`;
    const { leaf } = createTestPki({ leaf: { ocspUrls: [responder.url], caIssuersUrls: [url] } });
    const cert = join(dir, 'domain.crt');
    await writeFile(cert, certificatesPem(leaf));
    // A word for the responder is no word for where the issuer is.
    const run = await runCli(['fetch', cert, '--url', responder.url]);
    expect(run.exitCode).toBe(69);
    expect(run.err).toContain(
      `is not in the file: refused to connect to 127.0.0.1:${responder.port}: a certificate may not`,
    );
    expect(responder.requests.length).toBe(asked);
  }));

it.each(['', 'a b', 'ocsp.example:80', 'http://ocsp.example/', 'user@host', '[::1]:8080', '1.2.3.4.5'])(
  '--allow-host "%s" is wrong usage',
  async (text) => {
    const run = await runCli(['fetch', 'x.crt', `--allow-host=${text}`]);
    expect(run).toMatchObject({ exitCode: 64, out: '' });
  },
);
