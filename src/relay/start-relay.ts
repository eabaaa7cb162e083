/** The relay put together: what it answers with, its sockets, and what it tells. */
import type { Clock } from '../keeper/clock.ts';
import type { CertificateView } from '../keeper/view.ts';
import type { LogRecord } from '../keeper/log/record.ts';
import type { Listen } from './front/listen.ts';
import type { Network } from './front/networks.ts';
import { serveRelay } from './front/serve-relay.ts';
import type { RelayStats } from './front/stats.ts';
import { Relay, type RelayOptions } from './relay.ts';
import { relayRecord } from './relay-record.ts';
import { Seldom } from './seldom.ts';

export interface StartRelayOptions extends Omit<RelayOptions, 'tell'> {
  readonly listen: readonly Listen[];
  readonly allow: readonly Network[];
  readonly log: (record: LogRecord) => void;
}

export interface RunningRelay {
  /** Where it listens, with the ports that the system chose. */
  readonly addresses: readonly Listen[];
  stats(): RelayStats;
  stop(): Promise<void>;
}

/** Certificates are read in a second or two; an issuer that has to be fetched is not waited for. */
const OPENING_MS = 10_000;
const LOOK_MS = 100;

/** A relay that sees what a keeper holds, and answers nobody yet. */
export function createRelay(options: StartRelayOptions): Relay {
  return new Relay({ ...options, tell: (event) => options.log(relayRecord(event)) });
}

/**
 * @param views of the keeper whose certificates it answers for.
 * @throws KeeperError `socket-unusable`
 */
export async function startRelay(
  relay: Relay,
  views: () => Iterable<CertificateView>,
  { allow, clock, listen, log }: StartRelayOptions,
): Promise<RunningRelay> {
  await relay.start(opened(views, clock));
  const seldom = new Seldom(clock);
  const server = await serveRelay({
    listen,
    allow,
    answering: relay,
    clock,
    report: (event) => {
      const where = event.type === 'client-refused' ? event.address : '';
      if (seldom.isTime(`${event.type} ${where}`)) log(relayRecord(event));
    },
  });
  return {
    addresses: server.addresses,
    stats: () => server.stats(),
    async stop() {
      await Promise.all([server.close(), relay.stop()]);
    },
  };
}

/** Resolves when each certificate was looked at once. */
async function opened(views: () => Iterable<CertificateView>, clock: Clock): Promise<void> {
  const end = clock.monotonic() + OPENING_MS;
  const isPending = (): boolean => {
    for (const { state } of views()) if (state === 'pending') return true;
    return false;
  };
  while (isPending() && clock.monotonic() < end)
    await new Promise<void>((resolve) => clock.setTimer(LOOK_MS, resolve));
}
