import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Due, DueHeap } from '../../src/keeper/due-heap.ts';

interface Thing extends Due {
  readonly name: number;
}

const things = (count: number): Thing[] => Array.from({ length: count }, (_, name) => ({ name, place: -1 }));

/** Takes out one after the other, and gives the moments in the order in which they came. */
function drain(heap: DueHeap<Thing>): number[] {
  const moments: number[] = [];
  for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
    moments.push(heap.nextAt);
    heap.remove(first);
  }
  return moments;
}

const ascending = (moments: Iterable<number>): number[] => [...moments].toSorted((a, b) => a - b);

/** Twenty, due one after the other from 100 on. */
function filled(): { heap: DueHeap<Thing>; all: Thing[] } {
  const heap = new DueHeap<Thing>();
  const all = things(20);
  for (const thing of all) heap.set(thing, 100 + thing.name);
  return { heap, all };
}

describe('an empty heap', () => {
  it('has nothing that is due, ever', () => {
    const heap = new DueHeap<Thing>();
    expect([heap.size, heap.peek(), heap.nextAt]).toEqual([0, undefined, Infinity]);
  });

  it('is empty again when the last is taken out, and takes it once more', () => {
    const heap = new DueHeap<Thing>();
    const thing: Thing = { name: 0, place: -1 };
    heap.set(thing, 5);
    heap.remove(thing);
    expect([heap.size, heap.peek(), heap.nextAt, thing.place]).toEqual([0, undefined, Infinity, -1]);
    heap.set(thing, 7);
    expect([heap.size, heap.peek(), heap.nextAt]).toEqual([1, thing, 7]);
  });
});

describe('what is in the heap', () => {
  it.each<readonly [string, number, number, number, number]>([
    ['the first is moved behind the second', 0, 101.5, 1, 101],
    ['the first is moved to the end', 0, 999, 1, 101],
    ['the first stays the first', 0, 100.5, 0, 100.5],
    ['the last is moved to the front', 19, 1, 19, 1],
    ['one in the middle is moved to the front', 10, -1, 10, -1],
    ['one in the middle is moved to the end', 10, 999, 0, 100],
    ['the first is never due any more', 0, Infinity, 1, 101],
  ])('gives the one that is due first: %s', (_, moved, to, first, at) => {
    const { heap, all } = filled();
    const thing = all[moved];
    if (thing) heap.set(thing, to);
    expect([heap.peek()?.name, heap.nextAt]).toEqual([first, at]);
    expect(heap.size).toBe(to === Infinity ? 19 : 20);
  });

  it('is not there twice when it is set twice', () => {
    const { heap, all } = filled();
    for (const thing of all) heap.set(thing, 200);
    expect(drain(heap)).toEqual(all.map(() => 200));
  });

  it('is not disturbed by what is taken out that was never in', () => {
    const { heap } = filled();
    const stranger: Thing = { name: 99, place: -1 };
    heap.remove(stranger);
    heap.set(stranger, Infinity);
    expect([heap.size, heap.peek()?.name, stranger.place]).toEqual([20, 0, -1]);
  });

  it('comes out in order when there are more than there was room for at first', () => {
    const heap = new DueHeap<Thing>();
    const all = things(1000);
    // 7 and 1000 have no common divisor: every moment once, in no order.
    for (const thing of all) heap.set(thing, (thing.name * 7) % 1000);
    expect(drain(heap)).toEqual(all.map(({ name }) => name));
    expect(all.every(({ place }) => place === -1)).toBe(true);
  });
});

describe('a heap and a sorted array', () => {
  const COUNT = 150;
  const name = fc.nat(COUNT - 1);
  const moment = fc.oneof(
    // Few, so that several are due at once.
    fc.integer({ min: 0, max: 20 }),
    // No moment is -0, which is not less than 0 and yet not the same to `expect`.
    fc.double({ min: -1e13, max: 1e13, noNaN: true }).map((at) => at + 0),
    fc.constant(Infinity),
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('set' as const), name, to: moment }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), name }) },
    // What a keeper does all day: the first is asked for, and is due again later.
    { weight: 3, arbitrary: fc.record({ type: fc.constant('first' as const), to: moment }) },
  );

  it('agree after every step', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const heap = new DueHeap<Thing>();
        const all = things(COUNT);
        const model = new Map<Thing, number>();
        const set = (thing: Thing, to: number): void => {
          heap.set(thing, to);
          if (to === Infinity) model.delete(thing);
          else model.set(thing, to);
        };
        for (const taken of steps) {
          const thing = taken.type === 'first' ? heap.peek() : all[taken.name];
          if (thing === undefined) continue;
          if (taken.type === 'remove') {
            heap.remove(thing);
            model.delete(thing);
          } else set(thing, taken.to);

          const first = heap.peek();
          expect(heap.size).toBe(model.size);
          expect(heap.nextAt).toBe(Math.min(...model.values()));
          expect(first === undefined ? Infinity : model.get(first)).toBe(heap.nextAt);
        }
        const places = all.filter((thing) => model.has(thing)).map(({ place }) => place);
        expect(new Set(places).size).toBe(model.size);
        expect(places.every((place) => place >= 0 && place < COUNT)).toBe(true);
        expect(all.filter((thing) => !model.has(thing)).every(({ place }) => place === -1)).toBe(true);
        expect(drain(heap)).toEqual(ascending(model.values()));
      }),
    );
  });
});
