/** What is given out: one place a question, filled and replaced by whoever keeps it fresh. */
import { ResponseError } from '../errors.ts';
import { CERTIFICATE_HOLD } from '../ocsp/cert-status.ts';
import type { Verdict } from '../ocsp/verify-response.ts';
import type { Revocation } from '../keeper/work.ts';
import { isWorse } from '../staple/staple.ts';
import { certIDKeyOf } from './cert-id-key.ts';
import { ownBytes } from './own-bytes.ts';
import type { RelayAnswer, Slot } from './slot.ts';
import { TRY_LATER } from './statuses.ts';

export interface Verified {
  readonly der: Buffer;
  readonly verdict: Verdict;
}

/** What is known of an answer that was given out, or is known to be one. */
type Said = Pick<Verdict, 'certStatus' | 'thisUpdate' | 'validUntil'>;

export class Place implements Slot {
  answer: RelayAnswer | undefined;
  askedAt: number = 0;
  verdict: Said | undefined;
  /** Whose keeper asks for it by itself: that of the machine's own certificates, or that of strangers' questions. */
  keeper: 'own' | 'relayed' | undefined;
  /** What is said when nothing is there that holds, since the last attempt brought nothing. */
  instead: RelayAnswer | undefined;
  /** Whoever gives up waiting takes himself out: a keeper may be silent for as long as it likes. Nobody waits at most places. */
  waiting: Set<(answer: RelayAnswer) => void> | undefined;
}

export class Answers {
  readonly #places = new Map<string, Place>();

  get size(): number {
    return this.#places.size;
  }

  find(key: string): Place | undefined {
    return this.#places.get(key);
  }

  /** The place for a question, made when there is none. */
  placeOf(key: string): Place {
    let place = this.#places.get(key);
    if (!place) this.#places.set(key, (place = new Place()));
    return place;
  }

  /**
   * Puts in what is as good as what is there, or better. `isFinal` is the word of one who has judged that already.
   *
   * @returns the place of the question that it answers.
   */
  put(response: Verified, isFinal: boolean): Place | undefined {
    const key = certIDKeyOf(response.verdict.certID);
    if (key === undefined) return undefined;
    const place = this.placeOf(key);
    if (isFinal || !place.verdict || mayFollow(response.verdict, place.verdict)) fill(place, response);
    return place;
  }

  /** So much is known from before a restart: an older answer that calls it good is not believed. */
  revokedBefore(key: string, { onHold, since }: Revocation): void {
    const reason = onHold ? CERTIFICATE_HOLD : undefined;
    const heard = new Date(since);
    const certStatus = { type: 'revoked', revocationTime: heard, reason } as const;
    const place = this.placeOf(key);
    place.verdict ??= { certStatus, thisUpdate: heard, validUntil: heard };
  }

  /** Whoever waits is told at once. */
  failed(key: string, instead: RelayAnswer = TRY_LATER): void {
    const place = this.#places.get(key);
    if (!place) return;
    place.instead = instead;
    settle(place, instead);
  }

  /** Tells everybody who waits. */
  stop(): void {
    for (const place of this.#places.values()) settle(place, TRY_LATER);
  }

  drop(key: string): void {
    const place = this.#places.get(key);
    if (!place) return;
    this.#places.delete(key);
    // Whoever has found the place before looks into it again.
    place.answer = undefined;
    settle(place, TRY_LATER);
  }
}

/** A cache may give out an older answer than it gave before; and what is revoked stays so, unless it was on hold. */
export function mayFollow(fresh: Verdict, present: Said): boolean {
  const { certStatus } = present;
  const isForGood = certStatus.type === 'revoked' && certStatus.reason !== CERTIFICATE_HOLD;
  if (isForGood && fresh.certStatus.type !== 'revoked') return false;
  if (fresh.certStatus.type === 'unknown' && certStatus.type !== 'unknown') return false;
  if (fresh.certStatus.type === 'revoked' && certStatus.type !== 'revoked')
    return fresh.certStatus.reason !== CERTIFICATE_HOLD || !isWorse(fresh, present);
  return !isWorse(fresh, present);
}

/** @throws ResponseError `certificate-revoked` for an answer that calls good what is revoked. */
export function refuseTakenBack(fresh: Verdict, present: Said | undefined): void {
  if (fresh.certStatus.type !== 'good' || present?.certStatus.type !== 'revoked') return;
  if (mayFollow(fresh, present)) return;
  throw new ResponseError('certificate-revoked', 'the certificate is revoked; an answer calls it good again');
}

function fill(place: Place, { der, verdict }: Verified): void {
  const { certStatus, thisUpdate, validUntil } = verdict;
  place.instead = undefined;
  place.verdict = { certStatus, thisUpdate, validUntil };
  if (place.answer?.der.equals(der) !== true) {
    place.answer = {
      der: ownBytes(der),
      life: { thisUpdate: thisUpdate.getTime(), validUntil: validUntil.getTime() },
    };
  }
  settle(place, place.answer);
}

function settle(place: Place, answer: RelayAnswer): void {
  const { waiting = [] } = place;
  place.waiting = undefined;
  for (const resolve of waiting) resolve(answer);
}
