/** The keeper on real files and sockets, put together: store, certificates, control socket, and what it tells. */
import { StapleStore } from '../store/staple-store.ts';
import type { Clock } from './clock.ts';
import { join } from 'node:path';
import { readStaple } from '../probe/tls.ts';
import { readStapleFile } from '../store/staple-file.ts';
import { attempt } from '../attempt.ts';
import { createCommands } from './deploy/command.ts';
import { Deployment } from './deploy/deployment.ts';
import { identify } from './deploy/identity.ts';
import type { LaneOptions } from './deploy/lane.ts';
import { SYSTEM_FILES, serverNotes } from './deploy/tools.ts';
import type { Environment } from './hooks-facts.ts';
import { type Refreshable, refreshKept } from './control/refresh-kept.ts';
import { type ControlServer, serveControl } from './control/server.ts';
import type { CertificateSubject } from './files/certificate-subject.ts';
import { FilesWork } from './files/files-work.ts';
import type { VerifiedResponse } from './files/verified-response.ts';
import type { RosterProblem } from './files/membership.ts';
import { parseNote } from './files/note.ts';
import { Roster } from './files/roster.ts';
import type { RosterGroup } from './files/scan.ts';
import { lockStore } from './files/store-lock.ts';
import { sweepStore } from './files/sweep.ts';
import type { Witness } from './files/witness.ts';
import { Keeper } from './keeper.ts';
import type { KeeperOptions } from './options.ts';
import type { CertificateView } from './view.ts';

/** A command that has begun may end by itself when restaple ends. */
const COMMANDS_MS = 5_000;
const DAY_MS = 86_400_000;

export interface StartOptions extends Pick<
  KeeperOptions<CertificateSubject, VerifiedResponse>,
  'clock' | 'random' | 'requests' | 'requestsPerResponder' | 'report'
> {
  /** The directory of the store. */
  readonly store: string;
  readonly groups: readonly RosterGroup[];
  readonly servers: readonly LaneOptions[];
  /** Of which hooks-facts.ts lists what commands of servers get. */
  readonly env: Environment;
  readonly rescanMs: number;
  /** The path of the control socket; none unless given. */
  readonly control: string | undefined;
  /** Of restaple, for those who ask the control socket. */
  readonly version: string;
  readonly pid: number;
  /** Sees every staple that is kept. */
  readonly witness?: (Witness & { gone(key: string): void }) | undefined;
  /** A file or directory that is named and cannot be used; told once for as long as it stays the same. */
  readonly problem: (problem: RosterProblem) => void;
}

export interface RunningKeeper {
  views(): Iterable<CertificateView>;
  /** Looks for certificates that came, changed or went; resolves when that is done. */
  rescan(): Promise<void>;
  /** Goes by another config from now on. */
  replace(groups: readonly RosterGroup[], servers: readonly LaneOptions[]): Promise<void>;
  /** Resolves when nothing is under way any more and the store is free for the next. */
  stop(): Promise<void>;
}

/**
 * Resolves when the certificates are found and are being read.
 *
 * @throws KeeperError `store-locked`, `socket-unusable`
 * @throws InputError `output-unwritable` for a store that cannot be made.
 */
export async function startKeeper(options: StartOptions): Promise<RunningKeeper> {
  const { clock, control, groups, problem, rescanMs, witness } = options;
  const lock = await lockStore(options.store);
  const store = new StapleStore(options.store);
  const commands = createCommands(clock, options.env);
  const deployment = new Deployment<VerifiedResponse>({
    work: new FilesWork({ store, clock, witness }),
    servers: options.servers,
    stored: (key) => attempt(() => readStapleFile(store.staplePath(key))),
    clock,
    files: SYSTEM_FILES,
    notes: serverNotes(join(store.path, 'servers')),
    run: commands.run,
    look: readStaple,
    identify,
    report: options.report,
  });
  const keeper = new Keeper<CertificateSubject, VerifiedResponse>({
    ...options,
    work: deployment,
    filesOf: ({ outputs }) => outputs,
    policyOf: ({ settings }) => settings.policy,
  });
  const take = (subject: CertificateSubject): void =>
    keeper.add(subject.key, subject.paths[0] ?? subject.key, subject);
  const gone = (key: string): void => {
    keeper.remove(key);
    deployment.gone(key);
    witness?.gone(key);
  };
  const filesBefore = (key: string): readonly string[] => parseNote(store.loadNote(key) ?? '')?.files ?? [];
  const listener = { added: take, changed: take, gone, problem };
  const roster = new Roster(groups, listener, clock, rescanMs, filesBefore);
  let server: ControlServer | undefined;
  try {
    if (control !== undefined) server = await serve(control, keeper, roster, take, options);
  } catch (error) {
    await keeper.stop();
    await lock.release();
    throw error;
  }
  await roster.start();
  const sweep = new DailySweep(store, roster, clock);
  return {
    views: () => keeper.views(),
    rescan: () => roster.rescan(),
    replace: (next, servers) => {
      deployment.replace(servers);
      return roster.replace(next);
    },
    async stop() {
      sweep.stop();
      await Promise.all([roster.stop(), keeper.stop(), server?.close()]);
      const cancel = clock.setTimer(COMMANDS_MS, () => commands.stop());
      await deployment.stop();
      cancel();
      await lock.release();
    },
  };
}

function serve(
  path: string,
  keeper: Keeper<CertificateSubject, VerifiedResponse>,
  roster: Roster,
  take: (subject: CertificateSubject) => void,
  { clock, pid, version }: StartOptions,
): Promise<ControlServer> {
  const startedAt = clock.now();
  const byHand: Refreshable = {
    views: () => keeper.views(),
    view: (key) => keeper.view(key),
    refresh(key) {
      // Its files are read anew: whoever removed one of them, and asks for that very reason, has it back at once.
      const subject = roster.subjects.get(key);
      if (subject) take(subject);
      return keeper.refresh(key);
    },
  };
  return serveControl(path, {
    about: () => ({ pid, version, startedAt }),
    views: () => keeper.views(),
    refresh: (certificate) => refreshKept(byHand, certificate, (file) => SYSTEM_FILES.read(file)),
    rescan: () => roster.rescan(),
  });
}

/** What certificates of last year left behind; once a day is often enough, and the start has other things to do. */
class DailySweep {
  #cancel: (() => void) | undefined;

  constructor(store: StapleStore, roster: Roster, clock: Clock) {
    const next = (): void => {
      this.#cancel = clock.setTimer(DAY_MS, () => {
        void sweepStore(store, (key) => roster.subjects.has(key), clock.now());
        next();
      });
    };
    next();
  }

  stop(): void {
    this.#cancel?.();
  }
}
