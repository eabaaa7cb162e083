import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedCache, ContentCache } from '../src/bounded-cache.ts';

describe('BoundedCache', () => {
  it('forgets what was asked for least recently', () => {
    const cache = new BoundedCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  it('takes a value set again for new, and keeps the others', () => {
    const cache = new BoundedCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('a', 10);
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([10, undefined, 3]);
  });

  it('holds the last so many that were set or asked for, whatever is done with it', () => {
    const key = fc.nat(8);
    const step = fc.record({ key, isSet: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const cache = new BoundedCache<number, number>(limit);
        // The simplest thing that does the same: the keys in the order of their last use.
        let model: { key: number; value: number }[] = [];
        for (const [at, one] of steps.entries()) {
          const known = model.find((entry) => entry.key === one.key);
          if (one.isSet) cache.set(one.key, at);
          const asked = one.isSet ? at : cache.get(one.key);
          expect(asked).toBe(one.isSet ? at : known?.value);
          if (!known && !one.isSet) continue;
          const value = one.isSet ? at : (known?.value ?? at);
          model = [...model.filter((entry) => entry.key !== one.key), { key: one.key, value }].slice(-limit);
        }
        // Asking for one does not make another go.
        for (let k = 0; k <= 8; k++) expect(cache.get(k)).toBe(model.find((entry) => entry.key === k)?.value);
      }),
    );
  });
});

describe('ContentCache', () => {
  const tail = Buffer.alloc(32, 7);
  const bytes = (first: number): Buffer => Buffer.concat([Buffer.of(first), tail]);

  it('finds a value by the content of the bytes', () => {
    const cache = new ContentCache<string>(4);
    cache.set(bytes(1), 'one');
    expect(cache.get(bytes(1))).toBe('one');
    expect(cache.get(Buffer.of(1))).toBeUndefined();
  });

  it('never takes bytes for others that only end alike', () => {
    const cache = new ContentCache<string>(4);
    cache.set(bytes(1), 'one');
    expect(cache.get(bytes(2))).toBeUndefined();
    expect(cache.get(tail)).toBeUndefined();
    cache.set(bytes(2), 'two');
    expect([cache.get(bytes(1)), cache.get(bytes(2))]).toEqual([undefined, 'two']);
  });

  it('takes bytes shorter than what it looks at, and none', () => {
    const cache = new ContentCache<string>(4);
    cache.set(Buffer.of(5), 'five');
    cache.set(Buffer.alloc(0), 'nothing');
    expect([cache.get(Buffer.of(5)), cache.get(Buffer.alloc(0))]).toEqual(['five', 'nothing']);
  });

  it('forgets what was asked for least recently', () => {
    const cache = new ContentCache<number>(2);
    for (const n of [1, 2, 3]) cache.set(Buffer.of(n), n);
    expect([1, 2, 3].map((n) => cache.get(Buffer.of(n)))).toEqual([undefined, 2, 3]);
  });
});
