/** `restaple run` and the real Hitch. */
import { chmod, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import { createTestPki } from '../../support/pki.ts';
import type { RunningCli } from '../run-world.ts';
import { makeDirectory } from '../world.ts';
import { type Hitch, isRoot, startHitch } from './hitch-world.ts';
import { type Life, MISCHIEF, beginLife } from './run-life.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const MINUTE = 60_000;
const pki = createTestPki({ now: new Date() });
const soon = { timeout: 60_000 };

describeWithPeer('hitch', 'restaple run for Hitch', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let cli: BuiltCli;
  let root: string;
  let life: Life;
  let running: Hitch | undefined;
  let lives = 0;

  beforeAll(async () => {
    dir = await makeDirectory();
    await chmod(dir.path, 0o755);
    cli = await buildCli();
  });
  afterAll(async () => {
    await cli.remove();
    await dir.remove();
  });
  beforeEach(async () => {
    root = join(dir.path, String(lives++));
    life = await beginLife(cli, pki, root);
    life.answer(20 * MINUTE);
    await mkdir(staples());
  });
  afterEach(async () => {
    await life.end();
    await running?.stop();
    running = undefined;
  });

  const staples = (): string => join(root, 'staples');
  const staple = async (): Promise<Buffer> => {
    const [name = ''] = await readdir(staples());
    return readFile(join(staples(), name));
  };
  const start = async (): Promise<Hitch> =>
    (running = await startHitch(path, root, [life.certificate], staples()));
  const keep = (): Promise<RunningCli> => life.keep(['name: web', 'type: hitch', 'dir: staples']);
  /** Hitch is there after the first staple, and serves it. */
  const begin = async (): Promise<{
    readonly keeper: RunningCli;
    readonly port: number;
    readonly first: Buffer;
  }> => {
    const keeper = await keep();
    await keeper.saw('published');
    const { port } = await start();
    const first = await staple();
    // The very first handshake.
    expect(await stapleOf(port)).toEqual(first);
    return { keeper, port, first };
  };

  it('has it staple from the first handshake on, and refreshes without a visitor let down', async () => {
    const { port, first } = await begin();
    const visitor = startVisitor(port);
    life.answer(40 * MINUTE);
    expect(await life.refresh()).toBe(0);
    expect(await staple()).not.toEqual(first);
    await expect.poll(() => stapleOf(port), soon).toEqual(await staple());
    const { good, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(good).toBeGreaterThan(0);
  });

  it('brings the first one to a Hitch that is there already', async () => {
    life.answer(20 * MINUTE, 'down');
    const { port } = await start();
    expect(await stapleOf(port)).toBeUndefined();
    life.answer(20 * MINUTE);
    const keeper = await keep();
    await keeper.saw('published');
    await expect.poll(() => stapleOf(port), soon).toEqual(await staple());
  });

  // As root, Hitch's own updater runs as somebody else, and may not write what it gets.
  it.runIf(isRoot).each(MISCHIEF)(
    'leaves the good staple when the responder comes to this: %s',
    async (mischief) => {
      const { port, first } = await begin();
      life.answer(40 * MINUTE, mischief);
      expect(await life.refresh()).not.toBe(0);
      expect(await staple()).toEqual(first);
      expect(await stapleOf(port)).toEqual(first);
    },
  );

  it('lets the staple end when the responder is gone, and visitors still come', async () => {
    life.answer(20_000);
    const { port } = await begin();
    await life.responder.close();
    const visitor = startVisitor(port);
    await expect.poll(() => stapleOf(port), soon).toBeUndefined();
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('may be killed, and comes back to a server that did not see it', async () => {
    const { keeper, port, first } = await begin();
    const visitor = startVisitor(port);
    await keeper.end('SIGKILL');
    expect(await stapleOf(port)).toEqual(first);
    await keep();
    expect(await stapleOf(port)).toEqual(first);
    life.answer(40 * MINUTE);
    expect(await life.refresh()).toBe(0);
    expect(await staple()).not.toEqual(first);
    await expect.poll(() => stapleOf(port), soon).toEqual(await staple());
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('publishes no revocation, and no staple after one', async () => {
    const { keeper, port, first } = await begin();
    life.revoke();
    expect(await life.refresh()).toBe(1);
    await keeper.saw('revoked');
    expect(await staple()).toEqual(first);
    expect(await stapleOf(port)).toEqual(first);
  });

  it('publishes nothing for a certificate that is revoked from the start', async () => {
    life.revoke();
    const keeper = await keep();
    await keeper.saw('revoked');
    const { port } = await start();
    expect(await readdir(staples())).toEqual([]);
    expect(await stapleOf(port)).toBeUndefined();
  });
});
