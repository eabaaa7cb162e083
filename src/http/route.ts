/** Where the bytes of a request go: which host is dialled, how its name is looked up, and who vouches for it. */
import { isIP } from 'node:net';
import { type Lookup, publicOnly, requirePublicHost } from './connect-rules.ts';
import { type Detours, detour } from './detours.ts';
import { portOf, withoutBrackets } from './place.ts';

/** What the user says about addresses, for all requests of a client. */
export interface RouteRules extends Detours {
  /** Any URL may lead anywhere. */
  readonly allowPrivate: boolean;
  /** A URL with one of these hosts may lead anywhere; spelt as a URL spells them. */
  readonly allowHosts: ReadonlySet<string>;
  readonly lookup: Lookup;
}

export interface Route {
  /** An IP address without brackets, or a name. */
  readonly host: string;
  readonly port: string;
  readonly lookup: Lookup;
  /**
   * The user vouches for it. A connection that was made for such a request may lead where others may not go, so it is
   * kept for such requests alone.
   */
  readonly trusted: boolean;
}

/**
 * @param trusted the user named this very URL.
 * @throws TransportError `address-refused` for an IP address that is not for the public internet.
 */
export function routeTo(url: URL, trusted: boolean, rules: RouteRules): Route {
  const { host: name, port, addresses, named } = detour(url.hostname, portOf(url), rules);
  const host = withoutBrackets(name);
  if (addresses !== undefined) {
    const [first = host] = addresses;
    // node:net looks no IP address up, so the one to connect to must stand in its place.
    return { host: isIP(host) === 0 ? host : first, port, lookup: fixed(addresses), trusted: true };
  }
  if (trusted || named || rules.allowPrivate || rules.allowHosts.has(url.hostname)) {
    return { host, port, lookup: rules.lookup, trusted: true };
  }
  requirePublicHost(host, url);
  return { host, port, lookup: publicOnly(rules.lookup, url), trusted: false };
}

/** A look-up that asks nobody. */
function fixed(addresses: readonly string[]): Lookup {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all }, callback) => {
    if (all === true) callback(null, found);
    else callback(null, found[0]?.address ?? '', found[0]?.family);
  };
}
