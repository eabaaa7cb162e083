/** What was measured, as a table in Markdown: one row a contender. */
import type { Case } from './bulk.bench.ts';
import type { Contender } from './contenders.ts';
import type { Run } from './run-program.ts';

export interface Measured extends Case {
  readonly runs: ReadonlyMap<Contender, readonly Run[]>;
  /** Of the machine, before the first run. */
  readonly load: number;
}

const HEAD = [
  'certificates',
  'contender',
  'wall',
  'CPU',
  'peak',
  'a second',
  'rate of restaple to it',
] as const;

export function bulkTable(measured: readonly Measured[]): string {
  const rows = measured.flatMap((one) =>
    [...one.runs].map(([contender, runs]) => cells(one, contender, runs)),
  );
  return [HEAD, HEAD.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function cells(one: Measured, contender: Contender, runs: readonly Run[]): readonly string[] {
  const { count } = one.pki;
  const wallMs = median(runs.map((run) => run.wallMs));
  const cpu = runs.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [cpuMs]));
  const peak = runs.flatMap(({ peakKiB }) => (peakKiB === undefined ? [] : [peakKiB]));
  return [
    described(one),
    contender.name,
    seconds(wallMs),
    cpu.length === 0 ? '' : seconds(median(cpu)),
    peak.length === 0 ? '' : `${Math.round(median(peak) / 1024)} MiB`,
    String(Math.round((count * 1000) / wallMs)),
    `**${ratioTo(one, runs)}**`,
  ];
}

/** Within the rounds, so that what else the machine does falls on both. */
function ratioTo({ runs: all }: Measured, theirs: readonly Run[]): string {
  const ours = [...all].find(([{ name }]) => name === 'restaple')?.[1] ?? [];
  const ratios = ours.map(({ wallMs }, round) => (theirs[round]?.wallMs ?? Number.NaN) / wallMs);
  return ratios.length === 0 ? '' : median(ratios).toFixed(2);
}

function described({ pki, cores, latencyMs, dir, present, load }: Measured): string {
  const there = present === 'unchanged' ? ', unchanged' : '';
  return `${pki.count}, ${pki.key}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${latencyMs} ms, ${dir}${there} (load ${load.toFixed(1)})`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 1000 ? 3 : 2)} s`;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
