/**
 * What an IP address is for, when it is not for the public internet: the IANA registries of special-purpose addresses
 * (RFC 6890) as a table. `connect-rules.ts` says who may go there.
 */
import { isIP } from 'node:net';

export type AddressKind =
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'broadcast'
  | 'documentation'
  | 'benchmark'
  | 'reserved';

type Range = readonly [prefix: string, bits: number, kind: AddressKind];

/** The first range that fits counts, so that a single address of a cloud stands before the network it lies in. */
const RANGES_4: readonly Range[] = [
  ['169.254.169.254', 32, 'metadata'], // AWS, Azure, Google, OpenStack: hands out credentials to whoever asks
  ['169.254.170.2', 32, 'metadata'], // AWS ECS: credentials of a task
  ['192.0.0.192', 32, 'metadata'], // Oracle
  ['100.100.100.200', 32, 'metadata'], // Alibaba
  ['168.63.129.16', 32, 'metadata'], // Azure: a public number that leads to the host of the virtual machine
  ['0.0.0.0', 8, 'unspecified'], // RFC 1122: "this network"; Linux connects 0.0.0.0 to itself
  ['10.0.0.0', 8, 'private'], // RFC 1918
  ['100.64.0.0', 10, 'shared'], // RFC 6598: behind the NAT of a carrier
  ['127.0.0.0', 8, 'loopback'], // RFC 1122
  ['169.254.0.0', 16, 'link-local'], // RFC 3927
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'], // RFC 6890
  ['192.0.2.0', 24, 'documentation'], // RFC 5737
  ['192.88.99.0', 24, 'reserved'], // RFC 7526: 6to4 relays, given up
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmark'], // RFC 2544
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'], // RFC 5771
  ['255.255.255.255', 32, 'broadcast'], // RFC 919
  ['240.0.0.0', 4, 'reserved'], // RFC 1112
];

const RANGES_6: readonly Range[] = [
  ['fd00:ec2::254', 128, 'metadata'], // AWS
  ['fd00:ec2::23', 128, 'metadata'], // AWS EKS
  ['fd20:ce::254', 128, 'metadata'], // Google
  ['::', 128, 'unspecified'], // RFC 4291
  ['::1', 128, 'loopback'],
  ['64:ff9b:1::', 48, 'private'], // RFC 8215: translation within a network
  ['fc00::', 7, 'private'], // RFC 4193: unique local
  ['fec0::', 10, 'private'], // RFC 3879: site-local, given up
  ['fe80::', 10, 'link-local'],
  ['ff00::', 8, 'multicast'],
  ['2001:2::', 48, 'benchmark'], // RFC 5180
  ['2001:db8::', 32, 'documentation'], // RFC 3849
  ['3fff::', 20, 'documentation'], // RFC 9637
];

/** Where an IPv6 address has IPv4 addresses in it: the number of the first bit of each. */
interface Embedding {
  readonly prefix: string;
  readonly bits: number;
  readonly at: readonly number[];
  /** Teredo writes the address of the client with every bit turned, so that no NAT translates it. */
  readonly inverted?: readonly number[];
}

const EMBEDDINGS: readonly Embedding[] = [
  { prefix: '::ffff:0:0', bits: 96, at: [96] }, // RFC 4291: mapped; the kernel speaks IPv4 to it
  { prefix: '64:ff9b::', bits: 96, at: [96] }, // RFC 6052: NAT64, the way of networks without IPv4
  { prefix: '2002::', bits: 16, at: [16] }, // RFC 3056: 6to4
  { prefix: '2001::', bits: 32, at: [32], inverted: [96] }, // RFC 4380: Teredo
];

/** RFC 4291: `::a.b.c.d`, and RFC 2765: `::ffff:0:a.b.c.d`. No route leads there, but the kind names the trick. */
const DEAD_EMBEDDINGS: readonly Embedding[] = [
  { prefix: '::', bits: 96, at: [96] },
  { prefix: '::ffff:0:0:0', bits: 96, at: [96] },
];

/**
 * The kind of an address that is not for the public internet; `undefined` for one that is. `address` is an IP address
 * in any spelling, an IPv6 zone (`%eth0`) included; what is none is `reserved`.
 */
export function specialKind(address: string): AddressKind | undefined {
  const [bare = ''] = address.split('%');
  switch (isIP(bare)) {
    case 4:
      return kindOf4(bits4(bare));
    case 6:
      return kindOf6(bits6(bare));
    default:
      return 'reserved';
  }
}

function kindOf4(address: bigint): AddressKind | undefined {
  return TABLE_4.find(({ prefix, shift }) => address >> shift === prefix)?.kind;
}

function kindOf6(address: bigint): AddressKind | undefined {
  const known = TABLE_6.find(({ prefix, shift }) => address >> shift === prefix)?.kind;
  if (known !== undefined) return known;
  const way = EMBEDDINGS.find((one) => lies(address, one));
  if (way !== undefined) return kindWithin(address, way);
  // RFC 4291 section 2.4 gives 2000::/3 to the public internet, RFC 2928 takes 2001::/23 of it for protocols.
  const isPublic = address >> 125n === 1n && address >> 105n !== bits6('2001::') >> 105n;
  if (isPublic) return undefined;
  const dead = DEAD_EMBEDDINGS.find((one) => lies(address, one));
  return (dead && kindWithin(address, dead)) ?? 'reserved';
}

function lies(address: bigint, { prefix, bits }: Embedding): boolean {
  const shift = BigInt(128 - bits);
  return address >> shift === bits6(prefix) >> shift;
}

/** The kind of the first IPv4 address within that has one. */
function kindWithin(address: bigint, { at, inverted = [] }: Embedding): AddressKind | undefined {
  const cut = (from: number): bigint => BigInt.asUintN(32, address >> BigInt(96 - from));
  const found = [...at.map(cut), ...inverted.map((from) => BigInt.asUintN(32, ~cut(from)))];
  return found.map(kindOf4).find((kind) => kind !== undefined);
}

function bits4(address: string): bigint {
  return address.split('.').reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

/** RFC 4291 section 2.2: eight groups of hex, `::` once for those that are zero, the last two perhaps as IPv4. */
function bits6(address: string): bigint {
  const hexed = address.replace(/[^:]+\.[^:]+$/, (ipv4) => {
    const bits = bits4(ipv4);
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
  });
  const [head = [], tail = []] = hexed
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

interface Row {
  readonly prefix: bigint;
  readonly shift: bigint;
  readonly kind: AddressKind;
}

const table = (ranges: readonly Range[], size: number, read: (address: string) => bigint): readonly Row[] =>
  ranges.map(([prefix, bits, kind]) => {
    const shift = BigInt(size - bits);
    return { prefix: read(prefix) >> shift, shift, kind };
  });

const TABLE_4 = table(RANGES_4, 32, bits4);
const TABLE_6 = table(RANGES_6, 128, bits6);
