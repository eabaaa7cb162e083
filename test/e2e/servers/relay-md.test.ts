/** Apache mod_md with the relay, set up as the guide says. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { hangUp, startHttpServer } from '../../support/http-server.ts';
import { describeWithPeer } from '../../support/peers.ts';
import { type Apache, modMd, startApache } from './apache-world.ts';
import { type RelayWorld, type Site, relayWorld } from './relay-world.ts';
import { startVisitor } from './visitor.ts';

const soon = { timeout: 60_000 };

describeWithPeer('apache2', 'Apache mod_md with the relay', (path) => {
  let cli: BuiltCli;
  let world: RelayWorld;
  let site: Site;
  let server: Apache | undefined;

  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());
  const settle = async (): Promise<void> => {
    world = await relayWorld(cli, ['down']);
    const [one] = world.sites;
    if (one) site = one;
  };
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await world.close();
  });
  const start = async (port: number, ...lines: readonly string[]): Promise<Apache> =>
    (server = await startApache(path, world, {
      modules: ['md'],
      server: modMd(`MDHttpProxy http://127.0.0.1:${port}`, ...lines),
    }));
  const word = (port: number): Promise<string> => world.stapledAt(port, site);

  it('staples within seconds of its start, through a refresh and the death of the relay', async () => {
    await settle();
    const relay = await world.relay();
    // It asks when so much of a life is left: the next reload is late enough then.
    const apache = await start(relay.port, 'MDStaplingRenewWindow 95%');
    const { port } = apache;
    await expect.poll(() => word(port), soon).toBe('good');
    const first = await world.stapleAt(port, site);
    const visitor = startVisitor(port);
    world.responder.renew();
    await world.refresh();
    expect(await apache.graceful()).toMatchObject({ code: 0 });
    await expect.poll(() => world.stapleAt(port, site), soon).not.toEqual(first);
    expect(await word(port)).toBe('good');
    world.responder.spoil(true);
    await relay.process.end('SIGKILL');
    expect(await word(port)).toBe('good');
    await world.relay();
    expect(await apache.graceful()).toMatchObject({ code: 0 });
    for (const until = Date.now() + 4_000; Date.now() < until;) expect(await word(port)).toBe('good');
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('serves its own answer past the end, whoever gave it', async () => {
    await settle();
    world.responder.renew(2 * 3_600_000 + 20_000);
    const relay = await world.relay();
    const { port } = await start(relay.port);
    await expect.poll(() => word(port), soon).toBe('good');
    world.responder.spoil(true);
    await expect.poll(() => word(port), soon).toBe('**expired**');
  });

  it('would ask its CA through the relay, too', async () => {
    await settle();
    const proxy = await startHttpServer(hangUp);
    try {
      await start(
        proxy.port,
        'MDCertificateAuthority https://acme.example.test/directory',
        'MDCertificateAgreement accepted',
        'MDContactEmail me@example.test',
        `MDomain ${site.name} manual`,
        'MDCAChallenges dns-01',
        'MDChallengeDns01 /bin/true',
      );
      await expect.poll(() => proxy.requests.map(({ method }) => method), soon).toContain('CONNECT');
    } finally {
      await proxy.close();
    }
  });
});
