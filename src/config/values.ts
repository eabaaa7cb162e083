/**
 * The kinds of values in a config. The message of every error says what would be right; what was found is added by
 * issue-faults.ts, which knows where it stands.
 */
import { z } from 'zod';
import { formatDuration, parseDuration as parseAnyDuration, duration as parseDuration } from '../duration.ts';
import { headerOf, host } from '../http/option-text.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Command } from '../servers/adapter.ts';
import type { AddressConfig } from './config.ts';

/**
 * A key that may be left out. `sample` and `absent`, what stands for it then, are in the words of the file; json-schema.ts
 * gives them their names there.
 */
export function key<T extends z.ZodType>(
  value: T,
  description: string,
  sample: unknown,
  absent?: string | number | boolean,
): z.ZodOptional<T> {
  return value.optional().meta({ description, sample, ...(absent !== undefined && { absent }) });
}

/** A key that holds keys. */
export function section<T extends z.ZodType>(value: T, description: string): z.ZodOptional<T> {
  return value.optional().meta({ description });
}

/** A mapping that takes these keys and no other. */
export function mapping<S extends z.core.$ZodLooseShape>(
  shape: S,
  expected = 'a mapping of keys',
): z.ZodObject<S, z.core.$strict> {
  const allowed = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? allowed : expected),
  });
}

/** What `read` makes of text; `undefined`: not as `expected` says. */
export function text<T>(
  expected: string,
  read: (text: string) => T | undefined,
  meta: Readonly<Record<string, unknown>> = {},
): z.ZodType<T, string> {
  return z
    .string({ error: expected })
    .meta(meta)
    .transform((value, context) => {
      const result = read(value);
      if (result !== undefined) return result;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    });
}

/** One value or a list of them; always a list for the code. */
export function several<T, I>(
  value: z.ZodType<T, I>,
  expected: string,
  most: number = Infinity,
): z.ZodType<readonly T[], I | I[]> {
  const bound = most === Infinity ? '' : `, ${most} at most`;
  const error = `${expected}, or a list of such${bound}`;
  const list = z.array(value, { error }).min(1, { error });
  return z
    .union([value, most === Infinity ? list : list.max(most, { error })], { error })
    .transform((given) => (Array.isArray(given) ? given : [given]));
}

export const flag: z.ZodType<boolean, boolean> = z.boolean({ error: 'true or false' });

export function word<const W extends readonly [string, ...string[]]>(
  ...words: W
): z.ZodType<W[number], W[number]> {
  return z.enum(words, { error: words.join(', ').replace(/, ([^,]+)$/, ' or $1') });
}

export function count(least: number, most: number): z.ZodType<number, number> {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** In milliseconds; as for the options, a bare number is seconds. */
export function duration(least: string, most: string): z.ZodType<number, string | number> {
  const [from = 0, to = 0] = [least, most].map((bound) => parseDuration(bound));
  return anyDuration(
    `a duration from ${formatDuration(from)} to ${formatDuration(to)}`,
    (ms) => ms >= from && ms <= to,
    parseAnyDuration,
  );
}

export function anyDuration(
  expected: string,
  isAllowed: (ms: number) => boolean = () => true,
  read: (text: string) => number | undefined = parseDuration,
): z.ZodType<number, string | number> {
  const scalar = z.union(
    [z.string().meta({ pattern: String.raw`^(\d+(\.\d+)?(ms|s|m|h|d))+$` }), z.number()],
    {
      error: expected,
    },
  );
  return scalar.transform((value, context) => {
    const ms = read(String(value));
    if (ms !== undefined && isAllowed(ms)) return ms;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** A percentage as a fraction of one. */
export function percentage(least: number, most: number): z.ZodType<number, string> {
  return text(
    `a percentage from ${least}% to ${most}%`,
    (value) => {
      const [, digits] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(value) ?? [];
      const percent = Number(digits);
      return percent >= least && percent <= most ? percent / 100 : undefined;
    },
    { pattern: String.raw`^\d{1,3}(\.\d{1,3})?%$` },
  );
}

/** Not resolved yet. A zero byte ends a path for the system, and ~ means a home directory for a shell alone. */
export function path(expected = 'a path'): z.ZodType<string, string> {
  return text(expected, (value) =>
    value === '' || value.includes('\0') || value.startsWith('~') ? undefined : value,
  );
}

export const COMMAND = 'a list of a program and its arguments';

/** Never a line for a shell. The program is absolute, because nobody knows the PATH of a service. */
export const command: z.ZodType<Command, string[]> = z
  .array(z.string({ error: 'text' }), { error: COMMAND })
  .min(1, { error: COMMAND })
  .superRefine((words, context) => {
    for (const [i, one] of words.entries()) {
      const message = i === 0 ? 'the absolute path of a program' : 'text without a zero byte';
      if (one.includes('\0') || (i === 0 && !one.startsWith('/')))
        context.addIssue({ code: 'custom', path: [i], message });
    }
  })
  .transform(([program = '', ...args]) => [program, ...args]);

/** `HOST:PORT`, an IPv6 address in brackets. */
export function address(written: string): AddressConfig | undefined {
  const [, place = '', port = ''] = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(written) ?? [];
  const name = host(place)?.replaceAll(/^\[|\]$/g, '');
  const number = Number(port);
  if (name === undefined || number < 1 || number > 65_535) return undefined;
  return { host: name, port: String(number) };
}

/** Headers by name. */
export const headers: z.ZodType<HeaderList, Record<string, string>> = z
  .record(
    z.string().refine((name) => headerOf(name, '') !== undefined, { error: 'the name of a header' }),
    z.string({ error: 'text' }).refine((value) => headerOf('x', value) !== undefined, {
      error: 'text in one line',
    }),
    { error: 'a mapping from header names to text' },
  )
  .transform((given) => Object.entries(given));
