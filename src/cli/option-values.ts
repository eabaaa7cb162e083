/** The values of options: each from its text, or a message that says what is wrong with it. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../duration.ts';

type Header = readonly [name: string, value: string];

export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** `Name: value`. Line breaks would let a value smuggle in a header of its own. */
export function header(text: string, before: readonly Header[] = []): readonly Header[] {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text);
  if (!match) throw new InvalidArgumentError("Expected 'Name: value'.");
  return [...before, [match[1] ?? '', (match[2] ?? '').trimEnd()]];
}

export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0)
    throw new InvalidArgumentError('Expected a duration such as 45s, 4h or 7d.');
  return ms;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number from 1.');
  return value;
}

/** An ISO 8601 date or time; without a zone it is UTC, because that is what certificates speak. */
export function instant(text: string): Date {
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const date = new Date(iso && iso[1] !== undefined && iso[4] === undefined ? `${text}Z` : text);
  if (!iso || Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError('Expected a time such as 2026-02-25T12:00:00Z.');
  }
  return date;
}
