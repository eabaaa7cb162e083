/** `docs/reference/events.md` and the code, both ways. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HOOK_OF, hookEnvironment, hookInput, isHookEvent } from '../../src/keeper/hooks-facts.ts';
import { eventRecord } from '../../src/keeper/log/event-record.ts';
import { createLog } from '../../src/keeper/log/log.ts';
import { EVENTS, at } from '../keeper/log/events.ts';

const PAGE = readFileSync(new URL('../../docs/reference/events.md', import.meta.url), 'utf8');

const partOf = (heading: string): string =>
  PAGE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';

/** The sections of the third level. */
const SECTIONS = partOf('Events and their fields')
  .split(/^### /m)
  .slice(1)
  .map((text) => ({ type: text.slice(0, text.indexOf('\n')), text }));

/** The first column of the tables in a text, without the quotes of code. */
const namesIn = (text: string): string[] =>
  Array.from(text.matchAll(/^\| `(\w+)`/gm), ([, name = '']) => name);

const fact = (text: string, name: string): string | undefined =>
  new RegExp(`^- ${name}: (.+)$`, 'm').exec(text)?.[1];

describe('the page of events', () => {
  it('has a section for each event', () => {
    expect(SECTIONS.map(({ type }) => type)).toEqual(Object.keys(EVENTS));
  });

  it.each(Object.values(EVENTS))('knows the fields, the level, the hook and the words of $type', (event) => {
    const { text = '' } = SECTIONS.find(({ type }) => type === event.type) ?? {};
    const { level, message, fields } = eventRecord(event);
    const names = Object.keys(fields).filter((name) => name !== 'event');
    expect(namesIn(text).toSorted()).toEqual(names.toSorted());
    expect(fact(text, 'level')).toBe(
      event.type === 'alarm' ? '`warn`, or `error` when it is critical' : `\`${level}\``,
    );
    expect(fact(text, 'hook')).toBe(isHookEvent(event) ? `\`${HOOK_OF[event.type]}\`` : 'none');
    expect(fact(text, 'says')).toBe(`\`${message}\``);
  });

  it('shows a line of the log as it is written', async () => {
    const lines: string[] = [];
    const log = await createLog({
      format: 'json',
      level: 'info',
      out: (line) => lines.push(line),
      isTerminal: false,
      isJournal: false,
      now: () => at('2026-02-25T16:04:05Z'),
    });
    log.event(EVENTS.failed);
    const [, shown = ''] = /```json\n(.*?)```/s.exec(partOf('The log')) ?? [];
    expect(JSON.parse(shown)).toEqual(JSON.parse(lines[0] ?? ''));
  });
});

const HOOKED = Object.values(EVENTS).filter((event) => isHookEvent(event));
const variablesOf = (event: (typeof HOOKED)[number]): string[] => Object.keys(hookEnvironment(event, {}));

describe('the part on hooks', () => {
  const text = partOf('Hooks');
  const rows = Array.from(
    text.matchAll(/^\| `(RESTAPLE_\w+)` +\| (.+?) +\|/gm),
    ([, name = '', kinds = '']) => ({
      name,
      kinds,
    }),
  );

  it('names every variable, and the events that have it', () => {
    const variables = new Set(HOOKED.flatMap(variablesOf));
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...variables].toSorted());
    for (const { name, kinds } of rows) {
      const having = HOOKED.filter((event) => variablesOf(event).includes(name)).map(({ type }) => type);
      const named = kinds === 'all' ? HOOKED.map(({ type }) => type) : kinds.split(', ');
      expect([name, named.toSorted()]).toEqual([name, having.toSorted()]);
    }
  });

  it('names what is handed down of the environment', () => {
    const [, list = ''] = /it gets (`PATH`.*?), and nothing else/s.exec(text) ?? [];
    const named = Array.from(list.matchAll(/`(\w+)`/g), ([, name = '']) => name);
    const env = new Proxy<Record<string, string>>({}, { get: (_, name) => `the ${String(name)}` });
    const handed = Object.keys(hookEnvironment(EVENTS.failed, env)).filter(
      (name) => !name.startsWith('RESTAPLE_'),
    );
    expect(named).toEqual(handed);
  });

  it('shows the input of a hook', () => {
    const [, shown = ''] = /```json\n(.*?)```/s.exec(text) ?? [];
    expect(JSON.parse(shown)).toEqual(JSON.parse(hookInput(EVENTS.alarm)));
  });
});
