/** A connection that was kept, or is kept from now on; one that was never used; one for which there is more time. */
export type Dialling = 'kept' | 'fresh' | 'patient';

/**
 * Happy eyeballs (RFC 8305): all addresses of a name in turn, IPv6 and IPv4 by turns, and each has 250 ms until the next one
 * is tried, so that a family that leads nowhere costs no more. Said here, because an option of node can change both.
 *
 * Node.js gives an attempt up when it begins the next one: over a satellite, the way to a good address takes longer.
 */
export function diallingOptions(dialling: Dialling): {
  readonly autoSelectFamily: true;
  readonly autoSelectFamilyAttemptTimeout: number;
} {
  return { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: dialling === 'patient' ? 2_000 : 250 };
}
