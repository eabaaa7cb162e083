import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../src/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['45s', 45_000],
    ['15m', 900_000],
    ['4h', 14_400_000],
    ['7d', 604_800_000],
    ['1d12h', 129_600_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['90', 90_000],
    ['0', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'h', '4 h', '4x', '-4h', '4h3', '1h-2m', '٤h', 'soon'])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [200, '200ms'],
    [1000, '1s'],
    [90_000, '1m30s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [129_600_000, '1d12h'],
    [-90_000, '-1m30s'],
    [59_999, '1m'],
  ])('writes %d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
