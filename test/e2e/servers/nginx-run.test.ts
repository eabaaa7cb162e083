/** nginx, and `restaple run` beside it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import type { Program } from '../../support/programs/program.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import type { RunningCli } from '../run-world.ts';
import { type KeptSite, SPOILS, UNSPOILT, contentOf, keptSite } from './kept-site.ts';
import { type NginxSite, includeOf, nginxSite } from './nginx-world.ts';
import { presentedBy, stapleOf, startVisitor } from './visitor.ts';

const soon = { timeout: 100_000 };

describeWithPeer('nginx', 'nginx beside restaple run', (path) => {
  let cli: BuiltCli;
  let kept: KeptSite;
  let site: NginxSite;
  let file: string;
  let running: Program | undefined;

  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());
  const settle = async (validityMs?: number): Promise<void> => {
    kept = await keptSite(cli, validityMs);
    site = nginxSite(path, kept.dir);
    file = join(kept.dir, 'staples', 'chain.ocsp');
    // Where its pid file would be; nothing runs yet.
    await site.configure(9, includeOf(file));
  };
  beforeEach(() => settle());
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await kept.close();
  });

  const keep = (...more: readonly string[]): Promise<RunningCli> =>
    kept.keep(
      [
        'type: nginx',
        `dir: ${kept.dir}/staples`,
        `check: ${JSON.stringify(site.check)}`,
        `reload: ${JSON.stringify(site.reload)}`,
        ...more,
      ].join('\n'),
    );
  const start = async (): Promise<Program> => (running = await site.start(includeOf(file)));

  it('puts a removed file back when it is asked to refresh, and names it', async () => {
    const keeper = await keep();
    await keeper.saw('published');
    const staple = await contentOf(file);
    await rm(file);
    kept.spoil(() => ({ status: 503, body: 'no' }));
    const { code, stdout } = await kept.refresh();
    expect([code, stdout]).toEqual([75, `\tWritten: ${file}\n`]);
    expect(await contentOf(file)).toEqual(staple);
  });

  it('staples from the first handshake on, and through everything that happens then', async () => {
    let keeper = await keep();
    await keeper.saw('published');
    await expect.poll(() => contentOf(`${file}.conf`)).toBeDefined();
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
    expect(await stapleOf(port)).toEqual(second);
    kept.spoil(UNSPOILT);
    keeper = await keep();
    await keeper.saw('started');
    expect(await stapleOf(port)).toEqual(second);
    await expect.poll(async () => (await kept.refresh()).code, soon).toBe(0);
    const third = await contentOf(file);
    expect(third).not.toEqual(second);
    await expect.poll(() => stapleOf(port), soon).toEqual(third);
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('staples for a server that was there first, and is seen to', async () => {
    const { port } = await start();
    expect(await stapleOf(port)).toBeUndefined();
    const keeper = await keep(`address: 127.0.0.1:${port}`);
    await keeper.saw('observed');
    expect(await stapleOf(port)).toEqual(await contentOf(file));
  });

  it('changes to a renewed certificate, and never staples that of another', async () => {
    const keeper = await keep();
    await keeper.saw('published');
    const { port } = await start();
    const old = await stapleOf(port);
    expect(old).toBeDefined();
    // As the guide has it for the deploy hook of an ACME client.
    const { entity, issuer } = kept.renewed();
    await writeFile(join(kept.dir, 'key.pem'), keyPem(entity));
    await writeFileAtomically(kept.certificate, Buffer.from(certificatesPem(entity, issuer)));
    await rm(`${file}.conf`, { force: true });
    const [program, ...args] = site.reload;
    expect(await run(program, args)).toMatchObject({ code: 0 });

    const seen = new Set<string>();
    const look = async (): Promise<boolean> => {
      const { chain, staple } = await presentedBy(port);
      const isNew = chain[0]?.equals(entity.certificate.raw) === true;
      if (staple)
        seen.add(
          `${isNew ? 'new' : 'old'} certificate, ${staple.equals(old ?? staple) ? 'old' : 'new'} staple`,
        );
      return isNew && staple !== undefined;
    };
    await expect.poll(look, soon).toBe(true);
    // The workers of before may take connections for a moment.
    await expect.poll(() => stapleOf(port), soon).toEqual(await contentOf(file));
    expect(seen).toContain('new certificate, new staple');
    expect(seen).not.toContain('new certificate, old staple');
  });

  it('serves no staple past its end, and TLS all the same', async () => {
    await kept.close();
    // It is withdrawn 10 min before.
    await settle(60_000 + 620_000);
    const keeper = await keep();
    await keeper.saw('published');
    const { port } = await start();
    const visitor = startVisitor(port);
    kept.spoil(() => ({ status: 503, body: 'no' }));
    expect(await stapleOf(port)).toEqual(await contentOf(file));
    await keeper.saw('withdrawn');
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
    await running?.stop();
    expect(await stapleOf((await start()).port)).toBeUndefined();
  });

  it('has nothing for a certificate that is revoked', async () => {
    kept.answer('revoked');
    const keeper = await keep();
    await keeper.saw('revoked');
    const [program, ...args] = site.check;
    const { port } = await start();
    expect(await run(program, args)).toMatchObject({ code: 0 });
    expect(await stapleOf(port)).toBeUndefined();
    expect(await contentOf(file)).toBeUndefined();
  });
});
