/**
 * What carries a request: node:http or node:https, and a pool of connections, straight or through a proxy.
 *
 * node:http is loaded for the first request that needs it, node:https for an `https:` URL, and a proxy's code where there is a
 * proxy: what a verb does not need it shall not pay for at its start.
 */
import type { Agent, AgentOptions, ClientRequest } from 'node:http';
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Carrier } from './carrier.ts';
import { type Dialling, diallingOptions } from './dialling.ts';
import type { HeaderList } from './headers.ts';
import { addressPort, dialHost, percentDecoded, portOf } from './place.ts';
import type { Route } from './route.ts';
import { sendByNode } from './send-by-node.ts';

type AgentKind = new (options: AgentOptions) => Agent;

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

  #direct(url: URL, route: Route, dialling: Dialling): Carrier {
    const { request, Kind } = moduleFor(url);
    const agent = this.#pool(`${url.protocol} ${route.trusted}`, dialling, (options) => new Kind(options));
    return carrier(request, this.#target(url, route, agent));
  }

  /** The proxy is asked for the whole URL (RFC 9112 section 3.2.2). */
  #forwarded(url: URL, { trusted }: Route, proxy: URL, dialling: Dialling): Carrier {
    const { request, Kind } = moduleFor(proxy);
    const agent = this.#pool(`forward ${proxy.href} ${trusted}`, dialling, (options) => new Kind(options));
    const place = { protocol: proxy.protocol, host: dialHost(proxy), port: portOf(proxy) };
    const servername = isIP(place.host) === 0 ? place.host : '';
    const path = `http://${url.host}${url.pathname}${url.search}`;
    // Without `servername` TLS would ask the proxy for a certificate of the responder.
    return carrier(
      request,
      { ...place, servername, agent, path },
      {
        headers: proxyAuthorization(proxy),
        proxy: proxyPlace(proxy),
        isForwarded: true,
      },
    );
  }

  async #tunnelled(url: URL, route: Route, proxy: URL, dialling: Dialling): Promise<Carrier> {
    const { request } = moduleFor(url);
    const { createProxyAgent } = await import('./proxy-agent.ts');
    const agent = this.#pool(`${url.protocol} ${proxy.href} ${route.trusted}`, dialling, (options) =>
      createProxyAgent(proxy, options, this.#closed.signal),
    );
    return carrier(request, this.#target(url, route, agent), { proxy: proxyPlace(proxy) });
  }

  /** Not an option of the agent: the certificate of a proxy is another matter. */
  #target(url: URL, { host, port, lookup }: Route, agent: Agent): RequestOptions {
    const { protocol, pathname, search } = url;
    const ca = this.#ca !== undefined && protocol === 'https:' ? { ca: this.#ca } : {};
    return { protocol, host, port, lookup, agent, path: pathname + search, ...ca };
  }

  #pool(key: string, dialling: Dialling, create: (options: AgentOptions) => Agent): Agent {
    const options = diallingOptions(dialling);
    if (dialling !== 'kept') return create({ ...options, keepAlive: false });
    const agent = this.#pools.get(key) ?? create({ ...options, keepAlive: true });
    this.#pools.set(key, agent);
    return agent;
  }
}

type Open = (options: RequestOptions) => ClientRequest;

/** `options`: where the connection goes, from which pool, and the target of the request. */
function carrier(open: Open, options: RequestOptions, proxied: Partial<Omit<Carrier, 'send'>> = {}): Carrier {
  const { headers = [], proxy, isForwarded = false } = proxied;
  return {
    send: (request, all, progress, steps) => sendByNode(open, options, request, all, progress, steps),
    headers,
    proxy,
    isForwarded,
  };
}

function moduleFor({ protocol }: URL): { request: Open; Kind: AgentKind } {
  const { request, Agent: Kind } = process.getBuiltinModule(
    protocol === 'http:' ? 'node:http' : 'node:https',
  );
  return { request, Kind };
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
