/** The relay of a config, beside the keeper of the same process. */
import type { Config } from '../../config/config.ts';
import type { Limiter } from '../../http/limiter.ts';
import { SYSTEM_CLOCK } from '../../keeper/clock.ts';
import type { Log } from '../../keeper/log/log.ts';
import type { KeeperEvent } from '../../keeper/events.ts';
import { type LogRecord, logRecord } from '../../keeper/log/record.ts';
import type { RunningKeeper } from '../../keeper/start-keeper.ts';
import { formatListen } from '../../relay/front/listen.ts';
import type { Relay } from '../../relay/relay.ts';
import { type RunningRelay, createRelay, startRelay } from '../../relay/start-relay.ts';
import { loadNamed } from '../judge-options.ts';
import { rulesOf, settingsOf } from './settings.ts';
import type { Clients } from './transport.ts';

export interface RelayBeside {
  /** Sees what the keeper holds. */
  readonly witness: Relay;
  start(keeper: RunningKeeper): Promise<RunningRelay>;
}

/** @throws InputError for files named in the config that cannot be read. */
export async function relayOf(
  config: Config,
  store: string,
  clients: Clients,
  limiter: Limiter,
  log: Log,
): Promise<RelayBeside | undefined> {
  const { defaults, limits, relay } = config;
  if (!relay) return undefined;
  const given = [...(defaults.issuer ?? []), ...relay.issuer];
  const options = {
    ...relay,
    ...limits,
    store,
    settings: await settingsOf(defaults, rulesOf(config), clients, limiter),
    issuers: given.length === 0 ? [] : await loadNamed(given),
    clock: SYSTEM_CLOCK,
    random: () => Math.random(),
    report: (event: KeeperEvent) => log.event(event),
    log: (record: LogRecord) => log.write(record),
  };
  const witness = createRelay(options);
  return {
    witness,
    async start(keeper) {
      const running = await startRelay(witness, () => keeper.views(), options);
      const addresses = running.addresses.map(formatListen);
      log.write(
        logRecord('info', `the relay answers at ${addresses.join(', ')}`, { event: 'relay', addresses }),
      );
      return running;
    },
  };
}
