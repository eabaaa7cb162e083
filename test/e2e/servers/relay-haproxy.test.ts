/** HAProxy before a responder of every mood, alone and with the relay: the table of docs/guides/relay.md. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import { type AskingHaproxy, startAskingHaproxy } from './relay-haproxy-world.ts';
import { ALL_MOODS, MOODS, type Mood } from './relay-responder.ts';
import { type RelayWorld, relayWorld } from './relay-world.ts';
import { markdownTable } from './relay-table.ts';

type Words = ReadonlyMap<Mood, string>;

/** It asks at the name in the certificate, as that edge wants it. */
const ROWS = ALL_MOODS.filter((mood) => mood !== 'cdn');
/** It asks for one after the other, so that whoever stands behind this one waits. */
const IN_TURN = [...ROWS.filter((mood) => mood !== 'hangs'), 'hangs'] as const;

const proxy = (port: number): string => `ocsp-update.httpproxy 127.0.0.1:${port}`;

async function look(world: RelayWorld, { port }: AskingHaproxy): Promise<Words> {
  const words = new Map<Mood, string>();
  for (const site of world.sites) words.set(site.mood, await world.stapledAt(port, site));
  return words;
}

describeWithPeer('haproxy-3', 'HAProxy that asks the relay', (path) => {
  let cli: BuiltCli;
  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());

  const within = async <T>(
    moods: readonly Mood[],
    watch: (world: RelayWorld, start: (...lines: string[]) => Promise<AskingHaproxy>) => Promise<T>,
  ): Promise<T> => {
    const world = await relayWorld(cli, moods);
    let server: AskingHaproxy | undefined;
    try {
      return await watch(
        world,
        async (...lines) => (server = await startAskingHaproxy(path, world, ...lines)),
      );
    } finally {
      await server?.stop();
      await world.close();
    }
  };

  /** What clients get when it starts in the midst of it. */
  const fromTheStart = (isRelayed: boolean): Promise<Words> =>
    within(IN_TURN, async (world, start) => {
      world.responder.spoil(true);
      const server = await start(...(isRelayed ? [proxy((await world.relay()).port)] : []));
      await server.asked(isRelayed ? IN_TURN : IN_TURN.slice(0, -1), 1);
      return look(world, server);
    });

  /** What they get when all was well before. */
  const afterwards = (isRelayed: boolean): Promise<Words> =>
    within(IN_TURN, async (world, start) => {
      const server = await start(...(isRelayed ? [proxy((await world.relay()).port)] : []));
      await server.asked(IN_TURN, 1);
      expect(new Set((await look(world, server)).values())).toEqual(new Set(['good']));
      world.responder.spoil(true);
      world.responder.renew();
      if (isRelayed) await world.refresh();
      await server.ask();
      await server.asked(isRelayed ? IN_TURN : IN_TURN.slice(0, -1), 2);
      return look(world, server);
    });

  it('is given what the table of the guide says', async () => {
    const heads = ['the responder', 'HAProxy', 'with the relay', 'all was well at first', 'with the relay'];
    const columns: Words[] = [];
    for (const watch of [fromTheStart, afterwards])
      columns.push(...(await Promise.all([watch(false), watch(true)])));
    const guide = await readFile(new URL('../../../docs/guides/relay.md', import.meta.url), 'utf8');
    const rows = ROWS.map((mood) => [MOODS[mood], ...columns.map((words) => words.get(mood) ?? '?')]);
    expect(guide).toContain(markdownTable([heads, ...rows]));
  });

  it('goes on through the death of the relay, and takes the next staple when it is back', () =>
    within(['down'], async (world, start) => {
      const relay = await world.relay();
      await relay.process.saw('fetched');
      const server = await start(proxy(relay.port));
      await server.asked(['down'], 1);
      const [site] = world.sites;
      if (!site) throw new TypeError('no site');
      const first = await world.stapleAt(server.port, site);
      expect(await world.stapledAt(server.port, site)).toBe('good');
      await relay.process.end('SIGKILL');
      await server.ask();
      await server.asked(['down'], 2);
      expect(await world.stapleAt(server.port, site)).toEqual(first);
      world.responder.renew();
      await world.relay();
      await world.refresh();
      await server.ask();
      await server.asked(['down'], 3);
      expect(await world.stapledAt(server.port, site)).toBe('good');
      expect(await world.stapleAt(server.port, site)).not.toEqual(first);
    }));
});
