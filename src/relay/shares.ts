/**
 * Places for questions that wait for somebody else. Whoever may ask here may name any responder, so one that does not answer
 * takes no more than its share, and all that nobody but clients name take no more than theirs.
 */
export interface ShareLimits {
  readonly total: number;
  readonly perHost: number;
  /** For the hosts that only a client named. */
  readonly strange: number;
  /** For each of these. */
  readonly perStrange: number;
}

/** Where a question goes first. */
export interface Destination {
  /** With its port. */
  readonly host: string;
  readonly isStrange: boolean;
}

export class Shares {
  readonly #limits: ShareLimits;
  readonly #atHost = new Map<string, number>();
  #total = 0;
  #strange = 0;

  constructor(limits: ShareLimits) {
    this.#limits = limits;
  }

  /** Runs `task` when there is a place for it. @returns `undefined` at once when there is none. */
  async run<T>({ host, isStrange }: Destination, task: () => Promise<T>): Promise<T | undefined> {
    const { perHost, perStrange, strange, total } = this.#limits;
    const here = this.#atHost.get(host) ?? 0;
    if (this.#total >= total || here >= (isStrange ? perStrange : perHost)) return undefined;
    if (isStrange && this.#strange >= strange) return undefined;
    this.#total += 1;
    this.#strange += Number(isStrange);
    this.#atHost.set(host, here + 1);
    try {
      return await task();
    } finally {
      this.#total -= 1;
      this.#strange -= Number(isStrange);
      const left = (this.#atHost.get(host) ?? 1) - 1;
      if (left === 0) this.#atHost.delete(host);
      else this.#atHost.set(host, left);
    }
  }
}
