/** When the keeper was up, by a clock that was right: nobody could have done anything at other times. */

export interface Session {
  readonly from: number;
  to: number;
}

export class Sessions {
  readonly #all: Session[] = [];

  begin(time: number): void {
    this.#all.push({ from: time, to: Infinity });
  }

  end(time: number): void {
    const last = this.#all.at(-1);
    if (last && last.to === Infinity) last.to = time;
  }

  get isOn(): boolean {
    return this.#all.at(-1)?.to === Infinity;
  }

  /** Those that are not over at `time`. */
  since(time: number): readonly Session[] {
    let first = this.#all.length;
    while (first > 0 && (this.#all[first - 1]?.to ?? 0) > time) first -= 1;
    return this.#all.slice(first);
  }
}
