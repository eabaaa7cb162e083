/** What the pages say of the project: rules, files and links are there. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/ocsp/rules.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const markdownIn = (directory: string): string[] =>
  readdirSync(join(ROOT, directory), { recursive: directory === 'docs', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(directory, name));

const PAGES = [...markdownIn('.'), ...markdownIn('docs')].map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}));

/** The anchors that a page has: its headings, as GitHub turns them into identifiers. */
const anchorsOf = (text: string): string[] =>
  Array.from(prose(text).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Without transcripts and examples, in which a `#` is a prompt or a comment. */
const prose = (text: string): string => text.replaceAll(/^```.*?^```$/gms, '');

function brokenLinks({ path, text }: (typeof PAGES)[number]): string[] {
  const targets = Array.from(prose(text).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
      if (!existsSync(linked)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(linked, 'utf8')).includes(anchor);
    });
}

describe.each(PAGES)('$path', (page) => {
  it('has no link that leads nowhere', () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it('names files of the project that are there', () => {
    const named = Array.from(
      page.text.matchAll(/`((?:src|test|docs|bench|scripts|\.ci)\/[\w./-]+)`/g),
      ([, path = '']) => path,
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('docs/rfc-conformance.md', () => {
  const text = PAGES.find(({ path }) => path === join('docs', 'rfc-conformance.md'))?.text ?? '';
  const rows = Array.from(text.matchAll(/^\| (\d+) +\| (.+?) +\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm));

  it('has a row for every rule, as the code names and numbers them', () => {
    const rules = rows.map(([, number, name, source]) => ({ number: Number(number), name, source }));
    expect(rules).toEqual(RULES);
  });

  it.each(rows.map(([, number = '', , , code = '', tests = '']) => ({ number, code, tests })))(
    'leads from rule $number to code that names it and to its tests',
    ({ number, code, tests }) => {
      const files = Array.from(code.matchAll(/`([^`]+)`/g), ([, path = '']) => path);
      const heads = files.map((path) => readFileSync(join(ROOT, path), 'utf8').slice(0, 400));
      expect(heads.some((head) => saysRule(head, Number(number)))).toBe(true);
      expect(tests).toMatch(/^`test\/ocsp\/rules\/[\w-]+\.ts`$/);
    },
  );
});

/** `Rule 7`, `Rules 5 and 6` or `Rules 1 to 3` at the head of a file. */
function saysRule(head: string, number: number): boolean {
  const [, from, word, to] = /Rules? (\d+)(?: (to|and) (\d+))?/.exec(head) ?? [];
  if (from === undefined) return false;
  if (word === 'to') return Number(from) <= number && number <= Number(to);
  return Number(from) === number || Number(to) === number;
}

describe('SECURITY.md', () => {
  const text = PAGES.find(({ path }) => path === 'SECURITY.md')?.text ?? '';
  const bounds = Array.from(
    text.matchAll(/^\| .+? \| (\d+) +\| `(\w+)` in `(.+?)` +\|$/gm),
    ([, bound = '', name = '', path = '']) => ({ bound: Number(bound), name, path }),
  );

  it('lists bounds', () => {
    expect(bounds.length).toBeGreaterThan(10);
  });

  it.each(bounds)('says of $name in $path what the code does', ({ bound, name, path }) => {
    const source = readFileSync(join(ROOT, path), 'utf8');
    const [, factors = ''] = new RegExp(`const ${name}(?:: number)? = ([\\d_ *]+);`).exec(source) ?? [];
    const value = factors
      .split('*')
      .reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
    expect(value).toBe(bound);
  });
});
