/** Who may stand before a responder's door. */

/**
 * `closed`: not read yet, or to be read again. `parked`: waits at its responder's door. `over`: nothing is asked for it,
 * and nothing will be, unless the clock is set back or somebody asks by hand.
 */
export type Phase = 'closed' | 'waiting' | 'parked' | 'asking' | 'over';

export interface Caller {
  /** What is served for it; `undefined` when there is nothing. */
  readonly staple: unknown;
  phase: Phase;
  /** False when it was let go while something was under way for it. */
  isKept: boolean;
  /** In a row. */
  readonly failures: number;
  /** The last time that it asked, it was not answered. */
  hasFailed: boolean;
  /** It has a place in the queue, perhaps one that it no longer needs. Only the gate writes it. */
  isQueued: boolean;
}
