/** What the benches found, as one table in Markdown. */
import type { Comparison } from './measure.ts';

/** `goal` is the ratio that is wished for at most. Nothing fails when it is missed: machines differ. */
export interface Row extends Comparison {
  readonly goal?: number;
}

const HEAD = ['what', 'against', 'ratio', 'quartiles', 'CPU', 'medians', 'goal'] as const;

export function formatTable(rows: readonly Row[]): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map((row) => cells(row))];
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

function cells({ what, against, ratio, quartiles, cpuRatio, whatMs, againstMs, goal }: Row): string[] {
  const [lower, upper] = quartiles;
  return [
    what,
    against,
    `**${formatRatio(ratio)}**`,
    `${formatRatio(lower)} to ${formatRatio(upper)}`,
    cpuRatio === undefined ? '' : formatRatio(cpuRatio),
    `${formatTime(whatMs)} / ${formatTime(againstMs)}`,
    goal === undefined ? '' : `${goal}: ${ratio <= goal ? 'met' : 'missed'}`,
  ];
}

const formatRatio = (ratio: number): string => (ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2));

const formatTime = (ms: number): string => (ms < 1 ? `${(ms * 1000).toFixed(1)} µs` : `${ms.toFixed(1)} ms`);
