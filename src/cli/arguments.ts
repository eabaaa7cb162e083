/**
 * What was typed after a verb, put into shape by node:util's parseArgs.
 *
 * Not by a larger library: loading commander takes as long as all the rest of `restaple inspect`.
 */
import { parseArgs } from 'node:util';
import { nearest } from '../nearest.ts';

export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; an option without one is a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface ArgumentSpec {
  /** For the help: `<cert...>`. */
  readonly operand: string | undefined;
  readonly least: number;
  readonly most: number;
  readonly options: readonly OptionSpec[];
}

/** What was typed cannot be meant. `hint` says what could be. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export class Arguments {
  readonly operands: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  /** @throws UsageError */
  constructor(args: readonly string[], spec: ArgumentSpec) {
    const options = Object.fromEntries(
      spec.options.map(({ name, short, value }) => [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          multiple: true,
          ...(short ? { short } : {}),
        },
      ]),
    );
    const { values, positionals } = parse(args, options, spec);
    this.operands = positionals;
    this.#values = values;
    if (positionals.length < spec.least) throw new UsageError(`${spec.operand ?? 'argument'} is missing`);
    if (positionals.length > spec.most)
      throw new UsageError(`one argument too many: ${positionals[spec.most]}`);
  }

  switch(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** All values of an option that may be given several times; `undefined` when it was not given. */
  texts(name: string): readonly string[] | undefined {
    const given = this.#values[name];
    return Array.isArray(given) ? given.filter((value) => typeof value === 'string') : undefined;
  }

  /** The value of an option; the last one counts. */
  text(name: string): string | undefined {
    return this.texts(name)?.at(-1);
  }

  /** The same read by `read`, which gives `undefined` for what is not as `expected` says. */
  value<T>(name: string, expected: string, read: (text: string) => T | undefined): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : checked(name, text, expected, read);
  }

  values<T>(name: string, expected: string, read: (text: string) => T | undefined): readonly T[] | undefined {
    return this.texts(name)?.map((text) => checked(name, text, expected, read));
  }

  /** One of a few words; the first when the option was not given. */
  choice<const T extends string>(name: string, words: readonly [T, ...T[]]): T {
    const read = (text: string): T | undefined => words.find((word) => word === text);
    return this.value(name, words.join(', '), read) ?? words[0];
  }
}

function checked<T>(name: string, text: string, expected: string, read: (text: string) => T | undefined): T {
  const value = read(text);
  if (value === undefined) throw new UsageError(`--${name} ${text}: expected ${expected}`);
  return value;
}

type ParseOptions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parse(
  args: readonly string[],
  options: ParseOptions,
  spec: ArgumentSpec,
): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw explained(error, args, spec);
  }
}

/** parseArgs explains itself to programmers. */
function explained(error: unknown, args: readonly string[], { options }: ArgumentSpec): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  // Its messages name an option as '-o, --out <value>', or as it was typed.
  const [, given] = /'(?:-\w, )?(--?[^\s',=]+)/.exec(error.message) ?? [];
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && given !== undefined) {
    const meant = nearest(
      given.replace(/^-+/, ''),
      options.map(({ name }) => name),
    );
    return new UsageError(`unknown option ${given}`, meant && `did you mean --${meant}?`);
  }
  if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && given !== undefined) {
    const name = given.replace(/^-+/, '');
    const takesOne = options.some(
      (option) => (option.name === name || option.short === name) && option.value,
    );
    const dashed = args.some((arg, i) => i > 0 && arg.startsWith('-') && isSame(args[i - 1], given, options));
    const hint = takesOne && dashed ? `for a value that begins with a dash write ${given}=VALUE;` : undefined;
    return new UsageError(takesOne ? `${given} needs a value` : `${given} takes no value`, hint);
  }
  return error;
}

/** True when `typed` is the option `--name`, long or short. */
function isSame(typed: string | undefined, long: string, options: readonly OptionSpec[]): boolean {
  const option = options.find(({ name }) => `--${name}` === long);
  return typed === long || (option?.short !== undefined && typed === `-${option.short}`);
}
