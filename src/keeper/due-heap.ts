/**
 * A heap of things by the moment when they are due. Each knows its place, so that it can be moved or taken out. The
 * moments lie side by side, apart from the things: to look for the next among a million touches few lines of memory.
 */

export interface Due {
  /** Its place in the heap; -1 when it is in none. Only the heap writes it. */
  place: number;
}

/** Children of one place; four of them fill half a line of the cache, and the tree is half as deep as with two. */
const ARITY = 4;
const FIRST_CAPACITY = 64;

export class DueHeap<T extends Due> {
  readonly #items: T[] = [];
  #times = new Float64Array(FIRST_CAPACITY);

  get size(): number {
    return this.#items.length;
  }

  /** The one that is due first. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** When that is; `Infinity` when nothing is due. */
  get nextAt(): number {
    return this.#items.length === 0 ? Infinity : this.#timeAt(0);
  }

  /** Puts it in, or moves it to where it belongs now. Never due is not put in. */
  set(item: T, dueAt: number): void {
    if (dueAt === Infinity) {
      this.remove(item);
      return;
    }
    let { place } = item;
    if (place === -1) {
      place = this.#items.length;
      if (place === this.#times.length) {
        const larger = new Float64Array(place * 2);
        larger.set(this.#times);
        this.#times = larger;
      }
      this.#items.push(item);
    }
    this.#down(this.#up(place, item, dueAt), item, dueAt);
  }

  remove(item: T): void {
    const { place } = item;
    if (place === -1) return;
    const last = this.#items.pop();
    item.place = -1;
    if (last === undefined || last === item) return;
    const dueAt = this.#timeAt(this.#items.length);
    this.#down(this.#up(place, last, dueAt), last, dueAt);
  }

  #up(start: number, item: T, dueAt: number): number {
    let place = start;
    while (place > 0) {
      const parentPlace = Math.floor((place - 1) / ARITY);
      const parent = this.#items[parentPlace];
      const parentAt = this.#timeAt(parentPlace);
      if (parent === undefined || parentAt <= dueAt) break;
      this.#put(parent, parentAt, place);
      place = parentPlace;
    }
    this.#put(item, dueAt, place);
    return place;
  }

  #down(start: number, item: T, dueAt: number): void {
    let place = start;
    for (;;) {
      const first = ARITY * place + 1;
      const end = Math.min(first + ARITY, this.#items.length);
      let least = dueAt;
      let leastPlace = -1;
      for (let child = first; child < end; child++) {
        const at = this.#timeAt(child);
        if (at < least) {
          least = at;
          leastPlace = child;
        }
      }
      const child = this.#items[leastPlace];
      if (child === undefined) break;
      this.#put(child, least, place);
      place = leastPlace;
    }
    this.#put(item, dueAt, place);
  }

  #timeAt(place: number): number {
    return this.#times[place] ?? Infinity;
  }

  #put(item: T, dueAt: number, place: number): void {
    this.#items[place] = item;
    this.#times[place] = dueAt;
    item.place = place;
  }
}
