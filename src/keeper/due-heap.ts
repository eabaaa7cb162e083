/** A binary heap of things by the moment when they are due. Each knows its place, so that it can be moved or taken out. */

export interface Due {
  dueAt: number;
  /** Its place in the heap; -1 when it is in none. Only the heap writes it. */
  place: number;
}

export class DueHeap<T extends Due> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The one that is due first. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Puts it in, or moves it to where it belongs after `dueAt` has changed. Never due is not put in. */
  set(item: T, dueAt: number): void {
    item.dueAt = dueAt;
    if (dueAt === Infinity) {
      this.remove(item);
      return;
    }
    if (item.place === -1) {
      item.place = this.#items.length;
      this.#items.push(item);
    }
    this.#up(item.place);
    this.#down(item.place);
  }

  remove(item: T): void {
    const { place } = item;
    if (place === -1) return;
    const last = this.#items.pop();
    item.place = -1;
    if (last === undefined || last === item) return;
    this.#put(last, place);
    this.#up(place);
    this.#down(last.place);
  }

  #up(start: number): void {
    const item = this.#items[start];
    if (item === undefined) return;
    let place = start;
    while (place > 0) {
      const parent = this.#items[(place - 1) >> 1];
      if (parent === undefined || parent.dueAt <= item.dueAt) break;
      this.#put(parent, place);
      place = (place - 1) >> 1;
    }
    this.#put(item, place);
  }

  #down(start: number): void {
    const item = this.#items[start];
    if (item === undefined) return;
    let place = start;
    for (;;) {
      const left = this.#items[2 * place + 1];
      if (left === undefined) break;
      const right = this.#items[2 * place + 2];
      const [child, at] =
        right !== undefined && right.dueAt < left.dueAt ? [right, 2 * place + 2] : [left, 2 * place + 1];
      if (child.dueAt >= item.dueAt) break;
      this.#put(child, place);
      place = at;
    }
    this.#put(item, place);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
