/** Where the bytes of a request go: which host is dialled, how its name is looked up, and who vouches for it. */
import { isIP } from 'node:net';
import { type Lookup, publicOnly, requirePublicHost, requirePublicName } from './connect-rules.ts';
import { type Detours, detour } from './detours.ts';
import type { Interfaces } from './own-addresses.ts';
import { portOf, withoutBrackets } from './place.ts';
import { type ProxyChoice, looksNamesUp } from './proxy-choice.ts';

/** What the user says about addresses, for all requests of a client. */
export interface RouteRules extends Detours {
  /** Any URL may lead anywhere. */
  readonly allowPrivate: boolean;
  /** A URL with one of these hosts may lead anywhere; spelt as a URL spells them. */
  readonly allowHosts: ReadonlySet<string>;
  readonly lookup: Lookup;
  readonly proxyFor: ProxyChoice;
  /** Tells the addresses of this machine. */
  readonly interfaces: Interfaces;
}

export interface Route {
  /** An IP address without brackets, or a name. */
  readonly host: string;
  readonly port: string;
  readonly lookup: Lookup;
  readonly proxy: URL | undefined;
  /** Host or port are not those of the URL. */
  readonly isDetour: boolean;
  /**
   * The user vouches for it. A connection that was made for such a request may lead where others may not go, so it is
   * kept for such requests alone.
   */
  readonly trusted: boolean;
}

/**
 * Where a proxy looks the name up, the address is out of sight: then names that cannot be public are refused, and everything
 * else depends on what the proxy lets pass.
 *
 * @param trusted the user named this very URL.
 * @throws TransportError `address-refused` for a host that is known not to be on the public internet.
 */
export function routeTo(url: URL, trusted: boolean, rules: RouteRules): Route {
  const proxy = rules.proxyFor(url);
  const { hostname } = url;
  const ownPort = portOf(url);
  const { host: toHost, port, addresses, named } = detour(hostname, ownPort, rules);
  const host = withoutBrackets(toHost);
  const first = addresses?.[0];
  const isDetour = toHost !== hostname || port !== ownPort || first !== undefined;
  if (addresses !== undefined && first !== undefined) {
    // node:net looks no IP address up, and a proxy asks its own DNS: there the address must stand in the host's place.
    const dialled = isIP(host) === 0 && proxy === undefined ? host : first;
    return { host: dialled, port, lookup: fixed(addresses), proxy, isDetour, trusted: true };
  }
  if (trusted || named || rules.allowPrivate || rules.allowHosts.has(hostname)) {
    return { host, port, lookup: rules.lookup, proxy, isDetour, trusted: true };
  }
  requirePublicHost(host, url, rules.interfaces);
  if (proxy !== undefined && looksNamesUp(proxy)) requirePublicName(host, url);
  const lookup = publicOnly(rules.lookup, url, rules.interfaces);
  return { host, port, lookup, proxy, isDetour, trusted: false };
}

/** A look-up that asks nobody. */
export function fixed(addresses: readonly string[]): Lookup {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all }, callback) => {
    if (all === true) callback(null, found);
    else callback(null, found[0]?.address ?? '', found[0]?.family);
  };
}
