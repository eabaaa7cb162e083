/** The help of the command and of each verb, made from the same table that is parsed by. */
import type { OptionSpec } from './arguments.ts';
import type { ForeignVerb, Verb } from './verbs/verb.ts';

const HELP: OptionSpec = { name: 'help', short: 'h', help: 'show this help' };
/** Where the right column begins, at the latest. */
const MAX_LEFT = 30;

export function programHelp(verbs: readonly (Verb | ForeignVerb)[]): string {
  const rows = verbs.map(({ name, operand, summary }): Row => [
    operand === undefined ? name : `${name} ${operand}`,
    summary,
  ]);
  return [
    'usage: restaple <verb> [options]',
    'fetch, verify and keep fresh the OCSP staples of your certificates',
    `verbs:\n${table(rows)}`,
    'restaple <verb> --help tells more; restaple --version the version',
  ]
    .join('\n\n')
    .concat('\n');
}

/** @param command what is typed before the operand. */
export function verbHelp(
  verb: Pick<Verb, 'name' | 'operand' | 'description' | 'options'>,
  command = `restaple ${verb.name}`,
): string {
  const rows = [...verb.options, HELP].map((option): Row => [left(option), option.help]);
  const operand = verb.operand === undefined ? '' : ` ${verb.operand}`;
  const usage = `usage: ${command}${operand} [options]`;
  return [usage, verb.description, `options:\n${table(rows)}`].join('\n\n').concat('\n');
}

type Row = readonly [left: string, right: string];

function left({ name, short, value }: OptionSpec): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

function table(rows: readonly Row[]): string {
  const width = Math.min(MAX_LEFT, Math.max(...rows.map(([text]) => text.length)));
  return rows
    .map(([text, help]) =>
      text.length > width ? `  ${text}\n  ${' '.repeat(width)}  ${help}` : `  ${text.padEnd(width)}  ${help}`,
    )
    .join('\n');
}
