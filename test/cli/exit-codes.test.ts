import { describe, expect, it } from 'vitest';
import { exitCodeOf, gravest } from '../../src/cli/exit-codes.ts';

describe('gravest', () => {
  it('follows the order 70, 78, 64, 66, 73, 1, 65, 69, 75, 0', () => {
    const order = [70, 78, 64, 66, 73, 1, 65, 69, 75, 0] as const;
    order.forEach((code, i) => expect(gravest(order.slice(i).toReversed())).toBe(code));
    expect(gravest([])).toBe(0);
  });
});

describe('exitCodeOf', () => {
  it('is 70 for what restaple did not throw on purpose', () => {
    expect(exitCodeOf(new TypeError('x is not a function'))).toBe(70);
    expect(exitCodeOf('a string')).toBe(70);
  });
});
