import { describe, expect, it } from 'vitest';
import { nearest } from '../src/nearest.ts';

const WORDS = ['fetch', 'inspect', 'verify', 'out', 'out-dir'];

describe('nearest', () => {
  it.each([
    ['fecth', 'fetch', 'two letters changed places'],
    ['inspct', 'inspect', 'one is missing'],
    ['outdir', 'out-dir', 'a dash is missing'],
    ['ouf', 'out', 'one is wrong in a short word'],
  ])('%s is %s: %s', (typed, meant) => {
    expect(nearest(typed, WORDS)).toBe(meant);
  });

  it('is nothing for what is like none of them', () => {
    expect(nearest('frobnicate', WORDS)).toBeUndefined();
    expect(nearest('', WORDS)).toBeUndefined();
    expect(nearest('fetch', [])).toBeUndefined();
  });
});
