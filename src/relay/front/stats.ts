/** What the relay has done since it started. */

export interface RelayStats {
  /** All that came with a method, answered or refused. */
  requests: number;
  /** Answered with what was there. */
  hits: number;
  /** Of these, those that were told that they have it already. */
  unchanged: number;
  /** Answered after somebody else was asked for it, or at once with what is no response. */
  misses: number;
  /** Answered with `tryLater` because too many were waiting. */
  overloaded: number;
  /** Meant as OCSP, and none. */
  malformed: number;
  /** Not meant as OCSP. */
  refused: number;
  /** Bytes that are no HTTP, too large or too slow. */
  broken: number;
  /** Asked too often. */
  limited: number;
  /** Connections from outside the networks that may ask. */
  strangers: number;
  /** Connections that found no place. */
  full: number;
  /** Connections right now. */
  connections: number;
  /** Questions that wait right now. */
  waiting: number;
}

export const noStats = (): RelayStats => ({
  requests: 0,
  hits: 0,
  unchanged: 0,
  misses: 0,
  overloaded: 0,
  malformed: 0,
  refused: 0,
  broken: 0,
  limited: 0,
  strangers: 0,
  full: 0,
  connections: 0,
  waiting: 0,
});
