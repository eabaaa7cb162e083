/**
 * A keeper between a virtual clock and a world that does as a test says: who answers what, what the disk takes, and
 * how often anybody was asked.
 */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { InputError, ResponseError, TransportError } from '../../src/errors.ts';
import type { KeeperEvent, KeeperEventType } from '../../src/keeper/events.ts';
import { Keeper } from '../../src/keeper/keeper.ts';
import type { CertificateView } from '../../src/keeper/view.ts';
import type {
  Answer,
  Damage,
  Issuer,
  Kept,
  Memory,
  Opened,
  Validators,
  Work,
} from '../../src/keeper/work.ts';
import { createRandom } from '../../src/simulation/random.ts';
import { VirtualClock } from '../../src/simulation/virtual-clock.ts';
import { DEFAULT_POLICY, type Life } from '../../src/staple/policy.ts';

export const SECOND = 1_000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
export const START: number = Date.UTC(2026, 0, 5);
/** Past the middle of its life: whoever holds it asks at once. */
export const DUE: Life = { thisUpdate: START - 4 * DAY, validUntil: START + 3 * DAY };

const SKEW_MS = 5 * MINUTE;

export interface Site {
  readonly key: string;
  readonly label: string;
  responder: string;
  issuer: Issuer;
  notAfter: number;
  stored: Life | undefined;
  memory: Memory | undefined;
  damaged: Damage[];
  asked: number;
  /** Its answer takes as long as the keeper waits for one. */
  mustHang?: boolean;
}

/** Who signed the certificates unless a test says otherwise. */
const CA: Issuer = { key: 'ca', name: 'CN=CA' };
const FULL = new InputError('output-unwritable', 'no space left on device');

export const unreachable = (): never => {
  throw new TransportError('http-unreachable', 'connection refused', 'http://ocsp.test');
};

export function good(thisUpdate: number, lifeMs: number = 7 * DAY): Answer<Life> {
  const life = { thisUpdate, validUntil: thisUpdate + lifeMs };
  const responder = 'http://ocsp.test';
  return {
    certStatus: { type: 'good' },
    responder,
    notModified: false,
    freshForMs: 0,
    response: life,
    ...life,
  };
}

export function revoked(thisUpdate: number, reason: number, lifeMs?: number): Answer<Life> {
  const certStatus = { type: 'revoked', revocationTime: new Date(START), reason } as const;
  return { ...good(thisUpdate, lifeMs), certStatus };
}

export class ScriptedWorld implements Work<Site, Life> {
  readonly clock: VirtualClock = new VirtualClock(START);
  readonly sites: Site[] = [];
  readonly events: { readonly at: number; readonly event: KeeperEvent }[] = [];
  keeper: Keeper<Site, Life>;
  answer: (site: Site) => Answer<Life> = () => good(this.clock.time);
  isWritable = true;
  /** Certificate files can be read. */
  isReadable = true;
  /** A file that servers read has not got what is in the store. */
  isLacking = false;
  /** By what the last request said what is kept. */
  known: Validators = {};
  /** When every certificate begins. */
  bornAt: number = START - 30 * DAY;
  latencyMs = 100;
  hangingMs: number = 45 * SECOND;
  writeMs = 5;
  kept = 0;
  /** The most requests at one time, in all and at one responder. */
  most = 0;
  mostAtOne = 0;
  #inFlight = 0;
  readonly #atOne = new Map<string, number>();

  constructor() {
    this.keeper = this.#newKeeper();
  }

  add(count = 1, of: Partial<Site> = {}): Site {
    for (let left = count; left > 0; left--) {
      const label = `/etc/tls/${this.sites.length}.pem`;
      const key = createHash('sha256').update(label).digest('hex');
      const bare = { responder: 'http://ocsp.test', issuer: CA, notAfter: START + 300 * DAY, asked: 0 };
      const site = { key, label, ...bare, stored: undefined, memory: undefined, damaged: [], ...of };
      this.sites.push(site);
      this.keeper.add(key, label, site);
    }
    const last = this.sites.at(-1);
    if (last === undefined) throw new Error('no site');
    return last;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.run(this.clock.time + ms);
  }

  /** The process ends, and another takes over what is on disk. */
  async restart(): Promise<void> {
    await this.keeper.stop();
    this.clock.crash();
    this.keeper = this.#newKeeper();
    for (const site of this.sites) this.keeper.add(site.key, site.label, site);
  }

  view({ key }: Site): CertificateView {
    const view = this.keeper.view(key);
    if (view === undefined) throw new Error('the certificate is not kept');
    return view;
  }

  get asked(): number {
    return this.sites.reduce((sum, { asked }) => sum + asked, 0);
  }

  told<T extends KeeperEventType>(type: T): Extract<KeeperEvent, { type: T }>[] {
    const isOfType = (event: KeeperEvent): event is Extract<KeeperEvent, { type: T }> => event.type === type;
    return this.events.map(({ event }) => event).filter(isOfType);
  }

  open(site: Site): Promise<Opened> {
    return this.#after(1, () => {
      if (!this.isReadable) throw new InputError('file-unreadable', 'no such file');
      const { stored, memory, responder, issuer, notAfter } = site;
      const now = this.clock.now();
      const isTimely = stored && stored.thisUpdate <= now + SKEW_MS && now < stored.validUntil;
      const damaged = site.damaged.splice(0);
      const staple = isTimely ? stored : undefined;
      const isWritten = staple !== undefined && this.isLacking && this.isWritable;
      const unwritten = staple && this.isLacking && !this.isWritable ? FULL : undefined;
      if (isWritten) this.isLacking = false;
      return {
        staple,
        published: isWritten ? [`${site.label}.ocsp`] : [],
        unwritten,
        damaged,
        memory,
        responder,
        issuer,
        mustStaple: false,
        notBefore: this.bornAt,
        notAfter,
      };
    });
  }

  async ask(site: Site, known: Validators, signal: AbortSignal): Promise<Answer<Life>> {
    const { responder } = site;
    // One listener for each of 64 requests is no leak.
    setMaxListeners(64, signal);
    site.asked += 1;
    this.known = known;
    this.#count(responder, 1);
    try {
      const latencyMs = site.mustHang === true ? this.hangingMs : this.latencyMs;
      const answer = await this.#after(latencyMs, () => this.answer(site), signal);
      if (answer.validUntil <= this.clock.now()) throw new ResponseError('response-expired', 'it has ended');
      return { ...answer, responder };
    } finally {
      this.#count(responder, -1);
    }
  }

  keep(site: Site, response: Life): Promise<Kept> {
    this.kept += 1;
    return this.#after(this.writeMs, () => {
      if (!this.isWritable) {
        return { staple: response, published: [], unwritten: FULL };
      }
      site.stored = response;
      return { staple: response, published: [`${site.label}.ocsp`], unwritten: undefined };
    });
  }

  remember(site: Site, memory: Memory): void {
    site.memory = memory;
  }

  #newKeeper(): Keeper<Site, Life> {
    return new Keeper<Site, Life>({
      work: this,
      clock: this.clock,
      random: createRandom(1),
      filesOf: ({ label }) => [`${label}.ocsp`],
      policyOf: () => DEFAULT_POLICY,
      requests: 64,
      requestsPerResponder: 8,
      report: (event) => this.events.push({ at: this.clock.time, event }),
    });
  }

  #count(responder: string, by: number): void {
    const atOne = (this.#atOne.get(responder) ?? 0) + by;
    this.#atOne.set(responder, atOne);
    this.#inFlight += by;
    this.most = Math.max(this.most, this.#inFlight);
    this.mostAtOne = Math.max(this.mostAtOne, atOne);
  }

  #after<T>(ms: number, done: () => T, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const giveUp = (): void => {
        cancel();
        reject(new TransportError('http-unreachable', 'given up', 'http://ocsp.test'));
      };
      const cancel = this.clock.setTimer(ms, () => {
        signal?.removeEventListener('abort', giveUp);
        try {
          resolve(done());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      signal?.addEventListener('abort', giveUp);
    });
  }
}
