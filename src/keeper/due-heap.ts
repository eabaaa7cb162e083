/**
 * A heap of things by the moment when they are due. Each knows its place, so that it can be moved or taken out. Moments
 * and places lie side by side, apart from the things: to move one among a million touches a few lines of memory, and not
 * every thing that it passes.
 */

export interface Due {
  /** Its own for as long as it is in the heap; -1 when it is in none. Only the heap writes it. */
  place: number;
}

/** Children of one rank; four of their moments fill half a line of the cache, and the tree is half as deep as with two. */
const ARITY_BITS = 2;
const ARITY: number = 1 << ARITY_BITS;
const FIRST_CAPACITY = 64;

export class DueHeap<T extends Due> {
  /** By place. */
  readonly #items: (T | undefined)[] = [];
  /** Places that were given back. */
  readonly #free: number[] = [];
  /** By place: where it stands in the tree. */
  #ranks = new Int32Array(FIRST_CAPACITY);
  /** By rank. */
  #places = new Int32Array(FIRST_CAPACITY);
  #times = new Float64Array(FIRST_CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The one that is due first. */
  peek(): T | undefined {
    return this.#size === 0 ? undefined : this.#items[numberAt(this.#places, 0)];
  }

  /** When that is; `Infinity` when nothing is due. */
  get nextAt(): number {
    return this.#size === 0 ? Infinity : timeAt(this.#times, 0);
  }

  /** Puts it in, or moves it to where it belongs now. Never due is not put in. */
  set(item: T, dueAt: number): void {
    if (dueAt === Infinity) {
      this.remove(item);
      return;
    }
    let { place } = item;
    let rank: number;
    if (place === -1) {
      place = this.#free.pop() ?? this.#items.length;
      if (place === this.#ranks.length) this.#grow();
      this.#items[place] = item;
      item.place = place;
      rank = this.#size++;
    } else rank = numberAt(this.#ranks, place);
    this.#settle(rank, place, dueAt);
  }

  remove(item: T): void {
    const { place } = item;
    if (place === -1) return;
    const rank = numberAt(this.#ranks, place);
    this.#items[place] = undefined;
    this.#free.push(place);
    item.place = -1;
    this.#size -= 1;
    if (rank < this.#size)
      this.#settle(rank, numberAt(this.#places, this.#size), timeAt(this.#times, this.#size));
  }

  /** Puts a place where its moment belongs, from the rank on that is free for it. */
  #settle(free: number, place: number, dueAt: number): void {
    const times = this.#times;
    const places = this.#places;
    const ranks = this.#ranks;
    let rank = free;
    while (rank > 0) {
      const parent = (rank - 1) >> ARITY_BITS;
      const parentAt = timeAt(times, parent);
      if (parentAt <= dueAt) break;
      const parentPlace = numberAt(places, parent);
      times[rank] = parentAt;
      places[rank] = parentPlace;
      ranks[parentPlace] = rank;
      rank = parent;
    }
    for (;;) {
      const first = ARITY * rank + 1;
      const end = Math.min(first + ARITY, this.#size);
      let least = dueAt;
      let leastRank = -1;
      for (let child = first; child < end; child++) {
        const childAt = timeAt(times, child);
        if (childAt < least) {
          least = childAt;
          leastRank = child;
        }
      }
      if (leastRank === -1) break;
      const leastPlace = numberAt(places, leastRank);
      times[rank] = least;
      places[rank] = leastPlace;
      ranks[leastPlace] = rank;
      rank = leastRank;
    }
    times[rank] = dueAt;
    places[rank] = place;
    ranks[place] = rank;
  }

  #grow(): void {
    const capacity = this.#ranks.length * 2;
    this.#ranks = enlarged(this.#ranks, new Int32Array(capacity));
    this.#places = enlarged(this.#places, new Int32Array(capacity));
    this.#times = enlarged(this.#times, new Float64Array(capacity));
  }
}

/** Two, so that each is compiled for one kind of array; only what is there is looked at. */
const timeAt = (times: Float64Array, rank: number): number => times[rank] ?? Infinity;
const numberAt = (numbers: Int32Array, index: number): number => numbers[index] ?? -1;

function enlarged<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
