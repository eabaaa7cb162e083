/**
 * The perfect keeper, against which every hour without a staple is held: docs/simulation.md says what it is. It shares no
 * number and no line with src/staple/ and src/keeper/, so that a mistake there is none here.
 */
import type { Life } from '../staple/policy.ts';
import { HOUR, MINUTE, outageAt, replyAt } from './authority.ts';
import type { SimCertificate } from './certificate.ts';
import type { Disk } from './disk.ts';
import type { Sessions } from './sessions.ts';

const SECOND = 1000;
/** How finely time is looked through: packets are lost for a minute. While nothing new is signed, by the change of edges. */
const STEP: number = 30 * SECOND;
const LONG_STEP: number = 5 * MINUTE;
/**
 * A request that is cut off after 15 s, a second one, a write; 30 s until the keeper sees that the clock was set; and a
 * minute in which a responder that answers to some is not asked again for the others.
 */
const GRACE: number = 150 * SECOND;
/** How many may ask one responder at a time. */
const AT_ONCE = 8;
const SLOW: number = 7.5 * SECOND;
const USUAL: number = 0.45 * SECOND;

/** A time without a staple: from when to when, and what was served before it. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  /** What was served until then; `undefined` where there was nothing, or a crash took it. */
  readonly held: Life | undefined;
  /** When that was put in place. */
  readonly heldSince: number;
  /** A copy that the crash has left in the store. */
  readonly spare: Life | undefined;
}

export class Judge {
  readonly #disk: Disk;
  readonly #sessions: Sessions;
  /** How many certificates may stand before the same door, at the most. */
  readonly #crowd: () => number;

  constructor(disk: Disk, sessions: Sessions, crowd: () => number) {
    this.#disk = disk;
    this.#sessions = sessions;
    this.#crowd = crowd;
  }

  /** How much of a hole the perfect keeper would not have had, in milliseconds. */
  avoidable(certificate: SimCertificate, hole: Hole): number {
    const { held, from, heldSince } = hole;
    const dueAt = held ? Math.min(Math.max(dueAtOf(certificate, held), heldSince), from) : from;
    const got = this.#perfect(certificate, dueAt, hole);
    if (got === undefined) return 0;
    const start = Math.max(from, got.at);
    return Math.max(0, Math.min(hole.to, got.validUntil) - start);
  }

  /** When it has something in place that is better than what was held, at the latest. */
  #perfect(
    certificate: SimCertificate,
    dueAt: number,
    { to, held, heldSince, spare }: Hole,
  ): { at: number; validUntil: number } | undefined {
    // Until when it may wait, at whichever moment it has tried in vain: also when what it got was past its middle already.
    let waits = held && dueAt === heldSince ? dueAt + waitOf(held, dueAt, 'old') : -Infinity;
    for (const session of this.#sessions.since(dueAt)) {
      const start = Math.max(dueAt, session.from);
      const end = Math.min(to, session.to);
      let since: number | undefined;
      // What was asked before a machine fell asleep fails when it wakes.
      if (waits > -Infinity && start > dueAt) waits = Math.max(waits, start + waitOf(held, start, 'failed'));
      for (let at = start; at < end; at += STEP) {
        const found = this.#find(certificate, at, held, spare);
        if (typeof found === 'string') {
          since = undefined;
          at = this.#skip(certificate, at, end);
          const tried = at + STEP;
          waits = Math.max(waits, tried + waitOf(held, tried, found) * this.#turns(certificate, tried));
          continue;
        }
        if (since === undefined) {
          since = at;
          if (waits === -Infinity) waits = at + this.#firstWait(certificate, at, held);
        }
        if (at >= Math.max(since, waits) + this.#grace(found.isSlow))
          return { at, validUntil: found.validUntil };
      }
    }
    return undefined;
  }

  /** At its first try nobody lets it wait, unless the responder has just failed others. */
  #firstWait(certificate: SimCertificate, at: number, held: Life | undefined): number {
    return waitOf(held, at, 'failed') * (this.#turns(certificate, at) - 1);
  }

  /** In an outage and just after it, one asks for all: it may be one who is not answered, or who loses its packet. */
  #turns({ authority }: SimCertificate, at: number): 1 | 2 {
    return authority.outages.some(({ from, to }) => from <= at && at - HOUR < to) ? 2 : 1;
  }

  /** From where to go on, when nothing was to be had at `at`. */
  #skip({ authority }: SimCertificate, at: number, end: number): number {
    const outage = outageAt(authority, at);
    const kind = outage?.kind;
    const hitsAll = kind === 'down' || kind === 'try-later';
    const isSlow = kind === 'frozen' || kind === 'origin';
    const upTo = Math.max(this.#disk.freeAt(at), (hitsAll || isSlow ? outage?.to : undefined) ?? at);
    const last = Math.min(upTo, end) - STEP;
    const isStill = hitsAll || !this.#disk.takesAll(at);
    return Math.max(at, isStill ? last : Math.min(at + LONG_STEP, last));
  }

  /** What can be had and put in place at a moment. */
  #find(
    certificate: SimCertificate,
    at: number,
    held: Life | undefined,
    spare: Life | undefined,
  ): { validUntil: number; isSlow: boolean } | 'failed' | 'old' {
    if (!this.#disk.takesAll(at)) return 'failed';
    if (spare && at < spare.validUntil) return { validUntil: spare.validUntil, isSlow: false };
    const reply = replyAt(certificate, at);
    if (reply.failure) return 'failed';
    if (reply.status !== 'good' || at >= reply.validUntil) return 'failed';
    if (held && reply.thisUpdate <= held.thisUpdate) return at < held.validUntil ? 'old' : 'failed';
    return reply;
  }

  /** Everybody before it in the queue is served first. */
  #grace(isSlow: boolean): number {
    return GRACE + (this.#crowd() / AT_ONCE) * (isSlow ? SLOW : USUAL);
  }
}

/** The middle of its life and up to a twentieth of it to either side, by the digits of its key. */
export function dueAtOf({ key }: SimCertificate, { thisUpdate, validUntil }: Life): number {
  const share = Number.parseInt(key.slice(0, 8), 16) / 0xffff_ffff;
  return thisUpdate + (validUntil - thisUpdate) * (0.45 + 0.1 * share);
}

/** The longest that the policy lets it wait between a try at `at` and the next. */
function waitOf(held: Life | undefined, at: number, outcome: 'failed' | 'old'): number {
  const left = held ? held.validUntil - at : 0;
  if (left <= 0) return 5 * MINUTE;
  const quarter = Math.max(left / 4, 30 * SECOND);
  return outcome === 'failed' ? Math.min(quarter, HOUR) : quarter;
}
