/** Numbers of a policy that are each possible, and not together. */
import { formatDuration } from '../duration.ts';
import { DEFAULT_POLICY } from '../staple/policy.ts';
import type { LimitsShape, PolicyShape } from './shape.ts';

type Numbers = PolicyShape & LimitsShape;
type Key = keyof Numbers;

/** `low` must be below `high`, or may be the same. */
interface Order {
  readonly low: Key;
  readonly high: Key;
  readonly mayBeSame: boolean;
  readonly show: (value: number) => string;
}

const percent = (value: number): string => `${Math.round(value * 100_000) / 1000}%`;

const ORDERS: readonly Order[] = [
  { low: 'spread', high: 'refresh-at', mayBeSame: false, show: percent },
  // An alarm at the moment of the refresh would go off for every staple.
  { low: 'refresh-at', high: 'alarm-warning', mayBeSame: false, show: percent },
  { low: 'alarm-warning', high: 'alarm-critical', mayBeSame: false, show: percent },
  { low: 'retry-first', high: 'retry-max', mayBeSame: true, show: formatDuration },
  { low: 'connect-timeout', high: 'timeout', mayBeSame: true, show: formatDuration },
  { low: 'answer-timeout', high: 'timeout', mayBeSame: true, show: formatDuration },
  { low: 'requests-per-responder', high: 'requests', mayBeSame: true, show: String },
];

/** What counts where nobody says otherwise. A time-out or limit nobody gave bows to the one that was given. */
const SILENT: Numbers = {
  'refresh-at': DEFAULT_POLICY.refreshAt,
  spread: DEFAULT_POLICY.spread,
  'alarm-warning': DEFAULT_POLICY.alarmWarning,
  'alarm-critical': DEFAULT_POLICY.alarmCritical,
};

export interface PolicyClash {
  /** The key to mend, of those that are given here. */
  readonly key: Key;
  readonly message: string;
}

/** @param above the policy that holds where `own` is silent. */
export function policyClashes(own: Numbers, above: Numbers = {}): readonly PolicyClash[] {
  const all = { ...SILENT, ...above, ...own };
  return ORDERS.flatMap(({ low, high, mayBeSame, show }) => {
    const [least, most] = [all[low], all[high]];
    if (least === undefined || most === undefined || (own[low] ?? own[high]) === undefined) return [];
    if (least < most || (mayBeSame && least === most)) return [];
    if (own[low] === undefined) {
      const relation = mayBeSame ? 'less' : 'not more';
      return [{ key: high, message: `${show(most)} is ${relation} than ${low} ${show(least)}` }];
    }
    const relation = mayBeSame ? 'more' : 'not less';
    return [{ key: low, message: `${show(least)} is ${relation} than ${high} ${show(most)}` }];
  });
}
