/** The values of `--connect-to` and `--resolve`, and of the same keys in a config, from curl's text. */
import type { ConnectTo, ResolveTo } from './detours.ts';
import { host } from './option-text.ts';

/** A host, in brackets where it has colons, or nothing; then a port or nothing. */
const PLACE = String.raw`(\[[^\]]*\]|[^:[\]]*):(\d{0,5})`;

/** `HOST:PORT:HOST2:PORT2`; each part may be empty. */
export function connectTo(text: string): ConnectTo | undefined {
  const match = new RegExp(`^${PLACE}:${PLACE}$`).exec(text);
  if (!match) return undefined;
  const [, fromHost = '', fromPort = '', toHost = '', toPort = ''] = match;
  const hosts = [fromHost, toHost].map((part) => (part === '' ? '' : host(part)));
  const ports = [fromPort, toPort].map((part) => (part === '' ? '' : port(part)));
  if ([...hosts, ...ports].includes(undefined)) return undefined;
  return {
    host: hosts[0] || undefined,
    port: ports[0] || undefined,
    toHost: hosts[1] || undefined,
    toPort: ports[1] || undefined,
  };
}

/**
 * `HOST:PORT:ADDR[,ADDR]...`; `*` is every host, an IPv6 address may stand in brackets. The `+` that curl takes before it
 * (an entry that ages) is taken too: nothing ages within a run.
 */
export function resolveTo(text: string): ResolveTo | undefined {
  const match = new RegExp(`^\\+?${PLACE}:(.+)$`).exec(text);
  if (!match) return undefined;
  const [, name = '', digits = '', list = ''] = match;
  const named = name === '*' ? name : host(name);
  const number = port(digits);
  const addresses = list.split(',').map(address);
  if (named === undefined || number === undefined) return undefined;
  const known = addresses.filter((one) => one !== undefined);
  return known.length < addresses.length ? undefined : { host: named, port: number, addresses: known };
}

/** In its shortest form. */
function port(digits: string): string | undefined {
  const number = digits === '' ? 0 : Number(digits);
  return number >= 1 && number <= 65_535 ? String(number) : undefined;
}

/** An IP address without brackets: one that URLs spell the same, so that no name and no `127.1` passes for one. */
function address(text: string): string | undefined {
  const bare = /^\[(.*:.*)\]$/.exec(text)?.[1] ?? text;
  const spelt = host(bare);
  if (spelt === undefined) return undefined;
  return bare.includes(':') || (spelt === bare && /^[\d.]+$/.test(bare)) ? bare : undefined;
}
