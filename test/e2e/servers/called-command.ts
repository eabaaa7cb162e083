/** What must hold of a server that calls a command for its staple: the same tests for h2o and nghttpx. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { keyOf } from '../../../src/keeper/files/certificates.ts';
import { readStaple } from '../../../src/probe/tls.ts';
import { readResponse } from '../../../src/ocsp/read-response.ts';
import { StapleStore } from '../../../src/store/staple-store.ts';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { type Responder, startResponder } from '../../support/ocsp-responder.ts';
import { createTestPki, testResponse } from '../../support/pki.ts';
import type { Program } from '../../support/programs/program.ts';
import { type RunningCli, startRun } from '../run-world.ts';
import { makeDirectory } from '../world.ts';

/** What the server is started with. */
export interface Site {
  readonly dir: string;
  readonly chain: string;
  readonly key: string;
  readonly ca: string;
  /** The command to call, as a wrapper with the options that this machine needs. */
  readonly command: string;
}

/** `waits`: it takes no client before the command has answered for the first time. */
export function itHolds(startServer: (site: Site) => Promise<Program>, { waits }: { waits: boolean }): void {
  const HOUR = 3_600_000;
  const SERVER_SAYS_NO_MORE_THAN = { timeout: 30_000, interval: 100 };
  let cli: BuiltCli;
  let root: Awaited<ReturnType<typeof makeDirectory>>;
  let responder: Responder;
  let mangle: ((der: Buffer) => Buffer) | undefined;
  let site: Site;
  let server: Program | undefined;
  let keeper: RunningCli | undefined;
  let runs = 0;
  let pki = createTestPki({ now: new Date() });

  beforeAll(async () => {
    cli = await buildCli();
    root = await makeDirectory();
  });
  afterAll(async () => {
    await cli.remove();
    await root.remove();
  });
  afterEach(async () => {
    await server?.stop();
    await keeper?.end('SIGKILL');
    await responder.close();
    [server, keeper, mangle] = [undefined, undefined, undefined];
  });
  beforeEach(async () => {
    responder = await begin(HOUR);
  });

  async function begin(validityMs: number): Promise<Responder> {
    const one = await startResponder({ pki, validityMs, mangle: (der) => mangle?.(der) ?? der });
    pki = createTestPki({ now: new Date(), leaf: { ocspUrls: [one.url] } });
    const dir = join(root.path, `site${runs++}`);
    await mkdir(dir);
    const put = async (name: string, text: string): Promise<string> => {
      await writeFile(join(dir, name), text);
      return join(dir, name);
    };
    const command = await put(
      'staple',
      `#!/bin/sh
echo called >> ${dir}/calls
exec ${process.execPath} ${cli.program('restaple-h2o')} --store ${dir}/store --allow-private --retries 0 "$@"
`,
    );
    await chmod(command, 0o755);
    site = {
      dir,
      command,
      chain: await put('chain.pem', certificatesPem(pki.leaf, pki.issuer)),
      key: await put('key.pem', keyPem(pki.leaf)),
      ca: await put('ca.pem', certificatesPem(pki.root)),
    };
    return one;
  }

  function startKeeper(): RunningCli {
    const { dir, chain } = site;
    return startRun(
      cli,
      '--allow-private',
      `--store=${join(dir, 'store')}`,
      `--out-dir=${dir}`,
      `--control=${join(dir, 'c.sock')}`,
      chain,
    );
  }

  const keptFile = (): Promise<Buffer> =>
    readFile(new StapleStore(join(site.dir, 'store')).staplePath(keyOf(pki.leaf.certificate)));

  const calls = async (): Promise<number> =>
    (await readFile(join(site.dir, 'calls'), 'utf8').catch(() => '')).split('\n').length - 1;

  /** Until the server has called so many times more, with clients all the while: what they were served. */
  async function serving(one: Program, times: number): Promise<(Buffer | undefined)[]> {
    const until = (await calls()) + times;
    const seen = [await served(one)];
    await expect
      .poll(async () => {
        seen.push(await served(one));
        return calls();
      }, SERVER_SAYS_NO_MORE_THAN)
      .toBeGreaterThanOrEqual(until);
    return seen;
  }

  /** Starts keeper and server, and waits until the server has what the keeper keeps. */
  async function startBoth(): Promise<{ one: Program; staple: Buffer }> {
    keeper = startKeeper();
    await keeper.saw('published');
    server = await startServer(site);
    const one = server;
    const staple = await keptFile();
    await expect.poll(() => served(one), SERVER_SAYS_NO_MORE_THAN).toEqual(staple);
    return { one, staple };
  }

  it(`has ${waits ? 'the first client' : 'the first clients, but for those of the first moment,'} stapled with what the keeper keeps, the responder gone`, async () => {
    keeper = startKeeper();
    await keeper.saw('published');
    const asked = responder.requests.length;
    mangle = () => Buffer.from('gone');
    server = await startServer(site);
    const one = server;
    const first = await served(one);
    expect(waits ? [await keptFile()] : [await keptFile(), undefined]).toContainEqual(first);
    await expect.poll(() => served(one), SERVER_SAYS_NO_MORE_THAN).toEqual(await keptFile());
    expect(responder.requests.length).toBe(asked);
  });

  it('hands a refreshed staple to clients, none of whom sees a failure', async () => {
    const { one, staple } = await startBoth();
    // A response of another second.
    await expect.poll(() => Date.now() > responseTime(staple) + 1000, SERVER_SAYS_NO_MORE_THAN).toBe(true);
    responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'good' });
    const refreshed = await cli.run('refresh', '--control', join(site.dir, 'c.sock'), site.chain);
    expect(refreshed.code).toBe(0);
    const fresh = await keptFile();
    expect(fresh.equals(staple)).toBe(false);
    const seen = await serving(one, 3);
    expect(seen.at(-1)).toEqual(fresh);
    for (const each of seen) expect([staple, fresh]).toContainEqual(each);
  });

  it('serves the good staple on while the responder sends rubbish, then forgeries, and a keeper is killed and comes back', async () => {
    const { one, staple } = await startBoth();
    mangle = () => Buffer.from('<html>');
    const seen = await serving(one, 5);
    mangle = () => testResponse(pki, { signer: pki.strangerDelegate });
    await keeper?.end('SIGKILL');
    seen.push(...(await serving(one, 5)));
    keeper = startKeeper();
    seen.push(...(await serving(one, 3)));
    for (const each of seen) expect(each).toEqual(staple);
  });

  it('serves no staple beyond its end when the responder is gone, and TLS goes on', async () => {
    await responder.close();
    responder = await begin(12_000);
    const { one } = await startBoth();
    mangle = () => Buffer.from('gone');
    const left: number[] = [];
    await expect
      .poll(async () => {
        const before = Date.now();
        const staple = await served(one);
        if (staple) left.push(endOf(staple) - before);
        return staple;
      }, SERVER_SAYS_NO_MORE_THAN)
      .toBeUndefined();
    expect(Math.min(...left)).toBeGreaterThan(0);
    for (const each of await serving(one, 3)) expect(each).toBeUndefined();
    mangle = undefined;
    responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'good' });
    await expect.poll(() => served(one), SERVER_SAYS_NO_MORE_THAN).toBeDefined();
  });

  it('staples nothing for a revoked certificate', async () => {
    const revoked = { type: 'revoked', revocationTime: new Date(), reason: 1 } as const;
    responder.setStatus(pki.leaf.certificate.serialNumber, revoked);
    keeper = startKeeper();
    await keeper.saw('revoked');
    server = await startServer(site);
    for (const each of await serving(server, 3)) expect(each).toBeUndefined();
  });
}

const timesOf = (der: Buffer): { thisUpdate: Date; nextUpdate: Date | undefined } | undefined =>
  readResponse(der).tbsResponseData.responses[0];
const responseTime = (der: Buffer): number => timesOf(der)?.thisUpdate.getTime() ?? 0;
const endOf = (der: Buffer): number => timesOf(der)?.nextUpdate?.getTime() ?? 0;

/** A whole handshake: what came with it. */
const served = async ({ port }: Program): Promise<Buffer | undefined> =>
  (await readStaple({ host: '127.0.0.1', port: String(port), servername: 'www.example.test' }, 20_000))
    .staple;
