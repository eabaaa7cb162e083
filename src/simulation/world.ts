/** What a keeper touches, in the simulation: network, responders, disk. Everything takes its time on the virtual clock. */
import { ResponseError, RestapleError, TransportError } from '../errors.ts';
import type { Answer, Damage, Kept, Memory, Opened, Validators, Work } from '../keeper/work.ts';
import { type Authority, type Failure, type Reply, replyAt } from './authority.ts';
import type { SimCertificate, SimResponse } from './certificate.ts';
import { type Disk, type Place, UNWRITABLE, isDamaged } from './disk.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Who looks on, by the true time. */
export interface Witness {
  asked(authority: Authority): void;
  /** A request is over; `reply` is what was said, verified or not. */
  answered(certificate: SimCertificate, reply: Reply): void;
  /** The keeper wants to put something in the place of what it knows to be newer. */
  offeredWorse(certificate: SimCertificate): void;
  /** A file that servers read is about to get this. */
  publishing(certificate: SimCertificate, response: SimResponse): void;
}

const PLACES: readonly Place[] = ['stored', 'published'];
const READ_MS = 1;
const WRITE_MS = 5;
const REFUSED_MS = 20;
const TIMEOUT_MS = 15_000;
const SLOW_MS = 5_000;
const SKEW_MS = 300_000;
const HOLD = { type: 'revoked', revocationTime: new Date(0), reason: 6 } as const;
const REVOKED = { type: 'revoked', revocationTime: new Date(0), reason: 1 } as const;
const GOOD = { type: 'good' } as const;
const UNKNOWN = { type: 'unknown' } as const;

/** Made once and never thrown: a year has millions of them, and both are slow. */
const ERRORS: Readonly<Record<Exclude<Failure, 'unknown'>, RestapleError>> = {
  unreachable: new TransportError('http-unreachable', 'connection refused', 'http://ocsp.example'),
  timeout: new TransportError('http-timeout', 'no answer', 'http://ocsp.example'),
  status: new TransportError('http-status', 'status 503', 'http://ocsp.example', 503, {
    retryAfterMs: 120_000,
  }),
  'try-later': new ResponseError('responder-try-later', 'tryLater'),
};
const NOT_YET = new ResponseError('this-update-in-future', 'not yet');
const NO_MORE = new ResponseError('response-expired', 'no more');

export class SimWorld implements Work<SimCertificate, SimResponse> {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #disk: Disk;
  readonly #witness: Witness;
  /** What is being written, and lands wholly or not at all. */
  readonly #writing = new Set<() => void>();

  constructor(clock: VirtualClock, random: Random, disk: Disk, witness: Witness) {
    this.#clock = clock;
    this.#random = random;
    this.#disk = disk;
    this.#witness = witness;
  }

  open(certificate: SimCertificate): Promise<Opened> {
    return this.#after(READ_MS, () => this.#opened(certificate));
  }

  ask(certificate: SimCertificate, known: Validators): Promise<Answer<SimResponse>> {
    const { authority } = certificate;
    const reply = replyAt(certificate, this.#clock.time);
    this.#witness.asked(authority);
    return this.#after(this.#durationOf(reply, authority), () => {
      this.#witness.answered(certificate, reply);
      return this.#verified(certificate, reply, known);
    });
  }

  keep(certificate: SimCertificate, response: SimResponse): Promise<Kept> {
    const { told } = certificate;
    if (isBetter(told, response) && this.#clock.now() < told.validUntil)
      this.#witness.offeredWorse(certificate);
    certificate.told = response;
    let unwritten: RestapleError | undefined;
    const published: string[] = [];
    const write = (): void => {
      for (const place of PLACES) {
        if (isBetter(this.#disk.read(certificate, place), response)) continue;
        if (!this.#disk.takes(place, this.#clock.time)) unwritten ??= UNWRITABLE[place];
        else if (this.#put(certificate, place, response)) published.push(place);
      }
    };
    this.#writing.add(write);
    return this.#after(WRITE_MS, () => {
      if (this.#writing.delete(write)) write();
      const stored = this.#disk.read(certificate, 'stored');
      return { staple: isBetter(stored, response) ? stored : response, published, unwritten };
    });
  }

  remember(certificate: SimCertificate, memory: Memory): void {
    if (this.#disk.takes('stored', this.#clock.time)) certificate.memory = memory;
  }

  /** The machine stops: of what was being written, some is there and some is not. */
  crash(): void {
    for (const write of this.#writing) if (this.#random() < 0.5) write();
    this.#writing.clear();
  }

  #opened(certificate: SimCertificate): Opened {
    const now = this.#clock.now();
    let staple: SimResponse | undefined;
    const damaged: Damage[] = [];
    for (const place of PLACES) {
      if (isDamaged(certificate, place)) damaged.push({ path: place, message: 'rubbish' });
      const found = this.#disk.read(certificate, place);
      if (!found || found.thisUpdate > now + SKEW_MS || found.validUntil <= now) continue;
      if (!staple || found.thisUpdate > staple.thisUpdate) staple = found;
    }
    let unwritten: RestapleError | undefined;
    const published: string[] = [];
    for (const place of PLACES) {
      // As the daemon does it: what was good before goes nowhere else.
      if (!staple || certificate.memory?.revoked || this.#disk.read(certificate, place) === staple) continue;
      if (!this.#disk.takes(place, this.#clock.time)) unwritten ??= UNWRITABLE[place];
      else if (this.#put(certificate, place, staple)) published.push(place);
    }
    certificate.told = staple;
    const { memory, bornAt: notBefore, notAfter, authority } = certificate;
    const { url: responder } = authority;
    const issuer = { key: responder, name: responder };
    const life = { notBefore, notAfter };
    return { staple, published, unwritten, damaged, memory, responder, issuer, mustStaple: false, ...life };
  }

  #put(certificate: SimCertificate, place: Place, response: SimResponse): boolean {
    if (this.#disk.read(certificate, place) === response) return false;
    if (place === 'published') this.#witness.publishing(certificate, response);
    certificate[place] = response;
    if (certificate.damage === place) certificate.damage = 'none';
    else if (certificate.damage === 'both') certificate.damage = place === 'stored' ? 'published' : 'stored';
    return place === 'published';
  }

  #verified(
    certificate: SimCertificate,
    reply: Reply,
    known: Validators,
  ): Answer<SimResponse> | RestapleError {
    const { failure, thisUpdate, validUntil, status, freshForMs } = reply;
    if (failure && failure !== 'unknown') return ERRORS[failure];
    const { url: responder } = certificate.authority;
    const now = this.#clock.now();
    const isKnown = failure === undefined;
    if (isKnown && thisUpdate > now + SKEW_MS) return NOT_YET;
    if (isKnown && validUntil <= now) return NO_MORE;
    const response = { thisUpdate, validUntil, status };
    const revoked = certificate.releasedAt === Infinity ? REVOKED : HOLD;
    const certStatus = status === 'good' ? GOOD : revoked;
    return {
      certStatus: isKnown ? certStatus : UNKNOWN,
      responder,
      notModified: isKnown && status === 'good' && known.lastModified === thisUpdate,
      lastModified: isKnown ? thisUpdate : undefined,
      freshForMs,
      response,
      thisUpdate,
      validUntil,
    };
  }

  #durationOf({ failure, isSlow }: Reply, { latencyMs }: Authority): number {
    if (failure === 'timeout') return TIMEOUT_MS;
    if (failure === 'unreachable') return REFUSED_MS;
    return (isSlow ? SLOW_MS : latencyMs) * (0.5 + this.#random());
  }

  #after<T>(ms: number, done: () => T | RestapleError): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#clock.after(ms, () => {
        const result = done();
        if (result instanceof RestapleError) reject(result);
        else resolve(result);
      });
    });
  }
}

const isBetter = (found: SimResponse | undefined, than: SimResponse): found is SimResponse =>
  found !== undefined && found.thisUpdate > than.thisUpdate;
