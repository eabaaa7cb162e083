/**
 * Looks as a client would at what a server really serves: a file in its place and a reload that went well do not mean
 * that anybody gets the staple. It looks until what is served is what was published, and then no more.
 */
import { reasonOf } from '../../errors.ts';
import type { ServerAdapter } from '../../servers/adapter.ts';
import { formatMoment } from '../event-facts.ts';
import type { Identity } from './identity.ts';
import { rawLifeOf } from './raw-life.ts';
import type { Target } from './target.ts';
import type { DeployTools } from './tools.ts';

export interface Address {
  /** A name or an IP address without brackets. */
  readonly host: string;
  readonly port: string;
}

/** Workers that are on their way out may take a client or two after a reload. */
const TAKES_MS = 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const HANDSHAKE_MS = 5_000;
/** Handshakes at a time: a server has better to do. */
const AT_ONCE = 4;

interface Expected {
  readonly der: Buffer;
  /** It is taken for stopped: that nobody answers is no news. */
  readonly isAway: boolean;
  /** By the monotonic clock. */
  readonly until: number;
}

/** `foreign`: another certificate is presented there. `silent`: there is no handshake. */
type Sight = {
  readonly at: Address;
  readonly kind: 'right' | 'wrong' | 'foreign' | 'silent';
  readonly words: string;
};

export class Observer {
  readonly #name: string;
  readonly #takesMs: number;
  readonly #addresses: readonly Address[];
  readonly #tools: DeployTools;
  readonly #expected = new Map<Target, Expected>();
  #waitMs = FIRST_WAIT_MS;
  #looking: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(
    name: string,
    { takesMs }: Pick<ServerAdapter, 'takesMs'>,
    addresses: readonly Address[],
    tools: DeployTools,
  ) {
    this.#name = name;
    this.#takesMs = Math.max(TAKES_MS, takesMs ?? 0);
    this.#addresses = addresses;
    this.#tools = tools;
  }

  /** Clients should get this from now on. @param isAway where the server does not seem to run. */
  expect(target: Target, der: Buffer, isAway: boolean = false): void {
    if (this.#addresses.length === 0) return;
    this.#expected.set(target, { der, isAway, until: this.#tools.clock.monotonic() + this.#takesMs });
    this.#waitMs = FIRST_WAIT_MS;
    this.#wait(0);
  }

  /** It was withdrawn, or replaced by another that is not there yet. */
  forget(target: Target): void {
    this.#expected.delete(target);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#looking;
  }

  #wait(ms: number): void {
    if (this.#looking || this.#isStopped) return;
    this.#cancel?.();
    this.#cancel = this.#tools.clock.setTimer(ms, () => {
      this.#looking ??= this.#round().finally(() => {
        this.#looking = undefined;
        if (this.#expected.size === 0) return;
        this.#wait(this.#waitMs);
        this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
      });
    });
  }

  async #round(): Promise<void> {
    const all = this.#expected.entries();
    const looker = async (): Promise<void> => {
      for (const [target, expected] of all) {
        if (this.#isStopped) return;
        const sights = await this.#look(target, expected.der);
        if (this.#expected.get(target) === expected) this.#judge(target, expected, sights);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, looker));
  }

  async #look(target: Target, der: Buffer): Promise<readonly Sight[]> {
    const identity = this.#tools.identify(target.certificate);
    const sights = await Promise.all(this.#addresses.map((at) => this.#lookAt(at, identity, der)));
    // Not every certificate has to be served at every address.
    const isSomewhere = sights.some(({ kind }) => kind === 'right');
    return isSomewhere ? sights.filter(({ kind }) => kind !== 'foreign') : sights;
  }

  async #lookAt(at: Address, identity: Identity | undefined, der: Buffer): Promise<Sight> {
    const { name = at.host, sigalgs } = identity ?? {};
    const server = { ...at, servername: name };
    try {
      const { chain, staple } = await this.#tools
        .look({ ...server, sigalgs }, HANDSHAKE_MS)
        // Some servers judge the signatures of their whole chain by what a client takes.
        .catch(() => this.#tools.look(server, HANDSHAKE_MS));
      if (staple?.equals(der) === true) return { at, kind: 'right', words: '' };
      if (identity && chain[0]?.equals(identity.raw) !== true)
        return { at, kind: 'foreign', words: `it presents another certificate for ${name}` };
      return { at, kind: 'wrong', words: staple ? otherWords(staple, der) : 'it serves no staple' };
    } catch (error) {
      return { at, kind: 'silent', words: reasonOf(error) };
    }
  }

  #judge(target: Target, { isAway, until }: Expected, sights: readonly Sight[]): void {
    const { report, clock } = this.#tools;
    const isRight = sights.every(({ kind }) => kind === 'right');
    if (!isRight && clock.monotonic() < until) return;
    this.#expected.delete(target);
    const about = { server: this.#name, certificate: target.label };
    for (const { at, kind, words } of sights) {
      if (isAway && kind === 'silent') continue;
      const message = isAway ? `${words}; ${AWAY}` : words;
      const address = at.host.includes(':') ? `[${at.host}]:${at.port}` : `${at.host}:${at.port}`;
      if (kind === 'right') report({ type: 'observed', ...about, address });
      else report({ type: 'mismatch', ...about, address, message });
    }
  }
}

/** The likely reasons: a socket by another name, or a pid file of another server. */
const AWAY = 'it was taken for stopped, see its socket, check and reload in the config';

function otherWords(staple: Buffer, der: Buffer): string {
  const [served, wanted] = [rawLifeOf(staple), rawLifeOf(der)];
  if (!served || !wanted) return 'it serves what is no response';
  const since = `of ${formatMoment(served.thisUpdate)}`;
  if (served.thisUpdate < wanted.thisUpdate) return `it serves an older staple, ${since}`;
  return `it serves another staple, ${since}`;
}
