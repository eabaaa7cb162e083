/**
 * What carries a request: node:http or node:https, and a pool of connections, straight or through a proxy.
 *
 * Only this file loads node:http; node:https is loaded for an `https:` URL, and a proxy's code where there is a proxy:
 * what a verb does not need it shall not pay for at its start.
 */
import http from 'node:http';
import type { Agent, AgentOptions, ClientRequest } from 'node:http';
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { HeaderList } from './headers.ts';
import { addressPort, dialHost, percentDecoded, portOf } from './place.ts';
import type { Route } from './route.ts';

export interface Carrier {
  readonly request: (options: RequestOptions) => ClientRequest;
  /** Where the connection goes, from which pool, and the target of the request. */
  readonly options: RequestOptions;
  /** What the proxy alone is told. */
  readonly headers: HeaderList;
  /** `host:port` of the proxy, for messages. */
  readonly proxy: string | undefined;
  /** The proxy speaks HTTP itself; else it hands on what it does not read. */
  readonly isForwarded: boolean;
}

type AgentKind = new (options: AgentOptions) => Agent;

/**
 * Happy eyeballs (RFC 8305): all addresses of a name in turn, IPv6 and IPv4 by turns, and each has 250 ms until the next one
 * is tried, so that a family that leads nowhere costs no more. Said here, because an option of node can change both.
 */
const DIALLING: AgentOptions = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 250 };

/** Node.js gives an attempt up when it begins the next one: over a satellite, the way to a good address takes longer. */
const PATIENTLY: AgentOptions = { ...DIALLING, autoSelectFamilyAttemptTimeout: 2_000 };

/** A connection that was kept, or is kept from now on; one that was never used; one for which there is more time. */
export type Dialling = 'kept' | 'fresh' | 'patient';

export class Carriers {
  readonly #pools = new Map<string, Agent>();
  readonly #closed = new AbortController();
  readonly #ca: string[] | undefined;

  /** `ca`: who may vouch for an https server, in PEM; Node's own list unless given. */
  constructor(ca: string[] | undefined) {
    this.#ca = ca;
  }

  /** `hostHeader` is what the request will say. */
  async carrierFor(url: URL, route: Route, hostHeader: string, dialling: Dialling): Promise<Carrier> {
    const { proxy } = route;
    if (proxy === undefined) return this.#direct(url, route, dialling);
    const isHttpProxy = proxy.protocol === 'http:' || proxy.protocol === 'https:';
    // A proxy that forwards makes the Host header from the URL (RFC 9112 section 3.2.2) and goes where that leads. A
    // request that wants another one, or another way, needs a tunnel, as with curl.
    const isPlain = url.protocol === 'http:' && hostHeader === url.host && !route.isDetour;
    return isHttpProxy && isPlain
      ? this.#forwarded(url, route, proxy, dialling)
      : this.#tunnelled(url, route, proxy, dialling);
  }

  close(): void {
    this.#closed.abort();
    for (const agent of this.#pools.values()) agent.destroy();
  }

  async #direct(url: URL, route: Route, dialling: Dialling): Promise<Carrier> {
    const { request, Kind } = await moduleFor(url);
    const agent = this.#pool(`${url.protocol} ${route.trusted}`, dialling, (options) => new Kind(options));
    return {
      request,
      options: this.#target(url, route, agent),
      headers: [],
      proxy: undefined,
      isForwarded: false,
    };
  }

  /** The proxy is asked for the whole URL (RFC 9112 section 3.2.2). */
  async #forwarded(url: URL, { trusted }: Route, proxy: URL, dialling: Dialling): Promise<Carrier> {
    const { request, Kind } = await moduleFor(proxy);
    const agent = this.#pool(`forward ${proxy.href} ${trusted}`, dialling, (options) => new Kind(options));
    const place = { protocol: proxy.protocol, host: dialHost(proxy), port: portOf(proxy) };
    const servername = isIP(place.host) === 0 ? place.host : '';
    const path = `http://${url.host}${url.pathname}${url.search}`;
    return {
      request,
      // Without it TLS would ask the proxy for a certificate of the responder.
      options: { ...place, servername, agent, path },
      headers: proxyAuthorization(proxy),
      proxy: proxyPlace(proxy),
      isForwarded: true,
    };
  }

  async #tunnelled(url: URL, route: Route, proxy: URL, dialling: Dialling): Promise<Carrier> {
    const [{ request }, { createProxyAgent }] = await Promise.all([
      moduleFor(url),
      import('./proxy-agent.ts'),
    ]);
    const agent = this.#pool(`${url.protocol} ${proxy.href} ${route.trusted}`, dialling, (options) =>
      createProxyAgent(proxy, options, this.#closed.signal),
    );
    return {
      request,
      options: this.#target(url, route, agent),
      headers: [],
      proxy: proxyPlace(proxy),
      isForwarded: false,
    };
  }

  /** Not an option of the agent: the certificate of a proxy is another matter. */
  #target(url: URL, { host, port, lookup }: Route, agent: Agent): RequestOptions {
    const { protocol, pathname, search } = url;
    const ca = this.#ca !== undefined && protocol === 'https:' ? { ca: this.#ca } : {};
    return { protocol, host, port, lookup, agent, path: pathname + search, ...ca };
  }

  #pool(key: string, dialling: Dialling, create: (options: AgentOptions) => Agent): Agent {
    if (dialling === 'patient') return create({ ...PATIENTLY, keepAlive: false });
    if (dialling === 'fresh') return create({ ...DIALLING, keepAlive: false });
    const agent = this.#pools.get(key) ?? create({ ...DIALLING, keepAlive: true });
    this.#pools.set(key, agent);
    return agent;
  }
}

async function moduleFor({ protocol }: URL): Promise<{ request: Carrier['request']; Kind: AgentKind }> {
  if (protocol === 'http:') return { request: http.request, Kind: http.Agent };
  const https = await import('node:https');
  return { request: https.request, Kind: https.Agent };
}

function proxyAuthorization({ username, password }: URL): HeaderList {
  if (username === '' && password === '') return [];
  const credentials = Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`);
  return [['Proxy-Authorization', `Basic ${credentials.toString('base64')}`]];
}

function proxyPlace(proxy: URL): string {
  const socks = proxy.protocol.startsWith('socks');
  return addressPort(dialHost(proxy), proxy.port === '' && socks ? '1080' : portOf(proxy));
}
