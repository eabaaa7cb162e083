/** A server, its adapter and its files on a clock that goes when it is told to; the keeper's work is that of a test, too. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/keeper/clock.ts';
import { Deployment, type DeploymentOptions } from '../../../src/keeper/deploy/deployment.ts';
import type { LaneOptions } from '../../../src/keeper/deploy/lane.ts';
import { rawLifeOf } from '../../../src/keeper/deploy/raw-life.ts';
import type { KeeperEvent, KeeperEventType } from '../../../src/keeper/events.ts';
import type { CertificateSubject, SubjectSettings } from '../../../src/keeper/files/certificate-subject.ts';
import type { Opened, Work } from '../../../src/keeper/work.ts';
import type { Presented } from '../../../src/probe/tls.ts';
import type { Effect, ServerAdapter } from '../../../src/servers/adapter.ts';
import { NOW, createTestPki, testResponse } from '../../support/pki.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

const pki = createTestPki();

/** A good staple; moments are from the start of the test. */
export const staple = (thisMs: number, nextMs: number): Buffer =>
  testResponse(pki, {
    thisUpdate: new Date(NOW.getTime() + thisMs),
    nextUpdate: new Date(NOW.getTime() + nextMs),
  });

export class TestClock implements Clock {
  time: number = NOW.getTime();
  /** How far the wall clock has been set ahead. */
  ahead = 0;
  #timers: { readonly at: number; readonly fire: () => void }[] = [];

  now(): number {
    return this.time + this.ahead;
  }

  monotonic(): number {
    return this.time;
  }

  setTimer(ms: number, fire: () => void): () => void {
    const timer = { at: this.time + ms, fire };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((one) => one !== timer));
  }

  /** Lets time pass, and everything be done that is due meanwhile. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await setImmediate();
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.time = Math.max(this.time, next.at);
      next.fire();
      await setImmediate();
    }
    this.time = end;
    await setImmediate();
  }
}

export interface WorldOptions extends Partial<LaneOptions> {
  readonly effect?: Effect;
  readonly adapterIs?: Partial<ServerAdapter>;
}

/** What a machine has that outlives a restart of restaple. */
export class World {
  readonly clock: TestClock = new TestClock();
  readonly files: Map<string, Buffer> = new Map<string, Buffer>();
  readonly writtenAt: Map<string, number> = new Map();
  readonly stored: Map<string, Buffer> = new Map();
  readonly readAt: Map<string, number> = new Map();
  readonly revoked: Set<string> = new Set<string>();
  /** What was done to the server, in order. */
  readonly calls: string[] = [];
  readonly events: KeeperEvent[] = [];
  effect: Effect;
  /** What each says; `undefined` for success. */
  check: () => string | undefined = () => undefined;
  reload: () => string | undefined = () => undefined;
  publish: (file: string) => void = () => {};
  /** Of what is put back after a check. */
  write: (file: string) => void = () => {};
  look: () => Promise<Presented> = () => Promise.reject(new Error('nobody is there'));
  deployment: Deployment<Buffer>;
  readonly server: LaneOptions;

  constructor({ effect = 'reload', adapterIs, ...more }: WorldOptions = {}) {
    this.effect = effect;
    const adapter: ServerAdapter = {
      type: 'nginx',
      check: ['/check'],
      reload: ['/reload'],
      withdrawBeforeMs: 10 * MINUTE,
      needsWithdrawal: true,
      outputsOf: (certificate) => [fileOf(certificate.replace(/^.*\/|\.pem$/g, ''))],
      publish: ({ der, file }) => {
        this.calls.push(`publish ${nameOf(file)}`);
        if (this.files.get(file)?.equals(der) !== true) throw new Error('the file holds something else');
        this.publish(file);
        return Promise.resolve(this.effect);
      },
      withdraw: ({ file }) => {
        this.calls.push(`withdraw ${nameOf(file)}`);
        this.files.delete(file);
        return Promise.resolve(this.effect);
      },
      ...adapterIs,
    };
    this.server = {
      name: 'web',
      adapter,
      socket: undefined,
      dir: undefined,
      check: undefined,
      reload: undefined,
      addresses: [],
      gatherMs: MINUTE,
      reloadAtMostMs: 5 * MINUTE,
      ...more,
    };
    this.deployment = this.start();
  }

  /** As after `kill -9`: what was in memory is gone. */
  async restart(): Promise<void> {
    await this.deployment.stop();
    this.calls.length = 0;
    this.events.length = 0;
    this.deployment = this.start();
  }

  start(): Deployment<Buffer> {
    const options: DeploymentOptions<Buffer> = {
      work: this.#work(),
      servers: [this.server],
      stored: (key) => this.stored.get(key),
      clock: this.clock,
      files: {
        read: (path) => this.files.get(path),
        writtenAt: (path) => this.writtenAt.get(path),
        write: async (path, bytes) => {
          this.write(path);
          await Promise.resolve();
          this.put(path, bytes);
        },
      },
      notes: {
        readAt: (server) => this.readAt.get(server),
        wasRead: (server, at) => void this.readAt.set(server, at),
      },
      run: ([program]) => {
        this.calls.push(program.slice(1));
        return Promise.resolve(program === '/check' ? this.check() : this.reload());
      },
      look: () => this.look(),
      identify: () => undefined,
      report: (event) => this.events.push(event),
    };
    return new Deployment(options);
  }

  put(path: string, bytes: Buffer): void {
    this.files.set(path, bytes);
    this.writtenAt.set(path, this.clock.now());
  }

  /** The keeper has fetched a staple and keeps it. */
  async keep(name: string, der: Buffer, key: string = name): Promise<void> {
    await this.deployment.keep(subject(name, key), der);
  }

  open(name: string, key: string = name): Promise<Opened> {
    return this.deployment.open(subject(name, key));
  }

  told<T extends KeeperEventType>(type: T): Extract<KeeperEvent, { readonly type: T }>[] {
    return this.events.filter(
      (event): event is Extract<KeeperEvent, { readonly type: T }> => event.type === type,
    );
  }

  /** What was done since this was asked last. */
  done(): string[] {
    return this.calls.splice(0);
  }

  #work(): Work<CertificateSubject, Buffer> {
    return {
      open: ({ key, outputs }, _aside, isUnwanted = () => false) => {
        const der = this.stored.get(key);
        const life = der && rawLifeOf(der);
        const isGood = der && life && life.validUntil > this.clock.now() ? der : undefined;
        const isLacking = (path: string): boolean =>
          isGood !== undefined && this.files.get(path)?.equals(isGood) !== true && !isUnwanted(path, isGood);
        const lacking = outputs.filter(isLacking);
        for (const path of lacking) if (isGood) this.put(path, isGood);
        const revoked = { since: 0, onHold: false, message: 'revoked' };
        return Promise.resolve({
          staple: isGood && life,
          published: lacking,
          unwritten: undefined,
          damaged: [],
          memory: this.revoked.has(key) ? { attemptAt: 0, failures: 0, revoked } : undefined,
          responder: 'ocsp',
          issuer: { key: 'ca', name: 'CN=CA' },
          mustStaple: false,
          notBefore: 0,
          notAfter: Infinity,
        });
      },
      ask: () => Promise.reject(new Error('nobody is asked here')),
      keep: ({ key, outputs }, der) => {
        this.stored.set(key, der);
        for (const path of outputs) this.put(path, der);
        const life = rawLifeOf(der) ?? { thisUpdate: 0, validUntil: 0 };
        return Promise.resolve({ staple: life, published: outputs, unwritten: undefined });
      },
      remember: () => {},
    };
  }
}

export const fileOf = (name: string): string => `/staples/${name}.ocsp`;
const nameOf = (file: string): string => file.replace(/^.*\/|\.ocsp$/g, '');

/** Nothing here reads them. */
const settings: SubjectSettings = Object.create(null);

export const subject = (name: string, key: string = name): CertificateSubject => ({
  key,
  paths: [`/certs/${name}.pem`],
  outputs: [fileOf(name)],
  servers: ['web'],
  foundIn: undefined,
  settings,
});
