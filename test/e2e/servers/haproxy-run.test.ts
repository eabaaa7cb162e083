/** `restaple run` and the real HAProxy. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import { createTestPki } from '../../support/pki.ts';
import type { RunningCli } from '../run-world.ts';
import { makeDirectory } from '../world.ts';
import { type Haproxy, socketsIn, startHaproxy } from './haproxy-world.ts';
import { type Life, MISCHIEF, beginLife } from './run-life.ts';
import { stapleOf, startVisitor } from './visitor.ts';

const MINUTE = 60_000;
const pki = createTestPki({ now: new Date() });
const soon = { timeout: 60_000 };

describeWithPeer('haproxy', 'restaple run for HAProxy', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let cli: BuiltCli;
  let root: string;
  let life: Life;
  let running: Haproxy | undefined;
  let lives = 0;

  beforeAll(async () => {
    dir = await makeDirectory();
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
  });
  afterEach(async () => {
    await life.end();
    await running?.stop();
    running = undefined;
  });

  const file = (): string => `${life.certificate}.ocsp`;
  const staple = (): Promise<Buffer> => readFile(file());
  const start = async (): Promise<Haproxy> => (running = await startHaproxy(path, root, life.certificate));
  const keep = (...more: readonly string[]): Promise<RunningCli> =>
    life.keep([
      'name: web',
      'type: haproxy',
      `check: ${JSON.stringify([path, '-c', '-q', '-f', join(root, 'haproxy.cfg')])}`,
      `reload: ${JSON.stringify([process.execPath, '-e', RELOAD, join(root, 'haproxy.pid')])}`,
      ...more,
    ]);
  const live = (): string => `socket: ${socketsIn(root).worker}`;
  /** HAProxy is there after the first staple, and serves it. */
  const begin = async (): Promise<{
    readonly keeper: RunningCli;
    readonly port: number;
    readonly first: Buffer;
  }> => {
    const keeper = await keep(live());
    await keeper.saw('published');
    const { port } = await start();
    const first = await staple();
    // The very first handshake.
    expect(await stapleOf(port)).toEqual(first);
    return { keeper, port, first };
  };

  it('has it staple from the first handshake on, and refreshes without a reload or a visitor let down', async () => {
    const { keeper, port, first } = await begin();
    const visitor = startVisitor(port);
    life.answer(40 * MINUTE);
    expect(await life.refresh()).toBe(0);
    await expect.poll(() => stapleOf(port), soon).not.toEqual(first);
    expect(await stapleOf(port)).toEqual(await staple());
    const { good, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(good).toBeGreaterThan(0);
    expect(keeper.lines.filter(({ event }) => event === 'reloaded')).toEqual([]);
  });

  it('reloads it without a socket, and for the first staple of a certificate', async () => {
    const { port } = await start();
    const visitor = startVisitor(port);
    const first = await keep(live());
    await first.saw('reloaded');
    await expect.poll(() => stapleOf(port), soon).toEqual(await staple());
    await first.end();
    const second = await keep();
    life.answer(40 * MINUTE);
    expect(await life.refresh()).toBe(0);
    await second.saw('reloaded');
    await expect.poll(() => stapleOf(port), soon).toEqual(await staple());
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it.each(MISCHIEF)('leaves the good staple when the responder comes to this: %s', async (mischief) => {
    const { port, first } = await begin();
    life.answer(40 * MINUTE, mischief);
    expect(await life.refresh()).not.toBe(0);
    expect(await staple()).toEqual(first);
    expect(await stapleOf(port)).toEqual(first);
  });

  it('lets the staple end when the responder is gone, and visitors still come', async () => {
    life.answer(5 * MINUTE + 20_000);
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
    const again = await keep(live());
    await again.saw('started');
    expect(await stapleOf(port)).toEqual(first);
    life.answer(40 * MINUTE);
    expect(await life.refresh()).toBe(0);
    await expect.poll(() => stapleOf(port), soon).toEqual(await staple());
    expect(await stapleOf(port)).not.toEqual(first);
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
    const keeper = await keep(live());
    await keeper.saw('revoked');
    const { port } = await start();
    expect(existsSync(file())).toBe(false);
    expect(await stapleOf(port)).toBeUndefined();
  });
});

const RELOAD = "process.kill(Number(require('node:fs').readFileSync(process.argv[1])), 'SIGUSR2')";
