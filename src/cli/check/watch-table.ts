/** The table of `--watch`: one row a server, no wider and no higher than the terminal. */
import { formatDuration } from '../../duration.ts';
import { printable } from '../../text.ts';
import { type Colors, colors } from '../colors.ts';
import type { Io } from '../io.ts';
import { showsSigns } from '../signs.ts';
import { cutTo, padTo, widthOf } from '../status/columns.ts';
import { severityOfServer } from './check-server.ts';
import { headline } from './headline.ts';
import type { ServerReport } from './presentation.ts';
import { type Severity, bySeverity } from './states.ts';
import type { CheckTarget } from './target.ts';

const HEADINGS = ['server', 'severity', 'used', 'left', 'finding'] as const;
const GAP = '  ';
/** A long name leaves room for what was found. */
const MAX_NAME = 40;

type Cells = readonly string[];
type Reports = ReadonlyMap<CheckTarget, ServerReport>;

/**
 * Lines, each with its end. Servers that have not answered yet have a row as well.
 *
 * @param height of the terminal; where not all fit the gravest are shown, and `undefined` shows all.
 */
export function watchTable(
  targets: readonly CheckTarget[],
  reports: Reports,
  io: Io,
  height: number | undefined,
): string {
  const dots = showsSigns(io.env) ? '…' : '...';
  const style = colors(io.colorOut);
  const shown = gravestThatFit(targets, reports, height);
  const rows = shown.map((target) => cellsOf(target, reports.get(target), dots));
  const widths = HEADINGS.slice(0, -1).map((heading, i) =>
    Math.max(heading.length, ...rows.map((cells) => widthOf(cells[i] ?? ''))),
  );
  const rest = (io.columnsOut ?? Infinity) - widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const line = (cells: Cells, paint: (text: string) => string): string => {
    const first = widths.map((width, i) => {
      const text = padTo(cells[i] ?? '', width);
      return i === 1 ? paint(text) : text;
    });
    return [...first, cutTo(cells.at(-1) ?? '', Math.max(0, rest), 'start', dots)].join(GAP).trimEnd();
  };
  const body = shown.map((target, i) => {
    const report = reports.get(target);
    return line(rows[i] ?? [], report ? colorOf(severityOfServer(report), style) : style.dim);
  });
  const hidden = targets.length - shown.length;
  const more = hidden > 0 ? [style.dim(`${dots} and ${hidden} more`)] : [];
  return [style.bold(line(HEADINGS, (text) => text)), ...body, ...more].map((text) => `${text}\n`).join('');
}

/** The heading, the count of the others and the cursor have a line each. */
const OTHER_LINES = 3;

function gravestThatFit(
  targets: readonly CheckTarget[],
  reports: Reports,
  height = Infinity,
): readonly CheckTarget[] {
  // Without a count there is a line more.
  if (targets.length <= height - OTHER_LINES + 1) return targets;
  const severityAt = (target: CheckTarget): Severity => {
    const report = reports.get(target);
    return report ? severityOfServer(report) : 'UNKNOWN';
  };
  return targets
    .toSorted((a, b) => bySeverity(severityAt(a), severityAt(b)))
    .slice(0, Math.max(1, height - OTHER_LINES));
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
    printable(headline(report)),
  ];
}

function colorOf(severity: Severity, { green, yellow, red }: Colors): (text: string) => string {
  return { OK: green, WARNING: yellow, CRITICAL: red, UNKNOWN: yellow }[severity];
}
