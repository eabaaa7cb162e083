/** The adapter and the real lighttpd, without a keeper between them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Command, ServerAdapter } from '../../../src/servers/adapter.ts';
import { createLighttpd } from '../../../src/servers/lighttpd.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { createTestPki, testResponse } from '../../support/pki.ts';
import type { Program } from '../../support/programs/program.ts';
import { makeDirectory } from '../world.ts';
import { type LighttpdSite, lighttpdSite } from './lighttpd-world.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const HOUR = 3_600_000;
const pki = createTestPki({ now: new Date() });
/** A staple that was made some hours ago and has some left. */
const staple = (ageMs: number, leftMs = HOUR): Buffer =>
  testResponse(pki, {
    thisUpdate: new Date(Date.now() - ageMs),
    nextUpdate: new Date(Date.now() + leftMs),
  });
const [old, fresh] = [staple(2 * HOUR), staple(HOUR)];
/** It looks every 64 s. */
const soon = { timeout: 110_000, interval: 500 };
const runs = ([program, ...args]: Command) => run(program, args);

describeWithPeer('lighttpd', 'lighttpd takes staples', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let site: LighttpdSite;
  let adapter: ServerAdapter;
  let certificate: string;
  let file: string;
  let running: Program | undefined;

  beforeEach(async () => {
    dir = await makeDirectory();
    certificate = join(dir.path, 'chain.pem');
    await writeFile(certificate, certificatesPem(pki.leaf, pki.issuer));
    await writeFile(join(dir.path, 'key.pem'), keyPem(pki.leaf));
    site = await lighttpdSite(path, dir.path);
    adapter = createLighttpd({ socket: undefined, dir: dir.path, check: site.check, reload: undefined });
    [file = ''] = adapter.outputsOf(certificate);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await dir.remove();
  });

  const start = async (): Promise<Program> => (running = await site.start(file));
  const publish = async (der: Buffer): Promise<string> => {
    await writeFileAtomically(file, der);
    return adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
  };
  const reload = async (): Promise<void> => {
    expect(await runs(site.check)).toMatchObject({ code: 0 });
    expect(await runs(site.reload)).toMatchObject({ code: 0 });
  };

  it('from the first handshake on', async () => {
    await publish(old);
    const { port } = await start();
    expect(await stapleOf(port)).toEqual(old);
    const { stdout } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-status']);
    expect(stdout).toContain('OCSP Response Status: successful (0x0)');
  });

  it('by itself when the old one ends within 256 s', async () => {
    const ending = staple(HOUR, 250_000);
    await publish(ending);
    const { port } = await start();
    expect(await stapleOf(port)).toEqual(ending);
    // It compares times in whole seconds: what is written in the second of the start is not seen.
    const started = Math.floor(Date.now() / 1000);
    await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(started);
    expect(await publish(fresh)).toBe('later');
    await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
  });

  it('at once when it starts over, and visitors wait but are not let down', async () => {
    await publish(old);
    const { port } = await start();
    const visitor = startVisitor(port);
    await publish(fresh);
    await reload();
    await expect.poll(() => stapleOf(port), soon).toEqual(fresh);
    const { good, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(good).toBeGreaterThan(0);
  });

  it('none any more after it was withdrawn', async () => {
    await publish(old);
    const { port } = await start();
    const visitor = startVisitor(port);
    expect(await adapter.withdraw({ certificate, file })).toBe('reload');
    await reload();
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('is known to be stopped', async () => {
    await publish(old);
    await start();
    await running?.stop();
    expect(await adapter.withdraw({ certificate, file })).toBe('idle');
    // Which is why nobody asks it then.
    expect((await runs(site.reload)).code).toBe(1);
  });

  it.each([
    ['missing', undefined],
    ['empty', Buffer.alloc(0)],
    ['garbage', Buffer.from('<html>no</html>')],
    ['ended', staple(2 * HOUR, -HOUR)],
  ])('starts, and has none, with a file that is %s', async (_sentence, content) => {
    if (content) await writeFile(file, content);
    const { port } = await start();
    expect(await stapleOf(port)).toBeUndefined();
  });
});
