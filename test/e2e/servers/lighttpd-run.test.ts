/** lighttpd, and `restaple run` beside it. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import type { Program } from '../../support/programs/program.ts';
import type { RunningCli } from '../run-world.ts';
import { type KeptSite, SPOILS, UNSPOILT, contentOf, keptSite } from './kept-site.ts';
import { type LighttpdSite, lighttpdSite } from './lighttpd-world.ts';
import { stapleOf, startVisitor } from './visitor.ts';

/** It looks every 64 s. */
const soon = { timeout: 110_000, interval: 500 };

describeWithPeer('lighttpd', 'lighttpd beside restaple run', (path) => {
  let cli: BuiltCli;
  let kept: KeptSite;
  let site: LighttpdSite;
  let file: string;
  let running: Program | undefined;

  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());
  const settle = async (validityMs?: number): Promise<void> => {
    kept = await keptSite(cli, validityMs);
    site = await lighttpdSite(path, kept.dir);
    file = join(kept.dir, 'staples', 'chain.ocsp');
    // Where its pid file would be; nothing runs yet.
    await site.configure(9, file);
  };
  beforeEach(() => settle());
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await kept.close();
  });

  const keep = (...more: readonly string[]): Promise<RunningCli> =>
    kept.keep(
      ['type: lighttpd', `dir: ${kept.dir}/staples`, `check: ${JSON.stringify(site.check)}`, ...more].join(
        '\n',
      ),
    );
  const start = async (): Promise<Program> => (running = await site.start(file));

  it('staples from the first handshake on, and through everything that happens then', async () => {
    const reload = `reload: ${JSON.stringify(site.reload)}`;
    let keeper = await keep(reload);
    await keeper.saw('published');
    const { port } = await start();
    const first = await stapleOf(port);
    expect(first).toBeDefined();
    expect(first).toEqual(await contentOf(file));

    const visitor = startVisitor(port);
    kept.answer('good');
    expect(await kept.refresh()).toMatchObject({ code: 0 });
    const second = await contentOf(file);
    expect(second).not.toEqual(first);
    await expect.poll(() => stapleOf(port), soon).toEqual(second);

    for (const [what, spoil] of SPOILS) {
      kept.spoil(spoil);
      kept.answer('good');
      const { code } = await kept.refresh();
      expect({ what, isRefused: code !== 0 }).toEqual({ what, isRefused: true });
      const [written, served] = [await contentOf(file), await stapleOf(port)];
      expect({ what, written, served }).toEqual({ what, written: second, served: second });
    }

    await keeper.end('SIGKILL');
    kept.spoil(UNSPOILT);
    keeper = await keep(reload);
    await keeper.saw('started');
    expect(await stapleOf(port)).toEqual(second);
    await expect.poll(async () => (await kept.refresh()).code, soon).toBe(0);
    const third = await contentOf(file);
    expect(third).not.toEqual(second);
    await expect.poll(() => stapleOf(port), soon).toEqual(third);
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('takes the first staple by itself, and keeps it while there is a newer one', async () => {
    const { port } = await start();
    expect(await stapleOf(port)).toBeUndefined();
    const keeper = await keep(`address: 127.0.0.1:${port}`);
    await keeper.saw('published');
    const first = await contentOf(file);
    await expect.poll(() => stapleOf(port), soon).toEqual(first);
    kept.answer('good');
    expect(await kept.refresh()).toMatchObject({ code: 0 });
    expect(await contentOf(file)).not.toEqual(first);
    expect(await stapleOf(port)).toEqual(first);
    // As it is meant to be, nobody is told of it.
    expect(keeper.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('serves no staple past its end, and TLS all the same', async () => {
    await kept.close();
    // It is withdrawn 10 min before.
    await settle(60_000 + 620_000);
    const keeper = await keep(`reload: ${JSON.stringify(site.reload)}`);
    await keeper.saw('published');
    const { port } = await start();
    const visitor = startVisitor(port);
    kept.spoil(() => ({ status: 503, body: 'no' }));
    expect(await stapleOf(port)).toEqual(await contentOf(file));
    await keeper.saw('withdrawn');
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('has nothing for a certificate that is revoked', async () => {
    kept.answer('revoked');
    const keeper = await keep();
    await keeper.saw('revoked');
    expect(await stapleOf((await start()).port)).toBeUndefined();
    expect(await contentOf(file)).toBeUndefined();
  });
});
