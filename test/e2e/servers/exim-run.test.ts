/** Exim, and `restaple run` beside it. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import type { Program } from '../../support/programs/program.ts';
import type { RunningCli } from '../run-world.ts';
import { type EximWorld, makeExim } from './exim-world.ts';
import { type KeptSite, SPOILS, contentOf, keptSite } from './kept-site.ts';
import { startMailVisitor, visitMail } from './smtp-visitor.ts';

const soon = { timeout: 100_000 };

describeWithPeer('exim4', 'Exim beside restaple run', (path) => {
  let cli: BuiltCli;
  let kept: KeptSite;
  let exim: EximWorld;
  let file: string;
  let running: Program | undefined;

  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());
  const settle = async (validityMs?: number): Promise<void> => {
    kept = await keptSite(cli, validityMs);
    exim = await makeExim(path, kept.dir);
    file = join(exim.staples, 'chain.ocsp');
  };
  beforeEach(() => settle());
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await kept.close();
  });

  const keep = (): Promise<RunningCli> => kept.keep(`type: exim\ndir: ${exim.staples}`);
  const start = async (): Promise<number> => (running = await exim.start()).port;
  /** What Exim has is what lies in the file of the staple. */
  const agrees = async (port: number): Promise<boolean> => {
    const [served, lies] = [await visitMail(port), await contentOf(file)];
    return served !== undefined && lies?.equals(served) === true;
  };

  it('staples from the first handshake on, and through everything that happens then', async () => {
    let keeper = await keep();
    await keeper.saw('published');
    await expect.poll(async () => (await readdir(exim.staples)).length, soon).toBe(2);
    const port = await start();
    const first = await visitMail(port);
    expect(first).toEqual(await readFile(file));

    const visitor = startMailVisitor(port);
    kept.answer('good');
    expect(await kept.refresh()).toMatchObject({ code: 0 });
    const second = await readFile(file);
    expect(second).not.toEqual(first);
    await expect.poll(() => visitMail(port), soon).toEqual(second);

    for (const [, spoil] of SPOILS) {
      kept.spoil(spoil);
      kept.answer('good');
      expect((await kept.refresh()).code).not.toBe(0);
      expect(await visitMail(port)).toEqual(second);
    }

    await keeper.end('SIGKILL');
    expect(await visitMail(port)).toEqual(second);
    keeper = await keep();
    await keeper.saw('started');
    expect(await visitMail(port)).toEqual(second);
    const { staples, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(staples).not.toContain(undefined);
  });

  it.each([
    ['', false],
    [', though the keeper was killed long before', true],
  ])('serves no staple past its end, and TLS all the same%s', async (_, isKilled) => {
    await kept.close();
    // Ten minutes before its end it is over.
    await settle(60_000 + 610_000);
    const keeper = await keep();
    await keeper.saw('published');
    const port = await start();
    await expect.poll(() => agrees(port), soon).toBe(true);
    const visitor = startMailVisitor(port);
    kept.spoil(() => ({ status: 503, body: 'no' }));
    if (isKilled) await keeper.end('SIGKILL');
    else await keeper.saw('withdrawn');
    await expect.poll(() => visitMail(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
    expect((await readdir(exim.staples)).length).toBe(isKilled ? 2 : 0);
  });

  it('has nothing for a certificate that is revoked', async () => {
    kept.answer('revoked');
    const keeper = await keep();
    await keeper.saw('revoked');
    expect(await visitMail(await start())).toBeUndefined();
    expect(await readdir(exim.staples)).toEqual([]);
  });

  it('has another staple with another certificate, and TLS in between', async () => {
    const keeper = await keep();
    await keeper.saw('published');
    const port = await start();
    await expect.poll(() => agrees(port), soon).toBe(true);
    const old = await readFile(file);
    const { entity, issuer } = kept.renewed();
    await exim.present(entity, issuer);
    expect(await visitMail(port)).not.toEqual(old);
    keeper.child.kill('SIGHUP');
    await keeper.saw('published', 2);
    await expect.poll(() => agrees(port), soon).toBe(true);
    expect(await readFile(file)).not.toEqual(old);
  });
});
