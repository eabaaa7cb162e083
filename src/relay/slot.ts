/** Where the answer to one question rests, and is replaced while the relay runs: whoever found the place finds the newest. */
import type { Life } from '../staple/policy.ts';

export interface RelayAnswer {
  /** A whole OCSPResponse. */
  readonly der: Buffer;
  /** Until when it may be given to anybody; absent for what is for one client alone, and for what is not successful. */
  readonly life: Life | undefined;
}

export interface Slot {
  /** Verified. It may have ended: look at `life` before it is given to anybody. */
  answer: RelayAnswer | undefined;
  /** When somebody asked last, in milliseconds since 1970; whoever gives out its answer sets it. */
  askedAt: number;
}
