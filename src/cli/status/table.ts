/** The table of `restaple status`, as wide as the terminal and no wider. */
import { formatDuration } from '../../duration.ts';
import type { CertificateView } from '../../keeper/view.ts';
import { printable } from '../../text.ts';
import type { Colors } from '../colors.ts';
import { cutTo, padTo, widthOf } from './columns.ts';
import { lifeOf, standingOf } from './worry.ts';

export interface TableStyle {
  /** Of the terminal; `undefined` when there is none, and nothing is cut. */
  readonly width: number | undefined;
  /** Whether signs may be printed that are not ASCII. */
  readonly signs: boolean;
  readonly colors: Colors;
}

const COLUMNS = ['certificate', 'status', 'life used', 'left', 'next refresh', 'last error'] as const;
type Column = (typeof COLUMNS)[number];
type Cells = Readonly<Record<Column, string>>;

/** What goes where the terminal is too narrow for names of some length. An error goes to a line of its own. */
const EXPENDABLE: readonly Column[] = ['last error', 'next refresh', 'left', 'life used'];
const LEAST_NAME = 20;
const LEAST_ERROR = 32;
const GAP = 2;
const CELLS = 10;
const INDENT = '    ';

/** A line at a time, the heading first. */
export function* tableLines(
  views: readonly CertificateView[],
  now: number,
  style: TableStyle,
): Generator<string> {
  const rows = views.map((view) => cellsOf(view, now, style.signs));
  const widths = fit(naturalWidths(rows), style.width);
  yield style.colors.bold(lineOf(HEADINGS, widths, style, (text) => text));
  for (const [i, view] of views.entries()) {
    const cells = rows[i];
    if (!cells) continue;
    yield lineOf(cells, widths, style, colorOf(view, style.colors));
    const error = cells['last error'];
    if (error === '' || style.width === undefined || widths.has('last error')) continue;
    yield INDENT + cutTo(error, style.width - INDENT.length, 'start', dotsOf(style));
  }
}

const HEADINGS: { readonly [C in Column]: C } = {
  certificate: 'certificate',
  status: 'status',
  'life used': 'life used',
  left: 'left',
  'next refresh': 'next refresh',
  'last error': 'last error',
};

function cellsOf(view: CertificateView, now: number, signs: boolean): Cells {
  const { certificate, validUntil, error } = view;
  const life = lifeOf(view, now);
  return {
    certificate: printable(certificate),
    status: standingOf(view),
    'life used': life === undefined ? '-' : bar(life, signs),
    left: life === undefined || validUntil === undefined ? '-' : formatDuration(validUntil - now),
    'next refresh': nextWords(view, now),
    // Of a fault of restaple the rest is its stack.
    'last error': error ? printable(error.message.split('\n', 1)[0] ?? '') : '',
  };
}

function bar(used: number, signs: boolean): string {
  const percent = Math.min(100, Math.floor(used * 100));
  const full = Math.floor((percent * CELLS) / 100);
  const [on, off] = signs ? ['█', '░'] : ['#', '.'];
  return `${on.repeat(full)}${off.repeat(CELLS - full)} ${String(percent).padStart(3)}%`;
}

function nextWords({ isAsking, nextAt }: CertificateView, now: number): string {
  if (isAsking) return 'now';
  if (nextAt === undefined) return '-';
  return nextAt <= now ? 'now' : `in ${formatDuration(nextAt - now)}`;
}

type Widths = ReadonlyMap<Column, number>;

/** Of the longest cell; a column with nothing in it has none. */
function naturalWidths(rows: readonly Cells[]): Map<Column, number> {
  const widths = new Map<Column, number>();
  for (const column of COLUMNS) {
    const longest = rows.reduce((most, cells) => Math.max(most, widthOf(cells[column])), 0);
    if (longest > 0) widths.set(column, Math.max(longest, column.length));
  }
  return widths;
}

/** Errors give way first, then names, then columns. */
function fit(natural: Map<Column, number>, width: number | undefined): Widths {
  if (width === undefined) return natural;
  const widths = new Map(natural);
  for (const column of [undefined, ...EXPENDABLE]) {
    if (column !== undefined) widths.delete(column);
    const [name, error] = [widths.get('certificate') ?? 0, widths.get('last error') ?? 0];
    const rest = width - total(widths) + name + error;
    if (rest < (error > 0 ? name : Math.min(name, LEAST_NAME)) + Math.min(error, LEAST_ERROR)) continue;
    const nameWidth = Math.min(name, rest);
    widths.set('certificate', nameWidth);
    if (error > 0) widths.set('last error', Math.min(error, rest - nameWidth));
    return widths;
  }
  return widths.set('certificate', Math.max(1, width - total(widths) + (widths.get('certificate') ?? 0)));
}

const total = (widths: Widths): number =>
  [...widths.values()].reduce((sum, width) => sum + width + GAP, -GAP);

function lineOf(
  cells: Cells,
  widths: Widths,
  style: TableStyle,
  color: (text: string, column: Column) => string,
): string {
  const line = [...widths].map(([column, width]) => {
    const text = cutTo(cells[column], width, column === 'certificate' ? 'end' : 'start', dotsOf(style));
    return color(padTo(text, width), column);
  });
  return line.join(' '.repeat(GAP)).trimEnd();
}

const dotsOf = ({ signs }: TableStyle): string => (signs ? '…' : '...');

function colorOf(view: CertificateView, colors: Colors): (text: string, column: Column) => string {
  const { red, yellow, green, dim } = colors;
  const standing = standingOf(view);
  const inTrouble = standing === 'failing' || view.alarm === 'warning';
  const status =
    view.alarm === 'critical' || ['revoked', 'missing', 'expired'].includes(standing)
      ? red
      : inTrouble
        ? yellow
        : standing === 'good'
          ? green
          : dim;
  return (text, column) => (column === 'status' || column === 'life used' ? status(text) : text);
}
