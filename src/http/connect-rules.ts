/**
 * Address rules: a URL that a certificate names leads to the public internet, or nowhere.
 *
 * In hosting, strangers upload certificates. One whose OCSP URL leads to 169.254.169.254, to a database on loopback or
 * to a router would have restaple knock there, from inside, and quote the answer in a message (server-side request
 * forgery, CWE-918). The address is looked at as it is connected to: what DNS said a moment before binds nobody.
 */
import { lookup as systemLookup } from 'node:dns';
import { type LookupFunction, isIP } from 'node:net';
import { TransportError } from '../errors.ts';
import { printable } from '../text.ts';
import { type AddressKind, specialKind } from './address-kind.ts';
import { dialHost, hostPort, printableUrl } from './place.ts';

/** Name look-up as node:net wants it; `dns.lookup` asks the system's resolver, and so /etc/hosts. */
export type Lookup = LookupFunction;

export { systemLookup };

/**
 * `host` is what will be dialled, an IP address or a name. A name is judged when it is looked up.
 *
 * @throws TransportError `address-refused`
 */
export function requirePublicHost(host: string, url: URL): void {
  if (isIP(host) === 0) return;
  const kind = specialKind(host);
  if (kind !== undefined) throw refusal(url, host, kind);
}

/**
 * For a name that somebody else looks up: `localhost` and what is below it mean loopback everywhere (RFC 6761 section 6.3).
 *
 * @throws TransportError `address-refused`
 */
export function requireNoLocalName(host: string, url: URL): void {
  if (/(?:^|\.)localhost\.?$/.test(host)) throw refusal(url, host, 'loopback');
}

/**
 * `lookup` without the addresses that are not for the public internet. Where none is left, the look-up fails with a
 * TransportError `address-refused`. node:net connects to what its look-up gave and to nothing else, so there is no
 * moment between check and connect.
 */
export function publicOnly(lookup: Lookup, url: URL): Lookup {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, answer, family) => {
      const found =
        typeof answer === 'string' ? [{ address: answer, family: family ?? isIP(answer) }] : answer;
      if (error) {
        callback(error, found);
        return;
      }
      const allowed = found.filter(({ address }) => specialKind(address) === undefined);
      const [first] = allowed;
      const refused = found.find(({ address }) => specialKind(address) !== undefined)?.address;
      if (first === undefined && refused !== undefined)
        callback(refusal(url, refused, specialKind(refused) ?? 'reserved'), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
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

function refusal(url: URL, address: string, kind: AddressKind): TransportError {
  const at = address === dialHost(url) ? '' : ` at ${printable(address)}`;
  const message = `refused to connect to ${hostPort(url)}${at}: a certificate may not lead to ${WORDS[kind]}`;
  const isMetadata = kind === 'metadata';
  return new TransportError('address-refused', message, printableUrl(url), undefined, { isMetadata });
}
