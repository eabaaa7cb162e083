/**
 * The addresses of this very machine. To a public one of its own Linux connects over `lo`, past the firewall that keeps the
 * world from what listens on 0.0.0.0 and was meant for the inside: to certificates they are loopback.
 */
import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

/** `os.networkInterfaces` has this shape. */
export type Interfaces = () => Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Loaded at the first call: most verbs, and whoever allows private addresses, need no node:os. */
export const systemInterfaces: Interfaces = () => process.getBuiltinModule('node:os').networkInterfaces();

/**
 * Whether `address`, IPv4 mapped into IPv6 included, is one of `interfaces`. They are asked at each call, since addresses
 * come and go: 0.2 ms for a machine with one, 2 ms with 500, and once a connection.
 *
 * @throws what `interfaces` throws: where a sandbox allows no AF_NETLINK, the system does not tell.
 */
export function isOwnAddress(address: string, interfaces: Interfaces): boolean {
  const own = new BlockList();
  for (const { address: one, cidr, family, internal } of Object.values(interfaces()).flatMap(
    (all) => all ?? [],
  )) {
    // An IPv4 network on a loopback interface is local from its first address to its last.
    const bits = internal && family === 'IPv4' ? Number(cidr?.split('/')[1] ?? 32) : undefined;
    if (bits === undefined) own.addAddress(withoutZone(one), family === 'IPv6' ? 'ipv6' : 'ipv4');
    else own.addSubnet(one, bits, 'ipv4');
  }
  const bare = withoutZone(address);
  return own.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
