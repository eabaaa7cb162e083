/**
 * Address rules: a URL that a certificate names leads to the public internet, or nowhere.
 *
 * In hosting, strangers upload certificates. One whose OCSP URL leads to 169.254.169.254, to a database on loopback or
 * to a router would have restaple knock there, from inside, and quote the answer in a message (server-side request
 * forgery, CWE-918). The address is looked at as it is connected to: what DNS said a moment before binds nobody.
 */
import { type LookupFunction, isIP } from 'node:net';
import { TransportError, reasonOf } from '../errors.ts';
import { printable } from '../text.ts';
import { type AddressKind, specialKind } from './address-kind.ts';
import { type InsideName, insideName } from './inside-name.ts';
import { type Interfaces, isOwnAddress } from './own-addresses.ts';
import { dialHost, hostPort, printableUrl } from './place.ts';

/** Name look-up as node:net wants it; `dns.lookup` asks the system's resolver, and so /etc/hosts. */
export type Lookup = LookupFunction;

/** Loaded with the first name that is looked up. */
export const systemLookup: Lookup = (...asked) => process.getBuiltinModule('node:dns').lookup(...asked);

/**
 * The largest CDNs give a name eight of each family. A stranger's could have the four thousand that a DNS message holds, to
 * have us knock at each.
 */
const MAX_ADDRESSES = 32;

/**
 * `host` is what will be dialled, an IP address or a name. A name is judged when it is looked up.
 *
 * @throws TransportError `address-refused`
 */
export function requirePublicHost(host: string, url: URL, interfaces: Interfaces): void {
  if (isIP(host) === 0) return;
  const why = objection(host, url, interfaces);
  if (why !== undefined) throw why;
}

/**
 * For a name that somebody else looks up, out of sight: what is no name of the public internet leads inside.
 *
 * @throws TransportError `address-refused`
 */
export function requirePublicName(name: string, url: URL): void {
  const kind = isIP(name) === 0 ? insideName(name) : undefined;
  if (kind !== undefined) throw refusal(url, name, NAME_WORDS[kind], kind === 'metadata');
}

/**
 * `lookup` without the addresses that are not for the public internet. Where none is left, the look-up fails with a
 * TransportError `address-refused`. node:net connects to what its look-up gave and to nothing else, so there is no
 * moment between check and connect.
 */
export function publicOnly(lookup: Lookup, url: URL, interfaces: Interfaces): Lookup {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, answer, family) => {
      const found =
        typeof answer === 'string' ? [{ address: answer, family: family ?? isIP(answer) }] : answer;
      if (error) {
        callback(error, found);
        return;
      }
      const judged = found
        .slice(0, MAX_ADDRESSES)
        .map((one) => ({ one, why: objection(one.address, url, interfaces) }));
      const allowed = judged.filter(({ why }) => why === undefined).map(({ one }) => one);
      const [first] = allowed;
      const refused = judged.find(({ why }) => why !== undefined)?.why;
      if (first === undefined && refused !== undefined) callback(refused, []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

/** Why a certificate may not lead to `address`; `undefined` where it may. */
function objection(address: string, url: URL, interfaces: Interfaces): TransportError | undefined {
  const kind = specialKind(address);
  if (kind !== undefined) return refusal(url, address, WORDS[kind], kind === 'metadata');
  try {
    return isOwnAddress(address, interfaces)
      ? refusal(url, address, 'an address of this very machine')
      : undefined;
  } catch (error) {
    const message = `refused to connect to ${placeOf(url, address)}: a certificate may not lead to an address of this very machine, and the system does not tell which those are (it may forbid AF_NETLINK): ${printable(reasonOf(error))}`;
    return new TransportError('address-refused', message, printableUrl(url), undefined, { cause: error });
  }
}

/** For error messages: the words of each kind. */
const WORDS: Readonly<Record<AddressKind, string>> = {
  unspecified: 'the unspecified address',
  loopback: 'a loopback address',
  private: 'a private address',
  shared: 'an address of the network of a carrier (RFC 6598)',
  'link-local': 'a link-local address',
  metadata: 'the metadata service of a cloud',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  documentation: 'an address for documentation',
  benchmark: 'an address for benchmarks',
  reserved: 'a reserved address',
};

const NAME_WORDS: Readonly<Record<InsideName, string>> = {
  local: 'a name that only the inside of a network knows',
  metadata: WORDS.metadata,
};

function refusal(url: URL, address: string, what: string, isMetadata = false): TransportError {
  const message = `refused to connect to ${placeOf(url, address)}: a certificate may not lead to ${what}`;
  return new TransportError('address-refused', message, printableUrl(url), undefined, { isMetadata });
}

function placeOf(url: URL, address: string): string {
  return address === dialHost(url) ? hostPort(url) : `${hostPort(url)} at ${printable(address)}`;
}
