/** Traffic Server, and `restaple run` beside it. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { readStaple } from '../../../src/probe/tls.ts';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { close, listen } from '../../support/loopback.ts';
import { describeWithPeer } from '../../support/peers.ts';
import type { Program } from '../../support/programs/program.ts';
import type { RunningCli } from '../run-world.ts';
import { type KeptSite, SPOILS, contentOf, keptSite } from './kept-site.ts';
import { type TrafficServerWorld, makeTrafficServer } from './trafficserver-world.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const soon = { timeout: 100_000, interval: 250 };

describeWithPeer('traffic_manager', 'Traffic Server beside restaple run', (path) => {
  let cli: BuiltCli;
  let kept: KeptSite;
  let server: TrafficServerWorld;
  let file: string;
  let running: Program | undefined;
  const origin = createServer((_, answer) => answer.end('hello\n'));

  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());
  const settle = async (validityMs?: number): Promise<void> => {
    kept = await keptSite(cli, validityMs);
    server = await makeTrafficServer(path, kept.dir);
    file = join(server.staples, 'chain.ocsp');
  };
  beforeEach(() => settle());
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await close(origin);
    await kept.close();
  });

  const keep = (): Promise<RunningCli> => {
    const lines = [
      'type: trafficserver',
      `dir: ${server.staples}`,
      `reload: ${JSON.stringify(server.reload)}`,
    ];
    return kept.keep(lines.join('\n'));
  };
  const start = async (): Promise<number> => {
    running = await server.start(await listen(origin));
    return running.port;
  };

  it('staples from the first handshake on, and through everything that happens then', async () => {
    let keeper = await keep();
    await keeper.saw('published');
    const port = await start();
    const first = await stapleOf(port);
    expect(first).toEqual(await readFile(file));

    const visitor = startVisitor(port);
    kept.answer('good');
    expect(await kept.refresh()).toMatchObject({ code: 0 });
    const second = await readFile(file);
    expect(second).not.toEqual(first);
    await expect.poll(() => stapleOf(port), soon).toEqual(second);

    for (const [, spoil] of SPOILS) {
      kept.spoil(spoil);
      kept.answer('good');
      expect((await kept.refresh()).code).not.toBe(0);
      expect(await stapleOf(port)).toEqual(second);
    }

    await keeper.end('SIGKILL');
    expect(await stapleOf(port)).toEqual(second);
    keeper = await keep();
    await keeper.saw('started');
    expect(await stapleOf(port)).toEqual(second);
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('staples for a server that was there first', async () => {
    const port = await start();
    expect(await stapleOf(port)).toBeUndefined();
    const keeper = await keep();
    await keeper.saw('reloaded');
    await expect.poll(() => stapleOf(port), soon).toEqual(await readFile(file));
  });

  it('serves no staple past its end, and TLS all the same', async () => {
    await kept.close();
    // It is withdrawn 10 min before.
    await settle(60_000 + 630_000);
    const keeper = await keep();
    await keeper.saw('published');
    const port = await start();
    const visitor = startVisitor(port);
    kept.spoil(() => ({ status: 503, body: 'no' }));
    expect(await stapleOf(port)).toEqual(await contentOf(file));
    await keeper.saw('withdrawn');
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
    await running?.stop();
    await close(origin);
    expect(await stapleOf(await start())).toBeUndefined();
  });

  it('has a renewed certificate together with its staple, or without one', async () => {
    const keeper = await keep();
    await keeper.saw('published');
    const port = await start();
    const old = await readFile(file);
    const { entity, issuer } = kept.renewed();
    await writeFile(join(kept.dir, 'key.pem'), keyPem(entity));
    await writeFile(join(kept.dir, 'chain.pem'), certificatesPem(entity, issuer));
    keeper.child.kill('SIGHUP');
    const seen = async (): Promise<string> => {
      const at = { host: '127.0.0.1', port: String(port), servername: 'www.example.test' };
      const { chain, staple } = await readStaple(at, 30_000);
      const isRenewed = chain[0]?.equals(entity.certificate.raw) === true;
      if (!staple) return isRenewed ? 'renewed, no staple' : 'old, no staple';
      return `${isRenewed ? 'renewed' : 'old'}, ${staple.equals(old) ? 'old' : 'fresh'} staple`;
    };
    const sights = new Set<string>();
    await expect
      .poll(async () => (sights.add(await seen()), [...sights].at(-1)), soon)
      .toBe('renewed, fresh staple');
    expect(sights).not.toContain('renewed, old staple');
    expect(sights).not.toContain('old, fresh staple');
  });

  it('has nothing for a certificate that is revoked', async () => {
    kept.answer('revoked');
    const keeper = await keep();
    await keeper.saw('revoked');
    expect(await stapleOf(await start())).toBeUndefined();
    expect(await contentOf(file)).toBeUndefined();
  });
});
