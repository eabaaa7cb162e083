/**
 * A CA's responder, the edges before it, and what befalls them. What it says of a certificate at a moment is a function
 * of the seed, the certificate and the moment, whoever asks and however often: so it can be said afterwards what somebody
 * else would have been told.
 */
import { type Random, between, mix, share, waitFor } from './random.ts';

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

/**
 * `down`: nobody is there. `try-later`: all are told to come back. `origin`: edges give out what they have, and 503 for
 * the rest. `regional`: a share of the certificates gets no answer. `slow`: seconds for each. `frozen`: nothing new is
 * signed.
 */
export type OutageKind = 'down' | 'try-later' | 'origin' | 'regional' | 'slow' | 'frozen';

export interface Outage {
  readonly kind: OutageKind;
  readonly from: number;
  readonly to: number;
  readonly salt: number;
}

export interface Authority {
  readonly url: string;
  readonly lifeMs: number;
  /** How often it signs anew. */
  readonly periodMs: number;
  /** By how much its clock, and so thisUpdate, is ahead. */
  readonly aheadMs: number;
  /** How long an edge keeps a copy; 0 where there is none. */
  readonly cacheMs: number;
  readonly edges: number;
  readonly latencyMs: number;
  readonly outages: readonly Outage[];
}

/** Of a certificate, what its CA knows. */
export interface Subject {
  readonly authority: Authority;
  /** What is thrown for it, is thrown with this. */
  readonly salt: number;
  readonly bornAt: number;
  readonly notAfter: number;
  readonly revokedAt: number;
  /** When a hold is lifted; never for any other reason. */
  readonly releasedAt: number;
}

/** By their share of the certificates. Lives, periods and caches as the CAs of the Web have them, and some that are worse. */
const KINDS = [
  { weight: 1, life: 12, period: 1, ahead: 0, cache: 0, edges: 1 },
  { weight: 1, life: 24, period: 3, ahead: 4, cache: 1, edges: 3 },
  { weight: 1, life: 24, period: 3, ahead: 0, cache: 14, edges: 3 },
  { weight: 3, life: 48, period: 6, ahead: 0, cache: 3, edges: 3 },
  { weight: 20, life: 96, period: 12, ahead: 1, cache: 12, edges: 4 },
  { weight: 45, life: 168, period: 12, ahead: 0, cache: 0, edges: 1 },
  { weight: 20, life: 168, period: 24, ahead: 4.5, cache: 24, edges: 6 },
  { weight: 9, life: 168, period: 84, ahead: 0, cache: 4, edges: 2 },
] as const;
const TOTAL_WEIGHT = KINDS.reduce((sum, { weight }) => sum + weight, 0);

const OUTAGES: readonly OutageKind[] = [
  'down',
  'down',
  'try-later',
  'origin',
  'regional',
  'regional',
  'slow',
  'frozen',
];
const BETWEEN_OUTAGES: number = 20 * DAY;
const SHORTEST_OUTAGE: number = 2 * MINUTE;
const LONGEST_OUTAGE: number = 5 * DAY;

export function createAuthorities(random: Random, from: number, to: number): readonly Authority[] {
  return KINDS.map(({ life, period, ahead, cache, edges }, index) => ({
    url: `http://ocsp${index}.example`,
    lifeMs: life * HOUR,
    periodMs: period * HOUR,
    aheadMs: ahead * MINUTE,
    cacheMs: cache * HOUR,
    edges,
    latencyMs: between(random, 30, 300),
    outages: createOutages(random, from, to),
  }));
}

function createOutages(random: Random, start: number, end: number): Outage[] {
  const outages: Outage[] = [];
  let at = start + DAY;
  for (;;) {
    const from = at + waitFor(random, BETWEEN_OUTAGES);
    if (from >= end) return outages;
    const to = from + SHORTEST_OUTAGE * (LONGEST_OUTAGE / SHORTEST_OUTAGE) ** random();
    const kind = OUTAGES[Math.floor(random() * OUTAGES.length)] ?? 'down';
    outages.push({ kind, from, to, salt: Math.floor(random() * 2 ** 32) });
    at = to;
  }
}

/** The authority of a certificate, by the weights. */
export function authorityOf(authorities: readonly Authority[], throwOf: number): Authority {
  let left = throwOf * TOTAL_WEIGHT;
  for (const [index, { weight }] of KINDS.entries()) {
    const authority = authorities[index];
    if (authority && (left -= weight) < 0) return authority;
  }
  throw new Error('the weights are fewer than the authorities');
}

export function outageAt({ outages }: Authority, time: number): Outage | undefined {
  let low = 0;
  let high = outages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((outages[middle]?.from ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  const last = outages[low - 1];
  return last && time < last.to ? last : undefined;
}

export type Failure = 'unreachable' | 'timeout' | 'status' | 'try-later' | 'unknown';

export interface Reply {
  readonly failure: Failure | undefined;
  readonly thisUpdate: number;
  readonly validUntil: number;
  readonly status: 'good' | 'revoked';
  readonly freshForMs: number;
  readonly isSlow: boolean;
}

/** One packet in some hundreds goes astray, for a minute. */
const LOSS = 0.003;
/** A new certificate is not known everywhere at once: to some not for the first minutes. */
const UNKNOWN_SHARE = 0.3;
const UNKNOWN_MS: number = 10 * MINUTE;
/** How long a name leads to one edge. */
const EDGE_MS: number = 10 * MINUTE;
const REGION = 0.2;

export function replyAt(certificate: Subject, time: number): Reply {
  const { authority, salt } = certificate;
  const outage = outageAt(authority, time);
  const failure = failureAt(certificate, time, outage);
  if (failure) return FAILED[failure];
  const { cacheMs, periodMs, aheadMs, lifeMs } = authority;

  let asOf = time;
  let freshForMs = 0;
  if (cacheMs > 0) {
    const edge = mix(salt, Math.floor(time / EDGE_MS)) % authority.edges;
    const phase = mix(salt, edge + 77) % cacheMs;
    asOf = Math.floor((time + phase) / cacheMs) * cacheMs - phase;
    freshForMs = asOf + cacheMs - time;
  }
  const then = cacheMs > 0 ? outageAt(authority, asOf) : outage;
  if (then?.kind === 'down' || then?.kind === 'frozen' || then?.kind === 'origin') asOf = then.from;
  if (outage?.kind === 'origin' || outage?.kind === 'frozen') asOf = Math.min(asOf, outage.from);

  const phase = mix(salt, 5) % periodMs;
  const signedAt = Math.max(
    Math.floor((asOf - phase) / periodMs) * periodMs + phase,
    Math.min(certificate.bornAt, time),
  );
  const thisUpdate = signedAt + aheadMs;
  const isRevoked = signedAt >= certificate.revokedAt && signedAt < certificate.releasedAt;
  return {
    failure: undefined,
    thisUpdate,
    validUntil: thisUpdate + lifeMs,
    status: isRevoked ? 'revoked' : 'good',
    freshForMs,
    isSlow: outage?.kind === 'slow',
  };
}

const failed = (failure: Failure): Reply => ({
  failure,
  thisUpdate: 0,
  validUntil: 0,
  status: 'good',
  freshForMs: 0,
  isSlow: false,
});

const FAILED: Readonly<Record<Failure, Reply>> = {
  unreachable: failed('unreachable'),
  timeout: failed('timeout'),
  status: failed('status'),
  'try-later': failed('try-later'),
  unknown: failed('unknown'),
};

function failureAt(
  { salt, bornAt, authority }: Subject,
  time: number,
  outage: Outage | undefined,
): Failure | undefined {
  switch (outage?.kind) {
    case 'down':
      return outage.salt % 3 === 0 ? 'timeout' : 'unreachable';
    case 'try-later':
      return 'try-later';
    case 'origin':
      if (authority.cacheMs === 0 || share(salt, outage.salt) < 0.5) return 'status';
      break;
    case 'regional':
      if (share(salt, outage.salt) < REGION) return 'timeout';
      break;
    case 'slow':
    case 'frozen':
    case undefined:
  }
  if (share(salt ^ 0x5bd1e995, Math.floor(time / MINUTE)) < LOSS) return 'unreachable';
  if (time < bornAt + UNKNOWN_MS && share(salt, 9) < UNKNOWN_SHARE) return 'unknown';
  return undefined;
}
