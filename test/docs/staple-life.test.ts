/** `docs/staple-life.md` and the numbers of the config: each key of the policy stands there beside its default. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');

const LIFE = page('staple-life.md').replaceAll(/\s+/g, ' ');
const CONFIG = page('reference/config.md');

/** Held to the code by test/config/reference.test.ts. */
const defaults = Array.from(
  (CONFIG.split('\n## `policy`')[1]?.split('\n## ')[0] ?? '').matchAll(
    /^\| `([\w-]+)` +\| .+? +\| `(\S+)` +\|/gm,
  ),
  ([, key = '', value = '']) => ({ key, value: spelt(value) }),
);

/** `50%` and `30s`, as they stand in prose. */
function spelt(value: string): string {
  return value.replace(/^(\d+)([a-z%]+)$/, (_, number: string, unit: string) => {
    return `${number} ${unit === 'm' ? 'min' : unit}`;
  });
}

describe('the life of a staple', () => {
  it('knows the policy', () => {
    expect(defaults.length).toBeGreaterThan(10);
  });

  it.each(defaults)('has $value beside $key', ({ key, value }) => {
    const near = Array.from(LIFE.matchAll(new RegExp(`.{0,40}\`${key}\`.{0,20}`, 'g')), ([text]) => text);
    expect(near.filter((text) => new RegExp(`\\b${value}(?!\\w)`).test(text))).not.toEqual([]);
  });

  it('has its steps in order, each with its code', () => {
    const steps = page('staple-life.md')
      .split(/^(?=\*\*\d+\. )/m)
      .slice(1);
    expect(steps.map((text) => Number(/^\*\*(\d+)\./.exec(text)?.[1]))).toEqual(steps.map((_, i) => i + 1));
    expect(steps.filter((text) => !/`src\/[\w/.-]+\.ts`/.test(text))).toEqual([]);
  });
});
