/**
 * The keeper's world for questions that came from outside. Whatever was verified is kept, `revoked` like `good`: here it
 * is an answer to pass on, and to keep fresh.
 */
import { join } from 'node:path';
import { attempt } from '../attempt.ts';
import { InputError } from '../errors.ts';
import { hostOf } from '../http/place.ts';
import type { Clock } from '../keeper/clock.ts';
import type { Answer, Kept, Memory, Opened, Validators, Work } from '../keeper/work.ts';
import { createCertID } from '../ocsp/cert-id.ts';
import { requireGood } from '../ocsp/require-good.ts';
import type { Verdict } from '../ocsp/verify-response.ts';
import type { FetchedResponse, KeptResponse } from '../staple/fetch-response.ts';
import type { Life } from '../staple/policy.ts';
import { writeFileAtomically } from '../store/atomic-file.ts';
import { readStapleFile } from '../store/staple-file.ts';
import { StapleStore } from '../store/staple-store.ts';
import { hex, printable } from '../text.ts';
import { formatName } from '../x509/name.ts';
import { type Answers, type Verified, refuseTakenBack } from './answers.ts';
import { askUpstream, judge } from './ask-upstream.ts';
import { ownBytes } from './own-bytes.ts';
import { formatRelayedNote, parseRelayedNote } from './relayed-note.ts';
import { type RelayedSubject, upstreamsOf } from './relayed-subject.ts';
import type { RelayAnswer } from './slot.ts';
import { statusFor } from './statuses.ts';
import type { Upstreams } from './upstreams.ts';

export class RelayedWork implements Work<RelayedSubject, Verified> {
  readonly store: StapleStore;
  readonly #answers: Answers;
  readonly #clock: Clock;

  readonly #upstreams: Upstreams;

  /** @param store the directory of the keeper's store. */
  constructor(store: string, answers: Answers, upstreams: Upstreams, clock: Clock) {
    this.store = new StapleStore(join(store, 'relay'));
    this.#answers = answers;
    this.#upstreams = upstreams;
    this.#clock = clock;
  }

  async open(subject: RelayedSubject): Promise<Opened> {
    const { asked, issuer, key } = subject;
    const der = attempt(() => readStapleFile(this.store.staplePath(key)));
    const verdict = der && attempt(() => judge(der, subject, this.#clock.now()));
    if (der && verdict) this.#answers.put({ der, verdict }, false);
    const text = this.store.loadNote(key);
    const place = this.#answers.placeOf(subject.certIDKey);
    place.keeper ??= 'relayed';
    const [url = ''] = upstreamsOf(subject)[0]?.urls ?? [];
    return {
      // What could not be written is here all the same.
      staple: place.verdict && lifeOf(place.verdict),
      published: [],
      unwritten: undefined,
      damaged: [],
      memory: text === undefined ? undefined : parseRelayedNote(text)?.memory,
      responder: hostOf(url) ?? printable(url),
      issuer: {
        key: hex(createCertID(asked, issuer.certificate).issuerKeyHash),
        name: formatName(issuer.name),
      },
      mustStaple: false,
      notBefore: 0,
      notAfter: Infinity,
    };
  }

  async ask(subject: RelayedSubject, known: Validators, signal: AbortSignal): Promise<Answer<Verified>> {
    let instead: RelayAnswer | undefined;
    try {
      const fetched = await this.fetch(subject, known, signal);
      const { der, freshness, notModified, responder, value: verdict } = fetched;
      if (verdict.certStatus.type === 'unknown') {
        instead = { der: ownBytes(der), life: lifeOf(verdict) };
        requireGood(verdict.certStatus);
      }
      return {
        ...lifeOf(verdict),
        certStatus: { type: 'good' },
        responder,
        notModified,
        etag: freshness.etag,
        lastModified: freshness.lastModified?.getTime(),
        freshForMs: freshness.freshForMs,
        response: { der, verdict },
      };
    } catch (error) {
      this.#answers.failed(subject.certIDKey, instead ?? statusFor(error));
      throw error;
    }
  }

  /** @throws RestapleError, also for an answer that calls good what was revoked. */
  async fetch(
    subject: RelayedSubject,
    known: Validators,
    signal: AbortSignal,
  ): Promise<FetchedResponse<Verdict>> {
    const present = this.#answers.find(subject.certIDKey);
    const fetched = await this.#ask(subject, this.#keptOf(subject, known), signal);
    refuseTakenBack(fetched.value, present?.verdict);
    return fetched;
  }

  async keep({ key }: RelayedSubject, response: Verified): Promise<Kept> {
    const place = this.#answers.put(response, false);
    if (place) place.keeper ??= 'relayed';
    const staple = lifeOf(response.verdict);
    try {
      this.store.makeRoom(key);
      await writeFileAtomically(this.store.staplePath(key), response.der);
      return { staple, published: [], unwritten: undefined };
    } catch (error) {
      if (error instanceof InputError) return { staple, published: [], unwritten: error };
      throw error;
    }
  }

  remember(
    { asked, certIDKey, hash, issuer, key, upstream }: RelayedSubject,
    memory: Memory | undefined,
  ): void {
    const certID = createCertID(asked, issuer.certificate, hash);
    const askedAt = this.#answers.find(certIDKey)?.askedAt ?? this.#clock.now();
    this.store.saveNote(key, formatRelayedNote({ certID, upstream, askedAt, memory }));
  }

  async #ask(
    subject: RelayedSubject,
    kept: KeptResponse | undefined,
    signal: AbortSignal,
  ): Promise<FetchedResponse<Verdict>> {
    let responder: string | undefined;
    try {
      const limiter = this.#upstreams.limiterFor(subject);
      const fetched = await askUpstream(subject, kept, limiter, this.#clock, signal);
      responder = fetched.responder;
      return fetched;
    } finally {
      this.#upstreams.heard(subject, responder);
    }
  }

  /** An ETag is only sent with what it came with: that is what is given out. */
  #keptOf(subject: RelayedSubject, { etag, lastModified }: Validators): KeptResponse | undefined {
    const place = this.#answers.find(subject.certIDKey);
    if (!place?.answer || !place.verdict || this.#clock.now() >= place.verdict.validUntil.getTime())
      return undefined;
    const modified = lastModified === undefined ? place.verdict.thisUpdate : new Date(lastModified);
    // Where several may be asked, nobody has written down whose it is.
    const isOneResponder = upstreamsOf(subject).flatMap(({ urls }) => urls).length === 1;
    return { body: place.answer.der, modified, ...(isOneResponder && { etag }) };
  }
}

const lifeOf = ({ thisUpdate, validUntil }: Pick<Verdict, 'thisUpdate' | 'validUntil'>): Life => ({
  thisUpdate: thisUpdate.getTime(),
  validUntil: validUntil.getTime(),
});
