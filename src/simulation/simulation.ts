/** One run: a machine with its certificates, for some days, by one seed. */
import type { KeeperEvent } from '../keeper/events.ts';
import { Keeper } from '../keeper/keeper.ts';
import { DEFAULT_POLICY } from '../staple/policy.ts';
import { DAY, HOUR, MINUTE, createAuthorities } from './authority.ts';
import { type SimCertificate, type SimResponse, createCertificate } from './certificate.ts';
import { Disk } from './disk.ts';
import { Figures } from './figures.ts';
import { Judge } from './judge.ts';
import { Observer } from './observer.ts';
import { type Random, between, createRandom, waitFor } from './random.ts';
import { Sessions } from './sessions.ts';
import { VirtualClock } from './virtual-clock.ts';
import { SimWorld } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly certificates: number;
  readonly days: number;
  readonly onEvent?: (event: KeeperEvent, time: number) => void;
}

const START: number = Date.UTC(2026, 0, 1);
const REQUESTS = 64;
const REQUESTS_PER_RESPONDER = 8;
const BETWEEN_CRASHES: number = 15 * DAY;
const BETWEEN_JUMPS: number = 40 * DAY;
const BETWEEN_SLEEPS: number = 60 * DAY;
/** How long before its end a certificate is replaced, and how long the old file stays beside the new one. */
const RENEWED_BEFORE: number = 30 * DAY;
const BESIDE: number = HOUR;

export function simulate(options: SimulationOptions): Promise<Figures> {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #end: number;
  readonly #random: Random;
  readonly #clock: VirtualClock = new VirtualClock(START);
  readonly #figures: Figures = new Figures();
  readonly #sessions = new Sessions();
  readonly #disk: Disk;
  readonly #authorities;
  readonly #observer: Observer;
  readonly #world: SimWorld;
  readonly #present = new Set<SimCertificate>();
  #keeper: Keeper<SimCertificate, SimResponse> | undefined;
  #count = 0;

  constructor(options: SimulationOptions) {
    const { seed, days } = options;
    this.#options = options;
    this.#end = START + days * DAY;
    this.#random = createRandom(seed);
    this.#disk = new Disk(createRandom(seed + 0x10001), START, this.#end);
    this.#authorities = createAuthorities(createRandom(seed + 0x20001), START, this.#end);
    const judge = new Judge(this.#disk, this.#sessions, () => this.#present.size / 4);
    this.#observer = new Observer(this.#clock, this.#figures, judge);
    this.#world = new SimWorld(this.#clock, createRandom(seed + 0x30001), this.#disk, this.#observer);
  }

  async run(): Promise<Figures> {
    const { certificates, days } = this.#options;
    for (let index = 0; index < certificates; index++)
      this.#arrive(START - Math.round(this.#random() * 50 * DAY), this.#clock.time);
    this.#boot();
    this.#plan(BETWEEN_CRASHES, (again) => this.#crash(again));
    this.#plan(BETWEEN_JUMPS, (again) => this.#jump(again));
    this.#plan(BETWEEN_SLEEPS, (again) => this.#sleep(again));
    for (const authority of this.#authorities) {
      for (const outage of authority.outages) {
        if (outage.to < this.#end)
          this.#clock.at(outage.to, () => this.#observer.outageEnded(authority, outage, this.#sessions.isOn));
      }
    }
    await this.#clock.run(this.#end);
    this.#sessions.end(this.#end);
    this.#observer.end();
    this.#figures.certificateDays = certificates * days;
    await this.#keeper?.stop();
    return this.#figures;
  }

  /** Does something now and then, as long as it is called back. */
  #plan(mean: number, action: (again: () => void) => void): void {
    const next = (): void => {
      this.#clock.at(this.#clock.time + waitFor(this.#random, mean), () => action(next));
    };
    next();
  }

  #boot(): void {
    const { seed, onEvent } = this.#options;
    this.#keeper = new Keeper<SimCertificate, SimResponse>({
      work: this.#world,
      clock: this.#clock,
      random: createRandom(seed + this.#figures.crashes + 0x40001),
      filesOf: () => [],
      policyOf: () => DEFAULT_POLICY,
      requests: REQUESTS,
      requestsPerResponder: REQUESTS_PER_RESPONDER,
      report: (event) => {
        this.#figures.events += 1;
        onEvent?.(event, this.#clock.time);
      },
    });
    for (const certificate of this.#present) this.#add(certificate);
    if (this.#clock.error === 0) this.#sessions.begin(this.#clock.time);
  }

  #add(certificate: SimCertificate): void {
    this.#keeper?.add(certificate.key, certificate.key, certificate);
  }

  #arrive(bornAt: number, at: number): void {
    const certificate = createCertificate(this.#authorities, this.#random, this.#count++, bornAt);
    this.#present.add(certificate);
    this.#observer.came(certificate);
    this.#add(certificate);
    const renewedAt = certificate.notAfter - RENEWED_BEFORE + this.#random() * 20 * DAY;
    this.#clock.at(Math.max(renewedAt, at), () => this.#whenAwake(() => this.#renew(certificate)));
  }

  #renew(old: SimCertificate): void {
    this.#arrive(Math.round(this.#clock.time - between(this.#random, 1, 60) * MINUTE), this.#clock.time);
    this.#clock.at(this.#clock.time + BESIDE, () =>
      this.#whenAwake(() => {
        this.#present.delete(old);
        this.#observer.went(old);
        this.#keeper?.remove(old.key);
      }),
    );
  }

  #crash(again: () => void): void {
    if (!this.#isFree()) return again();
    this.#figures.crashes += 1;
    this.#world.crash();
    this.#clock.crash();
    this.#keeper = undefined;
    this.#sessions.end(this.#clock.time);
    this.#observer.crashed();
    for (const certificate of this.#present) {
      if (this.#disk.crash(certificate, this.#random)) this.#observer.damaged(certificate, this.#clock.time);
    }
    const down = between(this.#random, 0.2, 20) * MINUTE;
    const isClockWrong = this.#random() < 0.2;
    this.#clock.at(this.#clock.time + down, () => {
      if (isClockWrong) this.#setWrong(again);
      this.#boot();
      if (!isClockWrong) again();
    });
  }

  #jump(again: () => void): void {
    if (!this.#isFree()) return again();
    this.#setWrong(again);
  }

  /** The clock is wrong for a while: by minutes, by days, by years. */
  #setWrong(again: () => void): void {
    this.#figures.clockJumps += 1;
    this.#sessions.end(this.#clock.time);
    this.#observer.disturbed();
    const longest = this.#random() < 0.1 ? 2000 * DAY : 30 * DAY;
    const far = MINUTE * (longest / MINUTE) ** this.#random();
    this.#clock.error = this.#random() < 0.5 ? far : -far;
    this.#clock.at(this.#clock.time + between(this.#random, 1, 60) * MINUTE, () => {
      this.#clock.error = 0;
      this.#sessions.begin(this.#clock.time);
      again();
    });
  }

  #sleep(again: () => void): void {
    if (!this.#isFree()) return again();
    const wake = this.#clock.time + between(this.#random, 1, 72 * 60) * MINUTE;
    this.#figures.clockJumps += 1;
    this.#sessions.end(this.#clock.time);
    this.#observer.disturbed();
    this.#clock.sleepUntil(wake);
    this.#clock.at(wake, () => {
      this.#sessions.begin(wake);
      again();
    });
  }

  /** One misfortune of the machine at a time. */
  #isFree(): boolean {
    return this.#keeper !== undefined && this.#clock.error === 0 && this.#clock.awakeAt <= this.#clock.time;
  }

  #whenAwake(action: () => void): void {
    if (this.#clock.awakeAt <= this.#clock.time) action();
    else this.#clock.at(this.#clock.awakeAt, action);
  }
}
