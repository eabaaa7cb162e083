/** The table of `--watch`: one row a server, no wider than the terminal. */
import { formatDuration } from '../../duration.ts';
import { printable } from '../../text.ts';
import { type Colors, colors } from '../colors.ts';
import type { Io } from '../io.ts';
import { showsSigns } from '../signs.ts';
import { cutTo, padTo, widthOf } from '../status/columns.ts';
import { findingsOf, severityOfServer } from './check-server.ts';
import type { ServerReport } from './presentation.ts';
import type { Severity } from './states.ts';
import type { CheckTarget } from './target.ts';

const HEADINGS = ['server', 'severity', 'used', 'left', 'finding'] as const;
const GAP = '  ';
/** A long name leaves room for what was found. */
const MAX_NAME = 40;

type Cells = readonly string[];

/** Lines, each with its end. Servers that have not answered yet have a row as well. */
export function watchTable(
  targets: readonly CheckTarget[],
  reports: ReadonlyMap<CheckTarget, ServerReport>,
  io: Io,
): string {
  const dots = showsSigns(io.env) ? '…' : '...';
  const style = colors(io.colorOut);
  const rows = targets.map((target) => cellsOf(target, reports.get(target), dots));
  const widths = HEADINGS.slice(0, -1).map((heading, i) =>
    Math.max(heading.length, ...rows.map((cells) => widthOf(cells[i] ?? ''))),
  );
  const rest = (io.columnsOut ?? Infinity) - widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const line = (cells: Cells, paint: (text: string) => string): string => {
    const shown = widths.map((width, i) => {
      const text = padTo(cells[i] ?? '', width);
      return i === 1 ? paint(text) : text;
    });
    return [...shown, cutTo(cells.at(-1) ?? '', Math.max(0, rest), 'start', dots)].join(GAP).trimEnd();
  };
  const body = targets.map((target, i) => {
    const report = reports.get(target);
    return line(rows[i] ?? [], report ? colorOf(severityOfServer(report), style) : style.dim);
  });
  return [style.bold(line(HEADINGS, (text) => text)), ...body].map((text) => `${text}\n`).join('');
}

function cellsOf({ name }: CheckTarget, report: ServerReport | undefined, dots: string): Cells {
  const server = cutTo(printable(name), MAX_NAME, 'end', dots);
  if (!report) return [server, '-', '-', '-', ''];
  const ages = report.presentations.flatMap(({ staple }) => staple?.age ?? []);
  const [age] = ages.toSorted((a, b) => b.used - a.used);
  return [
    server,
    severityOfServer(report),
    age ? `${Math.floor(age.used * 100)}%` : '-',
    age ? formatDuration(age.leftMs) : '-',
    printable(findingsOf(report)[0]?.message ?? ''),
  ];
}

function colorOf(severity: Severity, { green, yellow, red }: Colors): (text: string) => string {
  return { OK: green, WARNING: yellow, CRITICAL: red, UNKNOWN: yellow }[severity];
}
