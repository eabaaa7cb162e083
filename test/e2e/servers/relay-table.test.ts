/** Apache and nginx before a responder of every mood, alone and with the relay: the tables of docs/guides/relay.md. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import type { Program } from '../../support/programs/program.ts';
import { QUICK, modMd, modSsl, startApache } from './apache-world.ts';
import { startAskingNginx } from './relay-nginx-world.ts';
import { ALL_MOODS, MOODS, type Mood } from './relay-responder.ts';
import { markdownTable } from './relay-table.ts';
import { type RelayWorld, relayWorld } from './relay-world.ts';

/** Longer than any of them takes to ask and to forget. */
const A_WHILE_MS = 4_000;

interface Running extends Program {
  /** Makes it ask again, as it would some hours later. */
  again(): Promise<unknown>;
}

/** Starts a server that asks for itself, or the relay at `port`. */
type Start = (world: RelayWorld, port: number | undefined) => Promise<Running>;

interface Column {
  readonly title: string;
  readonly start: Start;
}

type Words = ReadonlyMap<Mood, string>;

async function look(world: RelayWorld, port: number): Promise<Words> {
  const seen = async (): Promise<Words> => {
    const words = new Map<Mood, string>();
    for (const site of world.sites) words.set(site.mood, await world.stapledAt(port, site));
    return words;
  };
  // A process of mod_md that is asked too early has nothing for a while.
  await sleep(A_WHILE_MS);
  // The first clients make the others ask.
  await seen();
  await sleep(A_WHILE_MS);
  return seen();
}

/** What clients get when the server starts in the midst of it. */
async function fromTheStart(cli: BuiltCli, { start }: Column, isRelayed: boolean): Promise<Words> {
  const world = await relayWorld(cli);
  world.responder.spoil(true);
  return underWatch(world, start, isRelayed, ({ port }) => look(world, port));
}

/** What they get when it was well before. */
async function afterwards(cli: BuiltCli, { start }: Column, isRelayed: boolean): Promise<Words> {
  const world = await relayWorld(cli);
  return underWatch(world, start, isRelayed, async (server) => {
    const { port } = server;
    // Asked by address, that edge is never well; mod_md asks by name.
    const unwell = async (): Promise<unknown> =>
      [...(await look(world, port))].filter(([mood, word]) => mood !== 'cdn' && word !== 'good');
    await expect.poll(unwell, { timeout: 90_000 }).toEqual([]);
    world.responder.spoil(true);
    world.responder.renew();
    if (isRelayed) await world.refresh();
    await server.again();
    return look(world, port);
  });
}

async function underWatch(
  world: RelayWorld,
  start: Start,
  isRelayed: boolean,
  watch: (server: Running) => Promise<Words>,
): Promise<Words> {
  let server: Running | undefined;
  try {
    const relay = isRelayed ? await world.relay() : undefined;
    server = await start(world, relay?.port);
    return await watch(server);
  } finally {
    await server?.stop();
    await world.close();
  }
}

/** By address, as people do it who do not want to depend on DNS. */
const askedAt = (port: number | undefined, responder: string): string =>
  port === undefined ? responder : `http://127.0.0.1:${port}/`;

const columns = (apache: string, nginx: string): readonly Column[] => [
  {
    title: 'Apache, mod_ssl',
    async start(world, port) {
      const server = await startApache(apache, world, {
        server: modSsl(QUICK),
        site: ({ responder }) => `SSLStaplingForceURL ${askedAt(port, responder)}`,
      });
      return { ...server, again: () => sleep(A_WHILE_MS) };
    },
  },
  {
    title: 'Apache, mod_md',
    async start(world, port) {
      const server = await startApache(apache, world, {
        modules: ['md'],
        server: modMd(
          'MDStaplingRenewWindow 95%',
          port === undefined ? '' : `MDHttpProxy http://127.0.0.1:${port}`,
        ),
      });
      return { ...server, again: () => server.graceful() };
    },
  },
  {
    title: 'nginx',
    async start(world, port) {
      const server = await startAskingNginx(
        nginx,
        world,
        ({ responder }) => `ssl_stapling_responder ${askedAt(port, responder)};`,
      );
      return { ...server, again: () => server.reload() };
    },
  },
];

describeWithPeer('apache2', 'Apache', (apache) => {
  describeWithPeer('nginx', 'and nginx, alone and with the relay', (nginx) => {
    let cli: BuiltCli;
    beforeAll(async () => {
      cli = await buildCli();
    });
    afterAll(() => cli.remove());

    const all = columns(apache, nginx);
    const heads: string[] = ['the responder'];
    const cold: Words[] = [];
    const later: Words[] = [];

    it.each(all)('$title, in the midst of it and when it was well before', async (column) => {
      heads.push(column.title, 'with the relay');
      for (const isRelayed of [false, true]) {
        const seen = [fromTheStart, afterwards].map((watch) => watch(cli, column, isRelayed));
        const [before, after] = await Promise.all(seen);
        if (before) cold.push(before);
        if (after) later.push(after);
      }
      expect(later.at(-1)?.get('redirect')).toBe('good');
    });

    it('are as the tables of the guide have them', async () => {
      const guide = await readFile(new URL('../../../docs/guides/relay.md', import.meta.url), 'utf8');
      for (const results of [cold, later])
        expect(guide).toContain(
          markdownTable([
            heads,
            ...ALL_MOODS.map((mood) => [MOODS[mood], ...results.map((words) => words.get(mood) ?? '?')]),
          ]),
        );
    });
  });
});
