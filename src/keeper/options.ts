/** What a keeper is made of. */
import type { Policy } from '../staple/policy.ts';
import type { Clock } from './clock.ts';
import type { KeeperEvent } from './events.ts';
import type { Work } from './work.ts';

export interface KeeperOptions<S, R> {
  readonly work: Work<S, R>;
  readonly clock: Clock;
  /** From 0 to less than 1. */
  readonly random: () => number;
  /** Where its staple goes, for those who look. */
  readonly filesOf: (subject: S) => readonly string[];
  /** The numbers for one certificate. */
  readonly policyOf: (subject: S) => Policy;
  /** Requests at a time, in all and at one responder. */
  readonly requests: number;
  readonly requestsPerResponder: number;
  readonly report: (event: KeeperEvent) => void;
}
