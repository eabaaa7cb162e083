/**
 * `docs/reference/errors.md` as data. Under a heading of the second level for each class there is one of the third for
 * each code, then what it means, a list of facts, its cause, and what to do.
 */
import { readFileSync } from 'node:fs';

export interface Entry {
  /** The heading of the second level: the name of a class, or `Other`. */
  readonly group: string;
  readonly code: string;
  /** As on the page, without the quotes of code; `undefined` where there is none. */
  readonly message: string | undefined;
  readonly rule: string | undefined;
  readonly exit: string | undefined;
  readonly hint: string | undefined;
  readonly doctor: string | undefined;
  /** The paragraphs around the list. */
  readonly prose: readonly string[];
}

export const ERRORS_PAGE: string = readFileSync(
  new URL('../../docs/reference/errors.md', import.meta.url),
  'utf8',
);

export function errorEntries(page: string = ERRORS_PAGE): readonly Entry[] {
  return sections(page, '## ').flatMap(({ title: group, body }) =>
    sections(body, '### ').map(({ title: code, body: text }) => entry(group, code, text)),
  );
}

function entry(group: string, code: string, text: string): Entry {
  const facts = new Map(
    Array.from(text.matchAll(/^- (\w+): (.+)$/gm), ([, name = '', value = '']) => [name, unquoted(value)]),
  );
  return {
    group,
    code,
    message: facts.get('message'),
    rule: facts.get('rule'),
    exit: facts.get('exit'),
    hint: facts.get('hint'),
    doctor: facts.get('doctor'),
    prose: text
      .split('\n\n')
      .map((paragraph) => paragraph.trim())
      .filter((paragraph) => paragraph !== '' && !paragraph.startsWith('- ')),
  };
}

/** `[1](#certificate-revoked)` and its like in the list by exit code: codes by exit code, as the page has them. */
export function codesByExit(page: string = ERRORS_PAGE): ReadonlyMap<string, readonly string[]> {
  const list = sections(page, '## ').find(({ title }) => title === 'By exit code')?.body ?? '';
  return new Map(
    sections(list, '- ').map(({ title, body }) => {
      const item = `${title}\n${body}`;
      const exit = /^\*\*(\d+)\*\*/.exec(item)?.[1] ?? '';
      return [exit, Array.from(item.matchAll(/\[([\w-]+)\]\(#\1\)/g), ([, code = '']) => code)];
    }),
  );
}

function sections(text: string, mark: string): { title: string; body: string }[] {
  return `\n${text}`
    .split(`\n${mark}`)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      return { title, body: lines.join('\n') };
    });
}

/** Without the quotes that make a value code. */
const unquoted = (value: string): string => value.replace(/^`(.*)`$/, '$1');
