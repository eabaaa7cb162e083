/** A certificate of the simulation, with what lies on the machine's disk for it. */
import type { Memory } from '../keeper/work.ts';
import type { Life } from '../staple/policy.ts';
import { type Authority, DAY, type Subject, authorityOf } from './authority.ts';
import { type Random, between, mix, share } from './random.ts';

/** As it stands on the disk. */
export interface SimResponse extends Life {
  readonly status: 'good' | 'revoked';
}

export interface SimCertificate extends Subject {
  /** Hexadecimal digits, as a digest would have them. */
  readonly key: string;
  /** Kept by restaple for itself. */
  stored: SimResponse | undefined;
  /** What servers read. */
  published: SimResponse | undefined;
  memory: Memory | undefined;
  /** What the keeper holds, as far as it was told. */
  told: SimResponse | undefined;
  /** The files that hold rubbish. */
  damage: 'none' | 'stored' | 'published' | 'both';
  /** It is on the machine. */
  isPresent: boolean;
}

/** One in so many is revoked in its life; a third of these is only on hold for some days. */
const REVOKED_SHARE = 0.005;

export function createCertificate(
  authorities: readonly Authority[],
  random: Random,
  index: number,
  bornAt: number,
): SimCertificate {
  const salt = Math.floor(random() * 2 ** 32);
  const life = random() < 0.7 ? 90 * DAY : 365 * DAY;
  const isRevoked = random() < REVOKED_SHARE;
  const revokedAt = isRevoked ? bornAt + random() * life : Infinity;
  const isHold = isRevoked && random() < 1 / 3;
  return {
    key: hex(mix(salt, 1)) + hex(index),
    authority: authorityOf(authorities, share(salt, 2)),
    salt,
    bornAt,
    notAfter: bornAt + life,
    revokedAt,
    releasedAt: isHold ? revokedAt + between(random, 1, 10) * DAY : Infinity,
    stored: undefined,
    published: undefined,
    memory: undefined,
    told: undefined,
    damage: 'none',
    isPresent: true,
  };
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');
