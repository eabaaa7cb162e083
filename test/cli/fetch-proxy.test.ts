/** `restaple fetch` where the only way out is a proxy. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { THIS_UPDATE, createTestPki } from '../support/pki.ts';
import { type Proxy, startHttpProxy, startSocksProxy } from '../support/proxies.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

let responder: Responder;
let http: Proxy;
let socks: Proxy;
beforeAll(async () => {
  responder = await startResponder({ pki: createTestPki(), now: () => THIS_UPDATE });
  http = await startHttpProxy({ credentials: 'user:secret' });
  socks = await startSocksProxy();
});
afterAll(() => Promise.all([responder.close(), http.close(), socks.close()]));

/** For a certificate whose responder only the DNS of the proxies knows. */
async function fetchOnce(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliRun> {
  let run: CliRun | undefined;
  await withTempDir(async (dir) => {
    const url = `http://ocsp.example.test:${responder.port}/`;
    const { leaf, issuer } = createTestPki({ leaf: { ocspUrls: [url] } });
    const cert = join(dir, 'domain.crt');
    await writeFile(cert, certificatesPem(leaf, issuer));
    run = await runCli(['fetch', cert, ...args], { env });
  });
  if (!run) throw new Error('nothing was run');
  return run;
}

const httpProxy = (userinfo = 'user:secret@'): string => `http://${userinfo}127.0.0.1:${http.port}`;

describe('a proxy', () => {
  it.each<[string, (() => readonly string[]) | undefined, (() => Record<string, string>) | undefined]>([
    ['of --proxy, over HTTP', () => ['--proxy', httpProxy()], undefined],
    ['of --proxy, over SOCKS', () => ['--proxy', `socks5h://127.0.0.1:${socks.port}`], undefined],
    ['of the environment', undefined, () => ({ http_proxy: httpProxy() })],
    ['for all schemes', undefined, () => ({ ALL_PROXY: `socks5h://127.0.0.1:${socks.port}` })],
  ])('%s is used', async (_sentence, args, env) => {
    const before = http.asked.length + socks.asked.length;
    expect(await fetchOnce(args?.() ?? [], env?.())).toMatchObject({ exitCode: 0, err: '' });
    expect(http.asked.length + socks.asked.length).toBe(before + 1);
  });

  it('that refuses is exit 75, with its own hint and without the password', async () => {
    const run = await fetchOnce(['--proxy', httpProxy('user:wrong@')]);
    expect(run).toMatchObject({ exitCode: 75, out: '' });
    expect(run.err).toContain(
      `the proxy 127.0.0.1:${http.port} answers 407 Proxy Authentication Required\nhint: `,
    );
    expect(run.err).not.toContain('wrong');
  });

  it('is not used for what no_proxy names', async () => {
    const resolve = ['--resolve', `ocsp.example.test:${responder.port}:127.0.0.1`];
    const before = http.asked.length;
    const run = await fetchOnce(resolve, { http_proxy: httpProxy(), no_proxy: 'example.test' });
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    expect(http.asked.length).toBe(before);
  });

  it.each([
    [['--proxy', 'gopher://a'], {}, '--proxy is of the scheme gopher'],
    [[], { https_proxy: 'http://a b' }, 'https_proxy is no URL'],
  ])('that is none is exit 64: %j %j', async (args, env, words) => {
    const run = await fetchOnce(args, env);
    expect(run).toMatchObject({ exitCode: 64, out: '' });
    expect(run.err).toContain(words);
  });
});
