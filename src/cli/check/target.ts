/** From what was typed to a server: `HOST`, `HOST:PORT`, `[::1]:PORT` or a bare IPv6 address. */
import { host } from '../../http/option-text.ts';

export interface CheckTarget {
  /** As results name it: with the port where that is not 443. */
  readonly name: string;
  /** A name as DNS has it (IDNA is in its ASCII form), or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 443;

/** `undefined` for text that is none. */
export function parseTarget(text: string): CheckTarget | undefined {
  const isBareIPv6 = /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(text);
  const [, name = '', digits] =
    /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(isBareIPv6 ? `[${text}]` : text) ?? [];
  // The dot that ends a full name is DNS's own: TLS names have none (RFC 6066 section 3).
  const spelt = name === '' ? undefined : host(name.replace(/\.$/, ''));
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (spelt === undefined || port < 1 || port > 65_535) return undefined;
  return {
    name: port === DEFAULT_PORT ? withoutBrackets(spelt) : `${spelt}:${port}`,
    host: withoutBrackets(spelt),
    port,
  };
}

/** As `http/place.ts` has it, which loads node:net, and this is loaded with the table of verbs. */
export const withoutBrackets = (spelt: string): string => spelt.replace(/^\[(.*)\]$/, '$1');
