/** Who needs a person, and in which order. */
import type { CertificateView } from '../../keeper/view.ts';
import { lifeUsed } from '../../staple/policy.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** A word for each certificate, of which none is said twice: `failing` has a staple, and trouble with the next one. */
export type Standing = 'good' | 'failing' | 'revoked' | 'missing' | 'expired' | 'pending' | 'nothing to ask';

export type StandingCounts = Readonly<Record<Standing, number>>;

export function standingOf({ state, failures }: CertificateView): Standing {
  return failures > 0 && (state === 'good' || state === 'pending') ? 'failing' : state;
}

export function countStandings(views: Iterable<CertificateView>): StandingCounts {
  const counts: Record<Standing, number> = {
    good: 0,
    failing: 0,
    revoked: 0,
    missing: 0,
    expired: 0,
    pending: 0,
    'nothing to ask': 0,
  };
  for (const view of views) counts[standingOf(view)] += 1;
  return counts;
}

/** How much of the life of its staple is over, from 0 to 1; `undefined` when it has none. */
export function lifeOf({ thisUpdate, validUntil }: CertificateView, now: number): number | undefined {
  if (thisUpdate === undefined || validUntil === undefined || validUntil <= now) return undefined;
  return Math.max(0, lifeUsed({ thisUpdate, validUntil }, now));
}

/** A warning stands between those that have trouble and those that have none. */
const RANK: Readonly<Record<Standing | 'warning', number>> = {
  revoked: 0,
  missing: 1,
  expired: 2,
  failing: 3,
  warning: 4,
  pending: 5,
  good: 6,
  'nothing to ask': 7,
};
const CRITICAL = -10;

function rankOf(view: CertificateView): number {
  const rank = RANK[standingOf(view)];
  if (view.alarm === 'critical') return CRITICAL + rank;
  return view.alarm === 'warning' ? Math.min(rank, RANK.warning) : rank;
}

/** A new list: critical alarms first, then by standing, then those whose staple is oldest for its life. */
export function byWorry(views: readonly CertificateView[], now: number): CertificateView[] {
  return views
    .map((view) => ({ view, rank: rankOf(view), used: lifeOf(view, now) ?? 0 }))
    .toSorted(
      (a, b) => a.rank - b.rank || b.used - a.used || compareText(a.view.certificate, b.view.certificate),
    )
    .map(({ view }) => view);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const NOT_GOOD: ReadonlySet<string> = new Set(['revoked', 'missing', 'expired']);

/** One whose staple goes on being good is good, whatever trouble there is with the next; one not looked at may be. */
export function exitCodeOfView({ state }: CertificateView): ExitCode {
  if (NOT_GOOD.has(state)) return EXIT.notGood;
  return state === 'pending' ? EXIT.temporary : EXIT.ok;
}
