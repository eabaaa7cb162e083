/** From a config to a process that stays: what it tells, what it obeys, and how it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { RestapleError } from '../../errors.ts';
import type { Limiter } from '../../http/limiter.ts';
import { SYSTEM_CLOCK } from '../../keeper/clock.ts';
import { controlPaths } from '../../keeper/control/socket-path.ts';
import type { KeeperEvent } from '../../keeper/events.ts';
import type { RosterProblem } from '../../keeper/files/membership.ts';
import { type Hooks, createHooks } from '../../keeper/hooks.ts';
import type { Log } from '../../keeper/log/log.ts';
import { logRecord } from '../../keeper/log/record.ts';
import { type ServiceManager, createServiceManager, systemdNotify } from '../../keeper/sd-notify.ts';
import { type RunningKeeper, startKeeper } from '../../keeper/start-keeper.ts';
import type { RunningRelay } from '../../relay/start-relay.ts';
import { removeTemporaries } from '../../store/atomic-file.ts';
import { storePath } from '../../store/store-path.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { VERSION } from '../version.ts';
import { groupsOf, limiterOf, serversOf } from './groups.ts';
import { openLog } from './open-log.ts';
import { unheeded } from './unheeded.ts';
import { type RelayBeside, relayOf } from './relay.ts';
import { type Signals, listenForSignals } from './signals.ts';
import { StatusLine, summary } from './status-line.ts';
import { Clients } from './transport.ts';

/** Whoever waits for the end of a service loses patience: systemd after 90 s, an administrator sooner. */
const STOP_MS = 10_000;
/** Of that, for hooks that run. */
const DRAIN_MS = 5_000;

/**
 * Runs until a signal ends it.
 *
 * @param reread reads the config anew, for SIGHUP.
 * @throws RestapleError for what keeps it from starting.
 */
export async function runDaemon(config: Config, reread: () => Promise<Config>, io: Io): Promise<ExitCode> {
  const uid = process.getuid?.();
  const store = storePath(config.store, io.env, uid);
  const clients = new Clients(io.env);
  const limiter = limiterOf(config);
  const groups = await groupsOf(config, clients, limiter);
  const log = await openLog(config.log, io);
  const hooks = createHooks({
    ...config.hooks,
    env: io.env,
    clock: SYSTEM_CLOCK,
    report: (record) => log.write(record),
  });
  const manager = createServiceManager({
    env: io.env,
    pid: process.pid,
    clock: SYSTEM_CLOCK,
    monotonicUsec: () => process.hrtime.bigint() / 1000n,
    send: systemdNotify,
    report: (record) => log.write(record),
  });
  const control = config.control ?? controlPaths(store, io.env, uid)[0];
  const beside = await relayOf(config, store, clients, limiter, log);
  const signals = listenForSignals();
  try {
    const keeper = await startKeeper({
      store,
      groups,
      servers: serversOf(config),
      env: io.env,
      rescanMs: config.rescanMs,
      control: control === 'off' ? undefined : control,
      clock: SYSTEM_CLOCK,
      random: () => Math.random(),
      ...config.limits,
      version: VERSION,
      pid: process.pid,
      witness: beside?.witness,
      report: (event) => tell(event, log, hooks),
      problem: (problem) => log.write(problemRecord(problem)),
    });
    log.write(startedRecord(keeper, store));
    const relay = await startedBeside(beside, keeper);
    const line = new StatusLine(SYSTEM_CLOCK, manager, () => keeper.views());
    manager.ready(summary(keeper.views()));
    await obey(signals, { config, keeper, manager, log, clients, limiter, reread });
    line.stop();
    await end({ keeper, relay, manager, log, hooks });
    return EXIT.ok;
  } finally {
    signals.release();
    clients.close();
  }
}

/** A place that is taken must not leave a keeper behind that nobody asked for alone. */
async function startedBeside(
  beside: RelayBeside | undefined,
  keeper: RunningKeeper,
): Promise<RunningRelay | undefined> {
  try {
    return await beside?.start(keeper);
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

function tell(event: KeeperEvent, log: Log, hooks: Hooks): void {
  log.event(event);
  hooks.run(event);
}

interface Obeying {
  /** What it was started with. */
  readonly config: Config;
  readonly keeper: RunningKeeper;
  readonly manager: ServiceManager;
  readonly log: Log;
  readonly clients: Clients;
  readonly limiter: Limiter;
  readonly reread: () => Promise<Config>;
}

/** Resolves when it is told to end. */
async function obey(signals: Signals, obeying: Obeying): Promise<void> {
  for (;;) {
    const signal = await signals.next();
    obeying.log.write(logRecord('info', `${signal} came`, { event: 'signal', signal }));
    if (signal !== 'SIGHUP') return;
    obeying.manager.reloading();
    await reload(obeying);
    obeying.manager.ready(summary(obeying.keeper.views()));
  }
}

/** A config that is wrong now is told, and the one that holds goes on holding. */
async function reload({ config, keeper, log, clients, limiter, reread }: Obeying): Promise<void> {
  try {
    const next = await reread();
    await keeper.replace(await groupsOf(next, clients, limiter), serversOf(next));
    const warning = unheeded(config, next);
    if (warning) log.write(warning);
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    log.write(
      logRecord('error', `the config stays as it was: ${error.message}`, {
        event: 'config',
        code: error.code,
      }),
    );
    await keeper.rescan();
  }
}

interface Ending {
  readonly keeper: RunningKeeper;
  readonly relay: RunningRelay | undefined;
  readonly manager: ServiceManager;
  readonly log: Log;
  readonly hooks: Hooks;
}

/** What is being written is written to its end; whoever does not answer is not waited for. */
async function end({ keeper, relay, manager, log, hooks }: Ending): Promise<void> {
  const told = manager.stopping();
  const all = Promise.all([relay?.stop(), keeper.stop(), hooks.drain(DRAIN_MS), told]).then(() => true);
  const late = sleep(STOP_MS, false, { ref: false });
  const isDone = await Promise.race([all, late]);
  removeTemporaries();
  log.write(
    isDone
      ? logRecord('info', 'stopped', { event: 'stopped' })
      : logRecord('warn', 'stopped, although something was still under way', { event: 'stopped' }),
  );
}

function startedRecord(keeper: RunningKeeper, store: string): ReturnType<typeof logRecord> {
  const { length: certificates } = [...keeper.views()];
  const what = certificates === 1 ? '1 certificate' : `${certificates} certificates`;
  return logRecord('info', `restaple ${VERSION} keeps ${what}, its store is ${store}`, {
    event: 'started',
    version: VERSION,
    certificates,
    store,
  });
}

function problemRecord({ path, error }: RosterProblem): ReturnType<typeof logRecord> {
  const code = error instanceof RestapleError ? { code: error.code } : {};
  return logRecord('warn', `${path}: ${error.message}`, { event: 'unusable', path, ...code });
}
