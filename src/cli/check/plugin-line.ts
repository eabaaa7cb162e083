/**
 * One line for a monitoring system: `RESTAPLE OK - text | 'label'=value;warn;crit;min;max`
 * (monitoring-plugins.org/doc/guidelines.html, "Plugin Output for Nagios" and "Performance data").
 */
import { reasonOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import { findingsOf, severityOfServer } from './check-server.ts';
import { headline } from './headline.ts';
import type { ServerReport } from './presentation.ts';
import { type Severity, bySeverity, severityOf } from './states.ts';
import type { Age, Threshold, Thresholds } from './thresholds.ts';

export function pluginLine(
  reports: readonly ServerReport[],
  severity: Severity,
  thresholds: Thresholds,
): string {
  const data = reports.flatMap((report) => performanceOf(report, thresholds));
  return `RESTAPLE ${severity} - ${plain(textOf(reports))} | ${data.join(' ')}\n`;
}

/**
 * Nagios keeps 8 KiB of output, data included (its documentation, "Plugin Output Length"), and NRPE long kept 1 KiB; a server may send
 * names of any length.
 */
const MAX_MESSAGE = 300;
const MAX_TOLD = 10;

/** Where it never came to a check. */
export const failedLine = (error: unknown): string => `RESTAPLE UNKNOWN - ${plain(reasonOf(error))}\n`;

/** What stands behind `|` is data. */
const plain = (text: string): string => printable(text).replaceAll('|', '/');

function textOf(reports: readonly ServerReport[]): string {
  const [only] = reports;
  if (only && reports.length === 1) return wordsOf(only);
  const bad = reports
    .filter((report) => severityOfServer(report) !== 'OK')
    .toSorted((a, b) => bySeverity(severityOfServer(a), severityOfServer(b)));
  const more = bad.length - MAX_TOLD;
  const good = reports.length - bad.length;
  return [
    ...bad.slice(0, MAX_TOLD).map(wordsOf),
    ...(more > 0 ? [`${more} more not OK`] : []),
    ...(good > 0 ? [`${good} of ${reports.length} servers OK`] : []),
  ].join('; ');
}

/** The gravest that was found, and how many more there are. */
function wordsOf(report: ServerReport): string {
  const bad = findingsOf(report).filter((finding) => severityOf(finding) !== 'OK');
  const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : '';
  return `${report.target.name}: ${short(headline(report))}${more}`;
}

const short = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}...` : message;

/** Of the staple that is nearest to its end; `U` where there is none, so that graphs have a gap and not a new name. */
function performanceOf(report: ServerReport, thresholds: Thresholds): string[] {
  const ages = report.presentations.flatMap(({ staple }) => staple?.age ?? []);
  const [oldest] = ages.toSorted((a, b) => b.used - a.used);
  const label = labelOf(report.target.name);
  const used = limits(thresholds, (one) => (one.kind === 'used' ? String(one.percent) : ''));
  // A range: what is below it is worth an alarm.
  const left = limits(thresholds, (one) => (one.kind === 'left' ? `${one.ms / 1000}:` : ''));
  return [
    `'${label} life used'=${usedText(oldest)};${used};0;100`,
    `'${label} time left'=${leftText(oldest)};${left};0`,
  ];
}

/**
 * Icinga 2 takes what stands before `::` for the name of a check within a check, and puts it before all labels that follow:
 * an IPv6 address is written with one zero of those that it leaves out.
 */
const labelOf = (name: string): string =>
  printable(name)
    .replaceAll(/['=|]/g, '_')
    .replace(/^(\[?)::/, '$10::')
    .replace('::', ':0:')
    .replace(/:(?=\]|$)/, ':0');

const limits = ({ warning, critical }: Thresholds, text: (threshold: Threshold) => string): string =>
  `${text(warning)};${text(critical)}`;

const usedText = (age: Age | undefined): string => (age ? `${Math.floor(age.used * 100)}%` : 'U');
const leftText = (age: Age | undefined): string =>
  age ? `${Math.max(0, Math.floor(age.leftMs / 1000))}s` : 'U';
