/**
 * Check, then reload. A server that fails its check cannot be started again either: whatever restaple has put there and
 * it does not bear goes back, before anybody restarts it.
 */
import { ServerError } from '../../errors.ts';
import type { ServerAdapter } from '../../servers/adapter.ts';
import type { DeployTools } from './tools.ts';
import type { Change, Target } from './target.ts';

export type Batch = ReadonlyMap<Target, Change>;
type Entry = readonly [Target, Change];

export interface ReloadOutcome {
  /** Staples that the server does not bear; their files hold what was there before. */
  readonly bad: readonly { readonly target: Target; readonly error: ServerError }[];
  /** Why it was not reloaded. */
  readonly error?: ServerError | undefined;
}

export class Reload {
  readonly #adapter: ServerAdapter;
  readonly #tools: Pick<DeployTools, 'files' | 'run'>;
  /** A file could not be put back, on a full disk for instance, and some hold what was there before. */
  #isTorn = false;

  constructor(adapter: ServerAdapter, tools: Pick<DeployTools, 'files' | 'run'>) {
    this.#adapter = adapter;
    this.#tools = tools;
  }

  /** Before anything else is tried with what has failed. @throws as `of` */
  async mend(batch: Batch): Promise<void> {
    if (!this.#isTorn) return;
    const fresh = [...batch].filter(isFresh);
    await this.#blocking(fresh, () => this.#putBack(fresh));
    this.#isTorn = false;
  }

  /** @throws InputError, ServerError when a file cannot be put back. */
  async of(batch: Batch): Promise<ReloadOutcome> {
    const words = await this.#check();
    let bad: ReloadOutcome['bad'] = [];
    if (words !== undefined) {
      const fresh = [...batch].filter(isFresh);
      const found = await this.#blocking(fresh, () => this.#culprits(fresh));
      if (!found) return { bad: [], error: new ServerError('server-check-failed', words) };
      bad = found;
      if (bad.length === batch.size) return { bad };
    }
    const { reload } = this.#adapter;
    const failure = reload && (await this.#tools.run(reload));
    return {
      bad,
      error: failure === undefined ? undefined : new ServerError('server-reload-failed', failure),
    };
  }

  /** Puts a staple back that the server did not bear, and takes it back again at once when it does not yet. */
  async again(target: Target, change: Change): Promise<ServerError | undefined> {
    const [bad] = await this.#among([[target, change]]);
    return bad?.error;
  }

  /** The keeper does not write to them meanwhile. */
  async #blocking<T>(entries: readonly Entry[], step: () => Promise<T>): Promise<T> {
    const busy = step();
    for (const [target] of entries) target.busy = busy.catch(() => undefined);
    try {
      return await busy;
    } finally {
      for (const [target] of entries) target.busy = undefined;
    }
  }

  /** Those that the check fails for; `undefined` when it fails without all of them, too, which are in place then. */
  async #culprits(entries: readonly Entry[]): Promise<ReloadOutcome['bad'] | undefined> {
    if (entries.length === 0) return undefined;
    this.#isTorn = true;
    await this.#takeBack(entries);
    const isWellWithout = (await this.#check()) === undefined;
    const found = isWellWithout ? await this.#among(entries) : await this.#putBack(entries);
    this.#isTorn = false;
    return found;
  }

  /** Leaves those in place that are good. */
  async #among(entries: readonly Entry[]): Promise<ReloadOutcome['bad']> {
    await this.#putBack(entries);
    const words = await this.#check();
    if (words === undefined) return [];
    await this.#takeBack(entries);
    const [first, ...more] = entries;
    if (first && more.length === 0)
      return [{ target: first[0], error: new ServerError('server-check-failed', words) }];
    const half = Math.ceil(entries.length / 2);
    return [...(await this.#among(entries.slice(0, half))), ...(await this.#among(entries.slice(half)))];
  }

  #check(): Promise<string | undefined> {
    const { check } = this.#adapter;
    return check ? this.#tools.run(check) : Promise.resolve(undefined);
  }

  async #takeBack(entries: readonly Entry[]): Promise<void> {
    for (const [target, { previous, servedUntil }] of entries) {
      // Its file is what counts now: what is refused may be served already, or no more.
      if (previous) await this.#put(target, previous, servedUntil).catch(unlessRefused);
      else await this.#adapter.withdraw(target);
    }
  }

  async #putBack(entries: readonly Entry[]): Promise<undefined> {
    for (const [target, { der, validUntil }] of entries) if (der) await this.#put(target, der, validUntil);
  }

  async #put({ certificate, file }: Target, der: Buffer, validUntil: number): Promise<void> {
    await this.#tools.files.write(file, der);
    await this.#adapter.publish({ certificate, file, der, validUntil });
  }
}

/** Withdrawn ones stay withdrawn, and what the keeper writes just now is another one. */
const isFresh = ([target, { der }]: Entry): boolean => der !== undefined && target.writers === 0;

function unlessRefused(error: unknown): void {
  if (!(error instanceof ServerError)) throw error;
}
