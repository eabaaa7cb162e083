/** What a run found, for a person, and what of it must not be. */
import { HOUR, MINUTE } from './authority.ts';
import type { Figures } from './figures.ts';
import type { SimulationOptions } from './simulation.ts';

/** DESIGN.md section 7. */
const AT_ONCE = 8;
const AT_ONCE_IN_ALL = 64;
/**
 * Into an outage that hits everybody: what comes until five have failed, and then one at a time, at most as often as the
 * most urgent staple allows.
 */
const INTO_OUTAGE_PER_HOUR = 150;

/** One line for each thing that must not be. */
export function problemsOf(figures: Figures, { certificates }: SimulationOptions): string[] {
  const problems = figures.violations.map(({ at, text }) => `${new Date(at).toISOString()} ${text}`);
  const more = figures.violationCount - figures.violations.length;
  if (more > 0) problems.push(`and ${more} more like these`);
  const most = (what: string, value: number, limit: number): void => {
    if (value > limit) problems.push(`${what}: ${value.toFixed(1)}, and the limit is ${limit.toFixed(1)}`);
  };
  most('requests at once at one responder', figures.mostAtOnce, AT_ONCE);
  most('requests at once in all', figures.mostInAll, AT_ONCE_IN_ALL);
  most('requests into an outage in an hour', figures.mostIntoOutagePerHour, INTO_OUTAGE_PER_HOUR);
  // Everybody in the queue takes its turn; who loses a packet comes again within the hour.
  const turn = MINUTE + (certificates / 4 / AT_ONCE) * 450;
  const late = figures.recoveries.filter(({ spreadMs }) => spreadMs > turn).length;
  most('recoveries that took long from the first answer on', late, 0.1 * figures.recoveries.length + 1);
  return problems;
}

export function formatReport(
  { seed, certificates, days }: SimulationOptions,
  figures: Figures,
  problems: readonly string[],
  seconds: number,
): string {
  const after = figures.recoveries.map(({ afterMs }) => afterMs).toSorted((a, b) => a - b);
  const spread = figures.recoveries.map(({ spreadMs }) => spreadMs).toSorted((a, b) => a - b);
  const rows: readonly (readonly [string, string])[] = [
    ['staple-hours missing that were to be had', hours(figures.avoidableMs)],
    ['staple-hours missing in all', `${hours(figures.withoutMs)} of ${count(figures.certificateDays * 24)}`],
    ['worse over better', count(figures.worse)],
    ['known to be revoked, and published', count(figures.revokedPublished)],
    [
      'requests',
      `${count(figures.requests)}, ${(figures.requests / figures.certificateDays).toFixed(3)} a certificate and day`,
    ],
    ['newer staples published', count(figures.newer)],
    ['most at once at one responder, in all', `${figures.mostAtOnce}, ${figures.mostInAll}`],
    ['most in a second at one responder', count(figures.mostPerSecond)],
    [
      'requests into outages that hit all',
      `${count(figures.intoOutage)} in ${hours(figures.outageMs)} h; at most ${figures.mostIntoOutagePerHour.toFixed(0)} an hour`,
    ],
    [
      'from the end of an outage to all fresh',
      `median ${minutes(at(after, 0.5))}, longest ${minutes(at(after, 1))}, of ${after.length}`,
    ],
    [
      '… from the first answer to 95 % of them',
      `median ${minutes(at(spread, 0.5))}, longest ${minutes(at(spread, 1))}`,
    ],
    ['outages, crashes, clock jumps', `${figures.outages}, ${figures.crashes}, ${figures.clockJumps}`],
    ['files damaged, certificates revoked', `${figures.damaged}, ${figures.revocations}`],
    ['events told', count(figures.events)],
  ];
  const head = `seed ${seed}: ${certificates} certificates, ${days} days, in ${seconds.toFixed(1)} s: ${problems.length === 0 ? 'passed' : 'FAILED'}\n`;
  const body = rows.map(([name, value]) => `  ${name.padEnd(42)} ${value}\n`).join('');
  return head + body + problems.map((problem) => `  ! ${problem}\n`).join('');
}

const count = (value: number): string => value.toLocaleString('en-US');
const hours = (ms: number): string => (ms / HOUR).toLocaleString('en-US', { maximumFractionDigits: 1 });
const minutes = (ms: number): string => `${(ms / MINUTE).toFixed(1)} min`;
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.round((sorted.length - 1) * share)] ?? 0;
