/**
 * Which responders are known to be some, and where the requests to all others stand in line. A client may name a host
 * that takes connections and says nothing: with a line of their own such hosts hold up nobody but each other.
 */
import { BoundedCache } from '../bounded-cache.ts';
import { type Limiter, createLimiter } from '../http/limiter.ts';
import { hostOf } from '../http/place.ts';
import { type RelayedSubject, isNamedByClient, upstreamsOf } from './relayed-subject.ts';
import type { Destination } from './shares.ts';

/** A quarter of what may be under way at the responders that are known. */
const STRANGE = { total: 16, perHost: 4 };
const MAX_PROVEN = 1024;

export class Upstreams {
  readonly #strange = createLimiter(STRANGE);
  /** Hosts that have answered, verified, when they were asked last. */
  readonly #proven = new BoundedCache<string, boolean>(MAX_PROVEN);

  destinationOf(subject: RelayedSubject): Destination {
    const host = hostOf(upstreamsOf(subject)[0]?.urls[0] ?? '') ?? '';
    return { host, isStrange: isNamedByClient(subject) && this.#proven.get(host) !== true };
  }

  limiterFor(subject: RelayedSubject): Limiter {
    return this.destinationOf(subject).isStrange ? this.#strange : subject.issuer.settings.limiter;
  }

  /** @param responder that answered; `undefined` when none did. */
  heard(subject: RelayedSubject, responder: string | undefined): void {
    if (!isNamedByClient(subject)) return;
    const host = hostOf(subject.upstream) ?? '';
    if (responder !== undefined && hostOf(responder) === host) this.#proven.set(host, true);
    else if (this.#proven.get(host) === true) this.#proven.set(host, false);
  }
}
