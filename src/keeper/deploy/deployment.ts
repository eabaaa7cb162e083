/**
 * Sees what the keeper reads and writes, and brings it to the servers. It stands around the keeper's work and not behind
 * its events: what lay in a file before is known only before it is written, and that a staple is good, when it was
 * judged.
 *
 * After a restart all is found again in the files.
 */
import { resolve } from 'node:path';
import { formatInstant } from '../../der/time.ts';
import type { Life } from '../../staple/policy.ts';
import { isSomethingElse } from '../../store/staple-file.ts';
import type { CertificateSubject } from '../files/certificate-subject.ts';
import { Schedule } from '../schedule.ts';
import type { Answer, Kept, Memory, Opened, Validators, Work } from '../work.ts';
import { digestOf } from './digest.ts';
import { Lane, type LaneListener, type LaneOptions, fingerprintOf } from './lane.ts';
import { rawLifeOf } from './raw-life.ts';
import type { Appointment, Target } from './target.ts';
import type { DeployTools } from './tools.ts';

/**
 * After the clock was set ahead nothing is withdrawn for so long: one that was set by mistake is soon set back. Not
 * longer, because servers go by the same clock, and some break on what has ended by it.
 */
const GRACE_MS = 60_000;

export interface DeploymentOptions<R> extends DeployTools {
  readonly work: Work<CertificateSubject, R>;
  readonly servers: readonly LaneOptions[];
  /** What the store has for a certificate: a good staple, or one that was. */
  readonly stored: (key: string) => Buffer | undefined;
}

interface Placement {
  readonly lane: Lane;
  readonly target: Target;
  /** What the file held before the keeper looked at it. */
  before: Buffer | undefined;
}

/** What the keeper has found out about a certificate just now. */
interface News {
  readonly staple: Life | undefined;
  readonly published: readonly string[];
  readonly isRevoked: boolean;
}

export class Deployment<R> implements Work<CertificateSubject, R> {
  readonly #options: DeploymentOptions<R>;
  readonly #lanes = new Map<string, Lane>();
  readonly #listener: LaneListener;
  readonly #schedule: Schedule<Appointment>;
  /** By the certificate whose staple lies in them. */
  readonly #owned = new Map<string, ReadonlySet<Target>>();
  readonly #laneOf = new WeakMap<Target, Lane>();
  /** By the monotonic clock. */
  #graceUntil = -Infinity;

  constructor(options: DeploymentOptions<R>) {
    this.#options = options;
    this.#listener = {
      holds: (target, der, validUntil) => this.#lies(target, der, validUntil),
    };
    this.#schedule = new Schedule({
      clock: options.clock,
      due: () => this.#due(),
      jumped: (byMs) => {
        if (byMs > 0) this.#graceUntil = options.clock.monotonic() + GRACE_MS;
      },
    });
    this.replace(options.servers);
    this.#schedule.arm();
  }

  async open(subject: CertificateSubject, aside?: () => void): Promise<Opened> {
    return this.#around(subject, async (placements) => {
      const opened = await this.#options.work.open(subject, aside, (file, der) =>
        placements.some((one) => one.target.file === file && this.#isUnwanted(one, der)),
      );
      const { memory, published, staple } = opened;
      return [opened, { staple, published, isRevoked: memory?.revoked !== undefined }];
    });
  }

  ask(subject: CertificateSubject, known: Validators, signal: AbortSignal): Promise<Answer<R>> {
    return this.#options.work.ask(subject, known, signal);
  }

  async keep(subject: CertificateSubject, response: R): Promise<Kept> {
    return this.#around(subject, async () => {
      const kept = await this.#options.work.keep(subject, response);
      return [kept, { ...kept, isRevoked: false }];
    });
  }

  remember(subject: CertificateSubject, memory: Memory): void {
    this.#options.work.remember(subject, memory);
  }

  /** Goes by these from now on; one that is the same as before goes on as it is. */
  replace(servers: readonly LaneOptions[]): void {
    const before = new Map(this.#lanes);
    this.#lanes.clear();
    for (const one of servers) {
      const known = before.get(one.name);
      const isSame = known !== undefined && known.fingerprint === fingerprintOf(one);
      if (isSame) before.delete(one.name);
      this.#lanes.set(one.name, isSame ? known : new Lane(one, this.#options, this.#listener));
    }
    for (const lane of before.values()) {
      for (const { end } of lane.targets.values()) this.#schedule.heap.remove(end);
      void lane.stop();
    }
  }

  /** No file holds this certificate any more. Its staples are withdrawn at once, or when they end, as the server needs it. */
  gone(key: string): void {
    for (const target of this.#owned.get(key) ?? []) this.#letGo(target, key);
    this.#owned.delete(key);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#schedule.stop();
    await Promise.all(Array.from(this.#lanes.values(), (lane) => lane.stop()));
  }

  /** While the keeper writes, nobody else does. */
  async #around<T>(
    subject: CertificateSubject,
    step: (placements: readonly Placement[]) => Promise<readonly [T, News]>,
  ): Promise<T> {
    const placements = this.#placementsOf(subject);
    if (placements.length === 0) {
      const [result] = await step(placements);
      return result;
    }
    await Promise.all(placements.map(({ lane, target }) => lane.hold(target)));
    for (const one of placements) one.before = this.#options.files.read(one.target.file);
    let news: News | undefined;
    try {
      const [result, found] = await step(placements);
      news = found;
      return result;
    } finally {
      this.#claim(subject, placements);
      for (const one of placements) {
        this.#found(one, subject.key, news);
        one.lane.release(one.target);
      }
      this.#schedule.arm();
    }
  }

  #placementsOf({ outputs, paths, servers, serversOf }: CertificateSubject): readonly Placement[] {
    const placements = new Map<Target, Placement>();
    for (const name of servers) {
      const lane = this.#lanes.get(name);
      if (!lane) continue;
      for (const path of paths) {
        if (serversOf?.get(path)?.includes(name) === false) continue;
        for (const file of lane.adapter.outputsOf(path).map((output) => resolve(output))) {
          if (!outputs.includes(file)) continue;
          const target = lane.target(file, path);
          this.#laneOf.set(target, lane);
          if (placements.has(target)) continue;
          // Where its file lies may change with the config.
          target.certificate = path;
          placements.set(target, { lane, target, before: undefined });
        }
      }
    }
    return [...placements.values()];
  }

  #claim({ key, paths }: CertificateSubject, placements: readonly Placement[]): void {
    const targets = new Set(placements.map(({ target }) => target));
    for (const target of this.#owned.get(key) ?? []) if (!targets.has(target)) this.#letGo(target, key);
    for (const target of targets) {
      target.key = key;
      target.label = paths[0] ?? key;
    }
    this.#owned.set(key, targets);
  }

  /** @param news absent when the certificate could not be looked at. */
  #found({ before, lane, target }: Placement, key: string, news: News | undefined): void {
    const { file } = target;
    const der = this.#options.files.read(file);
    const isGood =
      news?.staple !== undefined &&
      der !== undefined &&
      (news.published.includes(file) || this.#options.stored(key)?.equals(der) === true);
    if (!isGood) {
      this.#lies(target, der);
      const isWithout = news !== undefined && news.staple === undefined;
      if (isWithout && lane.adapter.needsWithdrawal && this.#isOver(der) && target.validUntil !== -Infinity)
        this.#withdraw(target, 'the certificate has no staple');
      return;
    }
    const digest = digestOf(der);
    const isEnding = this.#isEnding(lane, news.staple.validUntil);
    if (isEnding && target.withdrawn === digest) return;
    target.validUntil = news.staple.validUntil;
    this.#appoint(lane, target);
    if (isEnding || target.taken === digest || news.isRevoked) return;
    const isKnown = target.taken !== undefined || news.published.includes(file);
    target.taken = digest;
    if (!isKnown) {
      lane.resume(target, der);
      return;
    }
    const served = before && rawLifeOf(before)?.validUntil;
    const isServed =
      served !== undefined && served > this.#options.clock.now() && target.withdrawn === undefined;
    lane.publish(target, der, isServed ? before : undefined, isServed ? served : Infinity);
  }

  /** True for a response that is not to be kept for a better time: by a clock that is behind, everything is of the future. */
  #isOver(der: Buffer | undefined): boolean {
    if (!der || isSomethingElse(der)) return false;
    const life = rawLifeOf(der);
    return life === undefined || life.thisUpdate <= this.#options.clock.now();
  }

  /** What was not judged goes by its own word. */
  #lies(target: Target, der: Buffer | undefined, judged?: number): void {
    const lane = this.#laneOf.get(target);
    if (!lane) return;
    const isNews = der && !isSomethingElse(der) && digestOf(der) !== target.withdrawn;
    const life = isNews ? (rawLifeOf(der) ?? { validUntil: 0 }) : undefined;
    target.validUntil = judged ?? life?.validUntil ?? -Infinity;
    this.#appoint(lane, target);
    this.#schedule.arm();
  }

  /** It was taken out of there, and would be again. */
  #isUnwanted({ lane, target }: Placement, der: Buffer): boolean {
    return target.refused === digestOf(der) || this.#isEnding(lane, rawLifeOf(der)?.validUntil ?? Infinity);
  }

  /** A server that must not see its end must not see it any more. */
  #isEnding({ adapter: { withdrawBeforeMs } }: Lane, validUntil: number): boolean {
    return withdrawBeforeMs !== undefined && validUntil - withdrawBeforeMs <= this.#options.clock.now();
  }

  /** When it has to be withdrawn unless there is a newer one. */
  #appoint({ adapter }: Lane, target: Target): void {
    const { needsWithdrawal, withdrawBeforeMs } = adapter;
    const { validUntil } = target;
    const isEver = validUntil !== -Infinity && (withdrawBeforeMs !== undefined || needsWithdrawal);
    this.#schedule.heap.set(target.end, isEver ? validUntil - (withdrawBeforeMs ?? 0) : Infinity);
  }

  #letGo(target: Target, key: string): void {
    const lane = this.#laneOf.get(target);
    // Another certificate has taken its place.
    if (!lane || target.key !== key) return;
    if (lane.adapter.needsWithdrawal && target.validUntil !== -Infinity)
      this.#withdraw(target, 'the certificate is gone');
  }

  #withdraw(target: Target, message: string): void {
    this.#schedule.heap.remove(target.end);
    this.#laneOf.get(target)?.withdraw(target, message);
  }

  #due(): void {
    const { clock } = this.#options;
    const { heap } = this.#schedule;
    const now = clock.now();
    const graceMs = this.#graceUntil - clock.monotonic();
    const until = graceMs > 0 ? -Infinity : now;
    for (let end = heap.peek(); end && heap.nextAt <= until; end = heap.peek()) {
      const { target } = end;
      const at = formatInstant(new Date(Math.min(Math.max(target.validUntil, 0), 8.64e15)));
      this.#withdraw(target, `it ends at ${at}, and there is no newer one`);
    }
    this.#schedule.arm(Math.max(0, graceMs));
  }
}
