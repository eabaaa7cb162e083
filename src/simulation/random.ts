/** Chance that is the same for the same seed. */

/** Numbers from 0 to less than 1. */
export type Random = () => number;

/** sfc32 of PractRand (Chris Doty-Humphrey): small, fast, and far better than a year of throws needs. */
export function createRandom(seed: number): Random {
  let a = mix(seed, 1);
  let b = mix(seed, 2);
  let c = mix(seed, 3);
  let counter = 1;
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/**
 * One number out of two, as if thrown once for ever: what the world does at a moment must not depend on who asked
 * before. The finalizer of MurmurHash3 (Austin Appleby).
 */
export function mix(a: number, b: number): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul((b | 0) + 0x7f4a7c15, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The same from 0 to less than 1. */
export const share = (a: number, b: number): number => mix(a, b) / 2 ** 32;

export const between = (random: Random, least: number, most: number): number =>
  least + random() * (most - least);

/** How long until something that happens once in `mean` on average happens again. */
export const waitFor = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;
