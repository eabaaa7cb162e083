/** The page of the config and the code, held together both ways: every key with its values, its default and an example. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { formatProblem } from '../../src/errors.ts';
import { EXAMPLES, type Key, PAGE, SECTIONS, type Section, yamlOf } from './reference-page.ts';
import { configOf } from './parsed.ts';

/** The rows of the table under a heading. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
}

/** What the code says that it expects, when it finds nothing. */
function expectedOf({ key }: Key, { place }: Section): string {
  const { problems = [] } = parseConfig(place(`${key}: ~`), 'f');
  const messages = problems.map(({ message }) => /^expected (.+), found nothing$/.exec(message)?.[1]);
  return messages.find((one) => one !== undefined) ?? '';
}

const quoted = (value: unknown): string => (value === undefined ? '' : `\`${yamlOf(value)}\``);

describe('docs/reference/config.md', () => {
  it.each(SECTIONS)('has a row for each key of $name, as the code has it', (section) => {
    expect(section.keys.length).toBeGreaterThan(1);
    expect(rowsOf(section.name)).toEqual(
      section.keys.map((one) => [
        `\`${one.key}\``,
        expectedOf(one, section),
        quoted(one.shown),
        quoted(one.sample),
        one.description,
      ]),
    );
  });

  it('says which keys of a certificate may stand under defaults', () => {
    const [, first = '', last = ''] = /keys of a certificate from `(.+?)` to `(.+?)`/.exec(PAGE) ?? [];
    const certificate = (SECTIONS[1]?.keys ?? []).map(({ key }) => key);
    const { problems = [] } = parseConfig('defaults: {x: 1}', 'f');
    const allowed = problems[0]?.message.replace(/^unknown key; allowed: /, '').split(', ');
    expect(allowed).toEqual(certificate.slice(certificate.indexOf(first), certificate.indexOf(last) + 1));
    expect(certificate.indexOf(first)).toBeGreaterThan(0);
  });

  it.each([...EXAMPLES.entries()])('shows what works: example %d', (_number, text) => {
    expect(() => configOf(text)).not.toThrow();
  });

  it('shows every key of the file in its last example', () => {
    const shown = keysIn(parse(EXAMPLES.at(-1) ?? ''));
    expect(
      SECTIONS.flatMap(({ keys }) => keys.map(({ key }) => key)).filter((key) => !shown.has(key)),
    ).toEqual([]);
  });

  it('names the schema as it names itself', () => {
    expect(PAGE).toContain(`# yaml-language-server: $schema=${String(configJsonSchema()['$id'])}\n`);
  });

  it('shows mistakes as they are told', () => {
    const [, text = '', output = ''] =
      /^\$ cat restaple\.yaml\n(.*?)^\$ restaple run --check -c restaple\.yaml\n(.*?)^```$/ms.exec(PAGE) ??
      [];
    const { problems = [] } = parseConfig(text, 'restaple.yaml');
    const told = problems.flatMap((one) => [formatProblem(one), `hint: ${one.hint}`]);
    expect(output.trimEnd().split('\n').slice(0, -1)).toEqual(told);
  });
});

function keysIn(value: unknown): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...Object.values(value).flatMap((one) => [...keysIn(one)])]);
}
