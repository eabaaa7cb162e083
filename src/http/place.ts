/** How messages name the other end: never with the user name and password that a URL may hold. */
import { isIP } from 'node:net';
import { printable } from '../text.ts';

/** The URL without user name, password and fragment, safe to print. */
export function printableUrl(url: URL): string {
  const shown = withoutCredentials(url);
  return printable(shown.hash === '' ? shown.href : shown.href.slice(0, -shown.hash.length));
}

/** The URL as it stands in a request; itself where there are none, since to take a URL apart again costs time. */
export function withoutCredentials(url: URL): URL {
  if (url.username === '' && url.password === '') return url;
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** The same of text that may be no URL at all. */
export function printableUrlText(text: string): string {
  return URL.canParse(text) ? printableUrl(new URL(text)) : printable(text);
}

/** Host and port of what may be no URL at all; `undefined` when it is none. */
export function hostOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).host : undefined;
}

/** The TCP port that a URL means. */
export function portOf(url: URL): string {
  if (url.port !== '') return url.port;
  return url.protocol === 'https:' ? '443' : '80';
}

/** `host:port` of a URL, with the port always there; an IPv6 address in brackets. */
export function hostPort(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

/** The host of a URL as it is dialled: an IPv6 address without its brackets. */
export function dialHost(url: URL): string {
  return withoutBrackets(url.hostname);
}

/** A host as a URL spells it, as it is dialled. */
export function withoutBrackets(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** A user name or password of a URL. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % in a password is legal in a URL and means itself.
    return text;
  }
}

/** `address:port`, an IPv6 address in brackets. */
export function addressPort(address: string, port: string): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A Host header that names no site but an address. */
export function isAddressHost(host: string): boolean {
  return isIP(withoutBrackets(host.replace(/:\d*$/, ''))) !== 0;
}
