/** Watches the world: what servers have to staple, who asks how much, and how an outage ends. */
import { type Authority, HOUR, MINUTE, type Outage, type Reply, outageAt } from './authority.ts';
import type { SimCertificate, SimResponse } from './certificate.ts';
import { isDamaged } from './disk.ts';
import type { Figures } from './figures.ts';
import { type Hole, type Judge, dueAtOf } from './judge.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Witness } from './world.ts';

const SECOND = 1000;
/** Shorter outages end before anybody has noticed. */
const NOTICED_MS: number = 10 * MINUTE;

/** Who loses a packet just then, keeps to its own back-off. */
const LAST = 0.05;

/** What is known of a certificate besides its files. */
interface Record {
  /** Since when servers have had nothing to staple, though what was there before had not come to its end. */
  missingSince: number;
  spare: SimResponse | undefined;
  publishedAt: number;
  answeredAt: number;
  /** The keeper was told, and remembers. */
  isRevoked: boolean;
}

interface Door {
  inside: number;
  second: number;
  inSecond: number;
  outage: Outage | undefined;
  inOutage: number;
  recovery:
    | {
        readonly endedAt: number;
        firstAt: number;
        mostAt: number;
        waited: number;
        waiting: Set<SimCertificate>;
      }
    | undefined;
}

export class Observer implements Witness {
  readonly #clock: VirtualClock;
  readonly #figures: Figures;
  readonly #records = new Map<SimCertificate, Record>();
  readonly #doors = new Map<Authority, Door>();
  readonly #judge: Judge;
  #inside = 0;

  constructor(clock: VirtualClock, figures: Figures, judge: Judge) {
    this.#clock = clock;
    this.#figures = figures;
    this.#judge = judge;
  }

  /** It is on the machine from now on, without a staple. */
  came(certificate: SimCertificate): void {
    const missingSince = this.#clock.time;
    const record = { missingSince, spare: undefined, publishedAt: 0, answeredAt: 0, isRevoked: false };
    this.#records.set(certificate, record);
  }

  went(certificate: SimCertificate): void {
    this.#account(certificate);
    this.#records.delete(certificate);
  }

  /** The simulation is over. */
  end(): void {
    for (const certificate of Array.from(this.#records.keys())) this.went(certificate);
  }

  asked(authority: Authority): void {
    const figures = this.#figures;
    const { time } = this.#clock;
    const door = this.#door(authority);
    figures.requests += 1;
    door.inside += 1;
    this.#inside += 1;
    figures.mostAtOnce = Math.max(figures.mostAtOnce, door.inside);
    figures.mostInAll = Math.max(figures.mostInAll, this.#inside);
    const second = Math.floor(time / SECOND);
    door.inSecond = door.second === second ? door.inSecond + 1 : 1;
    door.second = second;
    figures.mostPerSecond = Math.max(figures.mostPerSecond, door.inSecond);
    if (hitsAll(outageAt(authority, time))) {
      figures.intoOutage += 1;
      door.inOutage += 1;
    }
  }

  answered(certificate: SimCertificate, { failure, status }: Reply): void {
    const { time } = this.#clock;
    const door = this.#door(certificate.authority);
    door.inside -= 1;
    this.#inside -= 1;
    if (failure) return;
    this.#figures.answered += 1;
    const record = this.#records.get(certificate);
    if (record) {
      record.answeredAt = time;
      if (status === 'revoked' && !record.isRevoked) {
        // From here on it is right that nothing is renewed.
        this.#account(certificate);
        record.isRevoked = true;
        this.#figures.revocations += 1;
      }
    }
    const { recovery } = door;
    if (!recovery) return;
    if (recovery.firstAt === 0) recovery.firstAt = time;
    recovery.waiting.delete(certificate);
    if (recovery.mostAt === 0 && recovery.waiting.size <= LAST * recovery.waited) recovery.mostAt = time;
    if (recovery.waiting.size === 0) this.#recovered(door);
  }

  offeredWorse({ key }: SimCertificate): void {
    this.#figures.worse += 1;
    this.#figures.violate(this.#clock.time, `${key}: a staple was to give way to an older one`);
  }

  publishing(certificate: SimCertificate, response: SimResponse): void {
    const { time } = this.#clock;
    const { published, memory, key } = certificate;
    const record = this.#records.get(certificate);
    if (!record) return;
    this.#account(certificate);
    const before = isDamaged(certificate, 'published') ? undefined : published;
    const { revoked } = memory ?? {};
    if (revoked && (!revoked.onHold || response.thisUpdate <= revoked.since)) {
      this.#figures.revokedPublished += 1;
      this.#figures.violate(time, `${key}: published, and known to be revoked`);
    }
    if (!before || before.thisUpdate < response.thisUpdate) this.#figures.newer += 1;
    record.isRevoked = false;
    record.missingSince = Infinity;
    record.publishedAt = time;
    record.spare = undefined;
  }

  /** A crash has damaged what servers read. */
  damaged(certificate: SimCertificate, since: number): void {
    const record = this.#records.get(certificate);
    this.#figures.damaged += 1;
    if (!record || !isDamaged(certificate, 'published') || record.missingSince !== Infinity) return;
    record.missingSince = since;
    record.spare = isDamaged(certificate, 'stored') ? undefined : certificate.stored;
  }

  /** What was under way is lost. */
  crashed(): void {
    this.#inside = 0;
    for (const door of this.#doors.values()) {
      door.inside = 0;
      door.recovery = undefined;
    }
  }

  /** Nobody can be quick about it while the clock is wrong. */
  disturbed(): void {
    for (const door of this.#doors.values()) door.recovery = undefined;
  }

  outageEnded(authority: Authority, outage: Outage, isUp: boolean): void {
    const door = this.#door(authority);
    const figures = this.#figures;
    figures.outages += 1;
    if (!hitsAll(outage)) return;
    const lasted = outage.to - outage.from;
    figures.outageMs += lasted;
    figures.mostIntoOutagePerHour = Math.max(
      figures.mostIntoOutagePerHour,
      door.inOutage / Math.max(1, lasted / HOUR),
    );
    door.inOutage = 0;
    if (!isUp || lasted < NOTICED_MS) return;
    const waiting = new Set<SimCertificate>();
    for (const [certificate, record] of this.#records) {
      const { published } = certificate;
      if (certificate.authority !== authority || record.isRevoked || !published) continue;
      const dueAt = dueAtOf(certificate, published);
      if (dueAt > outage.from && dueAt < outage.to && record.answeredAt < outage.from)
        waiting.add(certificate);
    }
    const endedAt = outage.to;
    if (waiting.size > 0) door.recovery = { endedAt, firstAt: 0, mostAt: 0, waited: waiting.size, waiting };
  }

  /** The hole of a certificate ends now, if it is in one. */
  #account(certificate: SimCertificate): void {
    const record = this.#records.get(certificate);
    if (!record || record.isRevoked) return;
    const { published, notAfter, key } = certificate;
    const wasTaken = record.missingSince !== Infinity;
    const from = Math.min(record.missingSince, published?.validUntil ?? Infinity);
    const to = Math.min(this.#clock.time, notAfter);
    if (from >= to) return;
    const held = wasTaken ? undefined : published;
    const hole: Hole = { from, to, held, heldSince: record.publishedAt, spare: record.spare };
    this.#figures.withoutMs += to - from;
    const avoidable = this.#judge.avoidable(certificate, hole);
    if (avoidable <= 0) return;
    this.#figures.avoidableMs += avoidable;
    const hours = (avoidable / HOUR).toFixed(2);
    this.#figures.violate(
      from,
      `${key} at ${certificate.authority.url}: ${hours} h without a staple that was to be had`,
    );
  }

  #recovered(door: Door): void {
    const { recovery } = door;
    if (!recovery) return;
    const { time } = this.#clock;
    const { waited, endedAt, firstAt, mostAt } = recovery;
    this.#figures.recoveries.push({ waited, afterMs: time - endedAt, spreadMs: mostAt - firstAt });
    door.recovery = undefined;
  }

  #door(authority: Authority): Door {
    let door = this.#doors.get(authority);
    if (!door) {
      door = { inside: 0, second: 0, inSecond: 0, outage: undefined, inOutage: 0, recovery: undefined };
      this.#doors.set(authority, door);
    }
    return door;
  }
}

const hitsAll = (outage: Outage | undefined): boolean =>
  outage?.kind === 'down' || outage?.kind === 'try-later';
