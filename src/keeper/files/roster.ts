/**
 * Which certificates there are. They come, change and go while the keeper runs: a look every half minute finds that on
 * any disk, an event of the file system makes it soon where there are such events.
 */
import { InputError } from '../../errors.ts';
import type { Clock } from '../clock.ts';
import type { CertificateSubject } from './certificate-subject.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { FileTable } from './file-table.ts';
import { type FilesBefore, NO_MEMBERS, type RosterProblem, membershipOf } from './membership.ts';
import { OutputWatch } from './output-watch.ts';
import { type RosterGroup, type Sightings, scan } from './scan.ts';

/** Called in the course of a look, one after the other. */
export interface RosterListener {
  added(subject: CertificateSubject): void;
  /** Its files, outputs or settings did, or somebody changed what lies in one of its outputs. */
  changed(subject: CertificateSubject): void;
  /** After `added` of the certificate that has taken its place. */
  gone(key: string): void;
  /** Told once for as long as it stays the same. */
  problem(problem: RosterProblem): void;
}

const RESCAN_MS = 30_000;
/** Whoever writes several files writes them in one breath. */
const EVENT_MS = 250;
/** A file that was half written, or missing for a moment. */
const UNSURE_MS = 5_000;
/** However much happens in a large directory, a tenth of the time goes into looking at it. */
const SHARE = 10;
/** When a disk goes away, ten thousand files say the same. */
const MAX_TOLD = 20;

export class Roster {
  readonly #clock: Clock;
  readonly #rescanMs: number;
  readonly #filesBefore: FilesBefore;
  readonly #listener: RosterListener;
  readonly #files: FileTable;
  readonly #outputs = new OutputWatch();
  readonly #watch = new DirectoryWatch(() => this.#soon(Math.max(EVENT_MS, SHARE * this.#tookMs)));
  #groups: readonly RosterGroup[];
  /** By which `#seen` was seen. */
  #lastGroups: readonly RosterGroup[] | undefined;
  #seen: Sightings = new Map();
  #members = NO_MEMBERS;
  readonly #told = new Map<string, string>();
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #tookMs = 0;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #isStopped = false;

  constructor(
    groups: readonly RosterGroup[],
    listener: RosterListener,
    clock: Clock,
    rescanMs: number = RESCAN_MS,
    filesBefore: FilesBefore = () => [],
  ) {
    this.#rescanMs = rescanMs;
    this.#filesBefore = filesBefore;
    this.#groups = groups;
    this.#listener = listener;
    this.#clock = clock;
    this.#files = new FileTable(clock);
  }

  /** All that there are now. */
  get subjects(): ReadonlyMap<string, CertificateSubject> {
    return this.#members.subjects;
  }

  /** The first look, and all that follow. Resolves when the first is done. */
  start(): Promise<void> {
    return this.rescan();
  }

  /** Looks now, or once more after the look that is under way. Resolves when everything was told. */
  rescan(): Promise<void> {
    if (!this.#running) return this.#run();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#run();
    });
    return this.#next;
  }

  /** Looks by a new config from now on. */
  replace(groups: readonly RosterGroup[]): Promise<void> {
    this.#groups = groups;
    return this.rescan();
  }

  /** Resolves when nothing more will be told. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#watch.close();
    await this.#next;
    await this.#running;
  }

  #run(): Promise<void> {
    this.#running = this.#look().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #look(): Promise<void> {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const startedAt = this.#clock.monotonic();
    let isUnsure = false;
    try {
      isUnsure = await this.#lookOnce(this.#groups);
    } catch (error) {
      // A fault here must not end the looking.
      this.#tell([{ path: '', error: error instanceof Error ? error : new Error(String(error)) }]);
    }
    this.#tookMs = this.#clock.monotonic() - startedAt;
    this.#soon(isUnsure ? Math.min(UNSURE_MS, this.#rescanMs) : this.#rescanMs);
  }

  async #lookOnce(groups: readonly RosterGroup[]): Promise<boolean> {
    const isNewConfig = groups !== this.#lastGroups;
    const before: Sightings = isNewConfig ? new Map() : this.#seen;
    const { seen, isNews, isUnsure, problems, directories } = await scan(groups, before, this.#files);
    if (this.#files.size > seen.size) {
      const paths = new Set(Array.from(seen.values(), ({ path }) => path));
      this.#files.prune((path) => paths.has(path));
    }
    this.#seen = seen;
    this.#lastGroups = groups;
    if (isNews || isNewConfig) await this.#update();
    if (!this.#isStopped) this.#watch.set(directories);
    for (const subject of await this.#outputs.look(this.#members.subjects)) this.#listener.changed(subject);
    this.#tell([...problems, ...this.#members.problems]);
    return isUnsure;
  }

  async #update(): Promise<void> {
    const before = this.#members.subjects;
    const sightings = Array.from(this.#seen.values(), ({ sighting }) => sighting).filter(
      (one) => one !== undefined,
    );
    this.#members = await membershipOf(sightings, this.#members, this.#filesBefore);
    for (const [key, subject] of this.#members.subjects) {
      const known = before.get(key);
      if (!known) this.#listener.added(subject);
      else if (known !== subject) this.#listener.changed(subject);
    }
    for (const key of before.keys()) if (!this.#members.subjects.has(key)) this.#listener.gone(key);
  }

  #tell(problems: readonly RosterProblem[]): void {
    const now = new Map(problems.map((problem) => [problem.path, problem]));
    for (const path of this.#told.keys()) if (!now.has(path)) this.#told.delete(path);
    const news = [...now].filter(([path, { error }]) => this.#told.get(path) !== error.message);
    for (const [path, { error }] of news) this.#told.set(path, error.message);
    for (const [, problem] of news.slice(0, MAX_TOLD)) this.#listener.problem(problem);
    const more = news.length - MAX_TOLD;
    if (more > 0) {
      const error = new InputError('file-unreadable', `${more} more files have such problems`);
      this.#listener.problem({ path: news[MAX_TOLD]?.[0] ?? '', error });
    }
  }

  /** Looks after so long, unless it does before. */
  #soon(ms: number): void {
    if (this.#isStopped) return;
    const at = this.#clock.monotonic() + ms;
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.setTimer(ms, () => void this.rescan()) };
  }
}
