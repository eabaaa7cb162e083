/** Apache mod_ssl with the relay, set up as the guide says. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import type { Program } from '../../support/programs/program.ts';
import { QUICK, modSsl, startApache } from './apache-world.ts';
import type { Mood } from './relay-responder.ts';
import { type RelayWorld, type Site, relayWorld } from './relay-world.ts';
import { startVisitor } from './visitor.ts';

const soon = { timeout: 60_000 };
const force = (port: number): string => `SSLStaplingForceURL http://127.0.0.1:${port}/`;
const HONEST = ['SSLStaplingReturnResponderErrors off', 'SSLStaplingFakeTryLater off'];

describeWithPeer('apache2', 'Apache mod_ssl with the relay', (path) => {
  let cli: BuiltCli;
  let world: RelayWorld;
  let site: Site;
  let server: Program | undefined;

  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await world.close();
  });
  const settle = async (mood: Mood): Promise<void> => {
    world = await relayWorld(cli, [mood]);
    const [one] = world.sites;
    if (one) site = one;
  };
  const start = async (...lines: readonly string[]): Promise<Program> =>
    (server = await startApache(path, world, { server: modSsl(QUICK, ...lines) }));
  const word = (port: number): Promise<string> => world.stapledAt(port, site);

  it('staples from the first handshake on, through a refresh and the death of the relay', async () => {
    await settle('down');
    const relay = await world.relay();
    const { port } = await start(...HONEST, force(relay.port));
    const first = await world.stapleAt(port, site);
    expect(await word(port)).toBe('good');
    const visitor = startVisitor(port);
    world.responder.renew();
    await world.refresh();
    await expect.poll(() => world.stapleAt(port, site), soon).not.toEqual(first);
    expect(await word(port)).toBe('good');
    const second = await world.stapleAt(port, site);

    world.responder.spoil(true);
    await relay.process.end('SIGKILL');
    await world.relay();
    // Longer than Apache keeps an answer: it has asked the new one.
    for (const until = Date.now() + 6_000; Date.now() < until;)
      expect(['good', 'none']).toContain(await word(port));
    await expect.poll(() => world.stapleAt(port, site), soon).toEqual(second);
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('staples nothing that has ended, and TLS goes on', async () => {
    await settle('down');
    world.responder.renew(2 * 3_600_000 + 20_000);
    const relay = await world.relay();
    const { port } = await start(...HONEST, force(relay.port));
    expect(await word(port)).toBe('good');
    world.responder.spoil(true);
    const visitor = startVisitor(port);
    const seen = new Set<string>();
    await expect
      .poll(async () => {
        const now = await word(port);
        seen.add(now);
        return now;
      }, soon)
      .toBe('none');
    // For as long as its cache keeps it: here two seconds.
    seen.delete('**expired**');
    expect([...seen]).toEqual(['good', 'none']);
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('asks the relay as its proxy as well', async () => {
    await settle('down');
    const relay = await world.relay();
    const { port } = await start(`SSLOCSPProxyURL http://127.0.0.1:${relay.port}/`);
    expect(await word(port)).toBe('good');
    world.responder.spoil(true);
    await world.refresh();
    const asked = world.responder.asked('down');
    for (const until = Date.now() + 5_000; Date.now() < until;) expect(await word(port)).toBe('good');
    // Apache went to the relay each time.
    expect(world.responder.asked('down') - asked).toBeLessThan(3);
  });

  it('staples what the relay knows of a revoked certificate', async () => {
    await settle('revoked');
    world.responder.spoil(true);
    const relay = await world.relay();
    const { port } = await start(...HONEST, force(relay.port));
    expect(await word(port)).toBe('revoked');
  });
});
