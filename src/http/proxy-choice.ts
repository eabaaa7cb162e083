/**
 * Which proxy carries a request: `--proxy`, else the environment variables that every tool reads, as curl reads them.
 */
import { BlockList, isIP } from 'node:net';
import { InputError } from '../errors.ts';
import { printable } from '../text.ts';
import { percentDecoded, withoutBrackets } from './place.ts';

/** The proxy for a URL; `undefined`: none, the way is direct. */
export type ProxyChoice = (url: URL) => URL | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/** RFC 1929 has one byte for the length of each. */
const MAX_SOCKS_BYTES = 255;

/** Every proxy but `socks5`: for that, names are looked up here. */
export function looksNamesUp({ protocol }: URL): boolean {
  return protocol !== 'socks5:';
}

/**
 * The proxy for each URL, as curl chooses it: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` of the
 * environment.
 *
 * @param given the value of `--proxy`: for every URL, whatever the environment says; empty for none at all.
 * @param env such as `process.env`.
 * @throws InputError `usage-invalid` for a proxy that is none, by the name of the option or variable.
 * @example
 * ```ts
 * import { proxyChoice } from 'restaple';
 *
 * const proxyFor = proxyChoice(undefined, { http_proxy: 'proxy.example:3128', no_proxy: '.internal' });
 * console.log(proxyFor(new URL('http://ocsp.example/'))?.href); // http://proxy.example:3128/
 * console.log(proxyFor(new URL('http://ocsp.internal/'))); // undefined
 * ```
 */
export function proxyChoice(given: string | undefined, env: Environment): ProxyChoice {
  if (given === '') return () => undefined;
  const isExempt = exemption(env['no_proxy'] || env['NO_PROXY'] || '');
  const chosen = given === undefined ? undefined : parseProxy('--proxy', given);
  // Not read where it is not needed: desktops set it to `socks://`, which names no version, beside the other two.
  const all = (): URL | undefined => variable(env, 'all_proxy', 'ALL_PROXY');
  // Never HTTP_PROXY: to a CGI program that is the `Proxy:` header of whoever asks (httpoxy, CVE-2016-5385).
  const forHttp = chosen ?? variable(env, 'http_proxy') ?? all();
  const forHttps = chosen ?? variable(env, 'https_proxy', 'HTTPS_PROXY') ?? all();
  return (url) => {
    if (isExempt(url.hostname)) return undefined;
    return url.protocol === 'https:' ? forHttps : forHttp;
  };
}

/** The first of these variables that is set and not empty. */
function variable(env: Environment, ...names: readonly string[]): URL | undefined {
  const name = names.find((one) => (env[one] ?? '') !== '');
  return name === undefined ? undefined : parseProxy(name, env[name] ?? '');
}

/** `proxy.example:3128` is an HTTP proxy. What follows the port is not looked at. */
function parseProxy(name: string, text: string): URL {
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !SCHEMES.has(url.protocol) || url.hostname === '') {
    // Not what was given: it may hold a password.
    const shown = url === undefined ? 'no URL' : `of the scheme ${printable(url.protocol.slice(0, -1))}`;
    throw new InputError(
      'usage-invalid',
      `${name} is ${shown}: expected http, https, socks5 or socks5h://HOST:PORT`,
    );
  }
  if (url.protocol.startsWith('socks') && [url.username, url.password].some(isTooLongForSocks))
    throw new InputError(
      'usage-invalid',
      `${name} has a user or password of more than ${MAX_SOCKS_BYTES} bytes`,
    );
  return url;
}

const isTooLongForSocks = (text: string): boolean =>
  Buffer.byteLength(percentDecoded(text)) > MAX_SOCKS_BYTES;

/**
 * NO_PROXY: host names and the domains below them, IP addresses, networks in CIDR, between commas or spaces; `*` is all.
 */
function exemption(text: string): (hostname: string) => boolean {
  const entries = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  if (entries.includes('*')) return () => true;
  // Most name none, and an address costs more to look up there than all the rest.
  if (entries.length === 0) return () => false;
  const networks = new BlockList();
  const domains = new Set<string>();
  for (const entry of entries) {
    // What is left of `10.0.0.0/` or the like is no host: a slash must not make a network of all addresses.
    const [, address = '', digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const bare = withoutBrackets(address);
    const family = isIP(bare) === 6 ? 'ipv6' : 'ipv4';
    const all = family === 'ipv6' ? 128 : 32;
    const bits = digits === undefined ? all : Number(digits);
    if (isIP(bare) === 0) domains.add(entry.replace(/^\./, '').replace(/\.$/, ''));
    else if (bits <= all) networks.addSubnet(bare, bits, family);
  }
  return (hostname) => {
    const host = withoutBrackets(hostname);
    const family = isIP(host);
    if (family !== 0) return networks.check(host, family === 6 ? 'ipv6' : 'ipv4');
    const labels = host.replace(/\.$/, '').split('.');
    return labels.some((_label, i) => domains.has(labels.slice(i).join('.')));
  };
}
