/** What answers: what is kept, first of all; else whoever the question or the config names, once for all who ask. */
import { BoundedCache } from '../bounded-cache.ts';
import { RestapleError, TransportError } from '../errors.ts';
import { retryAfterOf } from '../http/retry-policy.ts';
import type { CertificateSubject, SubjectSettings } from '../keeper/files/certificate-subject.ts';
import type { VerifiedResponse } from '../keeper/files/verified-response.ts';
import type { Met, Witness } from '../keeper/files/witness.ts';
import type { KeeperOptions } from '../keeper/options.ts';
import { complaintOf } from '../keeper/trouble.ts';
import { createCertID } from '../ocsp/cert-id.ts';
import type { CertID } from '../ocsp/cert-id.ts';
import { hex } from '../text.ts';
import type { Certificate } from '../x509/certificate.ts';
import { Answers, type Place } from './answers.ts';
import { certIDKeyOf, hashIn, issuerKeyOf } from './cert-id-key.ts';
import { KnownIssuers } from './known-issuers.ts';
import { ownBytes } from './own-bytes.ts';
import { PassOn } from './pass-on.ts';
import { plainCertID } from './plain-question.ts';
import type { Answering, Question } from './question.ts';
import type { QuestionEvent } from './question-event.ts';
import { RelayedQuestions } from './relayed-questions.ts';
import { type RelayedSubject, isNamedByClient, relayedSubject, upstreamsOf } from './relayed-subject.ts';
import { RelayedWork } from './relayed-work.ts';
import { Seldom } from './seldom.ts';
import { Shares } from './shares.ts';
import type { RelayAnswer, Slot } from './slot.ts';
import { TRY_LATER, UNAUTHORIZED, statusFor } from './statuses.ts';
import { Upstreams } from './upstreams.ts';

/** Apache gives up after 10 s, and keeps the handshake of its first client waiting for as long. */
const WAIT_MS = 5_000;
/** Clients with questions that nobody had asked before: one CA that is down leaves room for three others. */
const WAITING = { total: 512, perHost: 128, strange: 256, perStrange: 64 };
/** Nothing came of it: who asks again at once hears the same, and the responder nothing. */
const PAUSE_MS = 5_000;
const LONG_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 300_000;
const MAX_RECENT = 10_000;

export interface RelayOptions {
  /** The directory of the keeper's store; whoever makes a relay holds its lock. */
  readonly store: string;
  /** How those are asked for whom no certificate of the config says otherwise. */
  readonly settings: SubjectSettings;
  /** Known from the start, whichever certificates are met. */
  readonly issuers: readonly Certificate[];
  readonly clock: KeeperOptions<unknown, unknown>['clock'];
  readonly random: () => number;
  readonly requests: number;
  readonly requestsPerResponder: number;
  /** What its keeper tells of questions that came from outside. */
  readonly report: KeeperOptions<unknown, unknown>['report'];
  readonly tell: (event: QuestionEvent) => void;
}

interface Recent {
  readonly answer: RelayAnswer;
  /** In milliseconds of the monotonic clock. */
  readonly until: number;
}

export class Relay implements Answering, Witness {
  readonly #options: RelayOptions;
  readonly #answers = new Answers();
  readonly #issuers = new KnownIssuers();
  readonly #questions: RelayedQuestions;
  readonly #work: RelayedWork;
  readonly #passOn: PassOn;
  readonly #abort = new AbortController();
  readonly #upstreams = new Upstreams();
  readonly #waiting = new Shares(WAITING);
  readonly #asking = new Shares(WAITING);
  readonly #pending = new Map<string, Promise<RelayAnswer>>();
  readonly #recent = new BoundedCache<string, Recent>(MAX_RECENT);
  readonly #seldom: Seldom;
  /** What the keeper's own certificates are looked up by. */
  readonly #own = new Map<string, Set<string>>();
  #starting: Promise<void> | undefined;

  constructor(options: RelayOptions) {
    const { clock, issuers, settings, store } = options;
    this.#options = options;
    this.#seldom = new Seldom(clock);
    for (const certificate of issuers)
      this.#issuers.name({ certificate, name: certificate.subject, settings, groups: [] });
    this.#work = new RelayedWork(store, this.#answers, this.#upstreams, clock);
    this.#questions = new RelayedQuestions({
      ...options,
      work: this.#work,
      answers: this.#answers,
      issuers: this.#issuers,
    });
    this.#passOn = new PassOn(this.#issuers, this.#answers, this.#upstreams, clock, this.#abort.signal);
  }

  /**
   * @param opened resolves when the keeper has read its certificates: until then, nobody is told that an issuer is
   *   unknown.
   */
  async start(opened: Promise<void>): Promise<void> {
    this.#starting = opened.finally(() => (this.#starting = undefined));
    await this.#questions.load();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new TransportError('http-timeout', 'the relay ends', ''));
    this.#answers.stop();
    await Promise.all(this.#pending.values());
    await this.#questions.stop();
  }

  get kept(): { readonly own: number; readonly relayed: number } {
    return { own: this.#own.size, relayed: this.#questions.size };
  }

  find({ request }: Question): Slot | undefined {
    const certID = plainCertID(request);
    const key = certID && certIDKeyOf(certID);
    return key === undefined ? undefined : this.#answers.find(key);
  }

  async answer(question: Question): Promise<RelayAnswer> {
    try {
      return await this.#answer(question);
    } catch (error) {
      const { code, message } = complaintOf(error);
      this.#tell(code, { type: 'relay-failed', certificate: 'a question', code, message });
      return TRY_LATER;
    }
  }

  async #answer(question: Question): Promise<RelayAnswer> {
    const certID = plainCertID(question.request);
    if (!certID) return this.#special(question);
    const key = certIDKeyOf(certID);
    if (key === undefined) return UNAUTHORIZED;
    const { clock } = this.#options;
    const place = this.#answers.find(key);
    if (place) place.askedAt = clock.now();
    const held = place && current(place, clock.now());
    if (held) return held;
    if (place?.keeper !== undefined && !this.#isOtherRoad(place, key, question)) {
      return place.instead ? this.#unlessOver(place.instead) : this.#next(place);
    }
    return this.#first(key, certID, question.upstream);
  }

  // What the keeper tells of its own certificates.

  met({ key, settings }: CertificateSubject, { certificate, groups, issuer, revoked }: Met): void {
    const name = certificate.issuer;
    const isNew = this.#issuers.meet({ certificate: issuer, name, settings, groups });
    const own = certIDKeyOf(createCertID(certificate, issuer, settings.hash));
    if (own !== undefined && revoked) this.#answers.revokedBefore(own, revoked);
    else if (own !== undefined) this.#ownPlace(key, own);
    if (isNew) this.#questions.issuerMet();
  }

  holds({ key }: CertificateSubject, response: VerifiedResponse): void {
    const certIDKey = certIDKeyOf(response.verdict.certID);
    if (certIDKey === undefined) return;
    this.#ownPlace(key, certIDKey);
    this.#answers.put(response, true);
  }

  heard(_: CertificateSubject, response: VerifiedResponse): void {
    const place = this.#answers.put(response, false);
    // Nobody renews it any more: when it has ended, whoever asks for it has it asked for anew.
    if (place && response.verdict.certStatus.type === 'revoked') place.keeper = undefined;
  }

  failed({ key }: CertificateSubject): void {
    for (const certIDKey of this.#own.get(key) ?? []) this.#answers.failed(certIDKey);
  }

  gone(key: string): void {
    for (const certIDKey of this.#own.get(key) ?? []) this.#answers.drop(certIDKey);
    this.#own.delete(key);
  }

  #ownPlace(key: string, certIDKey: string): void {
    let own = this.#own.get(key);
    if (!own) this.#own.set(key, (own = new Set()));
    own.add(certIDKey);
    this.#questions.release(certIDKey);
    this.#answers.placeOf(certIDKey).keeper = 'own';
  }

  async #special(question: Question): Promise<RelayAnswer> {
    const answer = await this.#passOn.answer(question);
    const { requestList } = question.request.tbsRequest;
    const [request] = requestList;
    const hasMustUnderstand = [
      ...question.request.tbsRequest.requestExtensions,
      ...(request?.singleRequestExtensions ?? []),
    ].some(({ critical }) => critical);
    if (requestList.length !== 1 || !request || hasMustUnderstand) return answer;
    const key = certIDKeyOf(request.reqCert) ?? '';
    const place = this.#answers.find(key);
    if (answer !== TRY_LATER) {
      // Who asks with a nonce wants an answer in the next outage, too: one that anybody may have is kept fresh for it.
      if (place?.keeper === undefined)
        this.#first(key, request.reqCert, question.upstream).catch(() => TRY_LATER);
      return answer;
    }
    // What was signed in advance has no nonce, and is an answer all the same (RFC 9654 section 2.1).
    const held = place && current(place, this.#options.clock.now());
    return held ? { der: held.der, life: undefined } : answer;
  }

  /** What nobody has asked for before, once for all who do. */
  async #first(key: string, certID: CertID, upstream: string | undefined): Promise<RelayAnswer> {
    if (!this.#issuers.find(certID)) await this.#starting;
    if (this.#abort.signal.aborted) return TRY_LATER;
    const subject = this.#subjectOf(certID, upstream);
    if (!subject) return UNAUTHORIZED;
    const road = `${key} ${subject.upstream ?? ''}`;
    const recent = this.#recent.get(road);
    if (recent && this.#options.clock.monotonic() < recent.until) return this.#unlessOver(recent.answer);
    const to = this.#upstreams.destinationOf(subject);
    return (await this.#waiting.run(to, () => this.#within(this.#asked(subject, road)))) ?? TRY_LATER;
  }

  /** Goes on when whoever asked has given up: the next who asks has the answer at once. */
  #asked(subject: RelayedSubject, road: string): Promise<RelayAnswer> {
    const pending = this.#pending.get(road);
    if (pending) return pending;
    const to = this.#upstreams.destinationOf(subject);
    const asked = this.#asking
      .run(to, () => this.#ask(subject, road))
      .then((answer) => answer ?? TRY_LATER)
      .finally(() => this.#pending.delete(road));
    this.#pending.set(road, asked);
    return asked;
  }

  /** What its keeper says next. When that takes too long for one, those who come later are told at once. */
  #next(place: Place): Promise<RelayAnswer> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(WAIT_MS, () => {
        place.instead ??= TRY_LATER;
        settled(TRY_LATER);
      });
      const settled = (answer: RelayAnswer): void => {
        cancel();
        place.waiting?.delete(settled);
        resolve(answer);
      };
      (place.waiting ??= new Set()).add(settled);
    });
  }

  /**
   * Whether a client names another responder for what is kept and has failed: the one that is asked may have been made up by
   * whoever asked first.
   */
  #isOtherRoad({ instead, keeper }: Place, key: string, { upstream }: Question): boolean {
    const kept = this.#questions.find(key);
    if (!instead || keeper !== 'relayed' || !kept || upstream === undefined) return false;
    return kept.upstream !== upstream && isNamedByClient({ issuer: kept.issuer, upstream });
  }

  #unlessOver(answer: RelayAnswer): RelayAnswer {
    return answer.life && answer.life.validUntil <= this.#options.clock.now() ? TRY_LATER : answer;
  }

  #subjectOf(certID: CertID, upstream: string | undefined): RelayedSubject | undefined {
    const issuer = this.#issuers.find(certID);
    if (!issuer) {
      const hash = hashIn(certID);
      this.#tell(hash ? issuerKeyOf(hash, certID) : '', {
        type: 'relay-unknown-issuer',
        issuerKeyHash: certID.issuerKeyHash.toString('hex'),
        serialNumber: hex(certID.serialNumber),
      });
      return undefined;
    }
    const subject = relayedSubject(certID, issuer, upstream);
    if (!subject || upstreamsOf(subject).length > 0) return subject;
    this.#tell('no responder', { type: 'relay-no-responder', certificate: subject.label });
    return undefined;
  }

  async #ask(subject: RelayedSubject, road: string): Promise<RelayAnswer> {
    const { clock, tell } = this.#options;
    try {
      const fetched = await this.#work.fetch(subject, {}, this.#abort.signal);
      const { der, responder, value: verdict } = fetched;
      const now = clock.now();
      const thisUpdate = verdict.thisUpdate.getTime();
      if (verdict.certStatus.type === 'unknown') {
        // A certificate of today may be known in a minute.
        const until = Math.min(now + LONG_PAUSE_MS, verdict.validUntil.getTime());
        const answer = { der: ownBytes(der), life: { thisUpdate, validUntil: until } };
        this.#recent.set(road, { answer, until: clock.monotonic() + (until - now) });
        return answer;
      }
      const place = this.#answers.placeOf(subject.certIDKey);
      place.askedAt = now;
      await this.#questions.take(subject, { der, verdict });
      tell({ type: 'relay-met', certificate: subject.label, responder });
      return current(place, clock.now()) ?? TRY_LATER;
    } catch (error) {
      if (this.#abort.signal.aborted) return TRY_LATER;
      const answer = statusFor(error);
      this.#recent.set(road, { answer, until: clock.monotonic() + pauseAfter(error, answer) });
      const { code, message } = complaintOf(error);
      this.#tell(`${hex(subject.issuer.name)} ${code}`, {
        type: 'relay-failed',
        certificate: subject.label,
        code,
        message,
      });
      return answer;
    }
  }

  /** Whoever waits for a responder that does not answer is not kept waiting with it. */
  #within(answer: Promise<RelayAnswer>): Promise<RelayAnswer> {
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.setTimer(WAIT_MS, () => resolve(TRY_LATER));
      answer.then(resolve, reject).finally(cancel);
    });
  }

  #tell(what: string, event: QuestionEvent): void {
    if (this.#seldom.isTime(`${event.type} ${what}`)) this.#options.tell(event);
  }
}

function current({ answer }: Place, now: number): RelayAnswer | undefined {
  return answer?.life && now < answer.life.validUntil ? answer : undefined;
}

function pauseAfter(error: unknown, answer: RelayAnswer): number {
  const wanted = error instanceof RestapleError ? retryAfterOf(error) : undefined;
  return Math.min(MAX_PAUSE_MS, Math.max(answer === UNAUTHORIZED ? LONG_PAUSE_MS : PAUSE_MS, wanted ?? 0));
}
