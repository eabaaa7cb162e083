/** A diagnosis for people: a line for each finding, what it means, what to do; last the cause and the next command. */
import type { Diagnosis } from '../../doctor/diagnose.ts';
import type { Finding, FindingOutcome } from '../../doctor/finding.ts';
import { printable } from '../../text.ts';
import { colors } from '../colors.ts';
import type { Io } from '../io.ts';
import { showsSigns } from '../signs.ts';

type Marks = Readonly<Record<FindingOutcome, string>>;

const SIGNS: Marks = { ok: '✓', problem: '✗', note: '-' };
const WORDS: Marks = { ok: 'ok  ', problem: 'FAIL', note: '-   ' };
/** A title that is longer pushes its own line only. */
const MAX_TITLE = 18;

export function printDiagnosis(io: Io, { findings, error, cause, next }: Diagnosis): void {
  const { bold, red, green } = colors(io.colorOut);
  const hasSigns = showsSigns(io.env);
  const marks = hasSigns ? SIGNS : WORDS;
  const width = Math.min(MAX_TITLE, Math.max(0, ...findings.map(({ title }) => title.length)));
  const lines = findings
    .flatMap((finding) => linesOf(finding, marks, width, io))
    .map((line) => (hasSigns ? line : ascii(line)));
  const color = error ? red : green;
  const said = hasSigns ? printable(cause) : ascii(printable(cause));
  io.out([...lines, '', `cause: ${color(said)}`, `next: ${bold(printable(next))}`, ''].join('\n'));
}

/** Names and quotations may have any letters; a command keeps those of the files it names. */
const ascii = (text: string): string =>
  text
    .replaceAll('…', '...')
    .replaceAll(/[\u{80}-\u{10ffff}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);

function linesOf({ title, outcome, detail, meaning, advice }: Finding, marks: Marks, width: number, io: Io) {
  const { green, red, dim } = colors(io.colorOut);
  const color = { ok: green, problem: red, note: dim }[outcome];
  const indent = ' '.repeat(marks.ok.length + width + 3);
  return [
    `${color(marks[outcome])} ${printable(title).padEnd(width)}  ${printable(detail)}`,
    ...(meaning === undefined ? [] : [dim(`${indent}${printable(meaning)}`)]),
    ...(advice === undefined ? [] : [`${indent}do: ${printable(advice)}`]),
  ];
}
