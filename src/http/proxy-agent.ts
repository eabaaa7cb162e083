/** Connections through a proxy: a CONNECT tunnel or SOCKS. In a file of its own, because few calls have a proxy. */
import type { Agent, AgentOptions } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { dialHost, percentDecoded } from './place.ts';

/**
 * @param signal ends tunnels that are still being made; those that are made belong to their request. A SOCKS proxy that
 * says nothing is given up by its client after 30 s.
 */
export function createProxyAgent(proxy: URL, options: AgentOptions, signal: AbortSignal): Agent {
  const url = strictlyEncoded(proxy);
  if (url.protocol === 'http:' || url.protocol === 'https:') return new Tunnels(url, options, signal);
  const agent = new SocksProxyAgent(url, options);
  // It would look an IPv6 address up, brackets and all.
  agent.proxy.host = dialHost(url);
  return agent;
}

/** Both agents decode user and password strictly: a stray % would be a URIError. */
function strictlyEncoded(proxy: URL): URL {
  const url = new URL(proxy);
  url.username = encodeURIComponent(percentDecoded(proxy.username));
  url.password = encodeURIComponent(percentDecoded(proxy.password));
  return url;
}

type Tunnelling = Parameters<HttpsProxyAgent<string>['connect']>;

/** Closes the connection to a proxy that does not answer, once nobody waits for it: a daemon would run out of them. */
class Tunnels extends HttpsProxyAgent<string> {
  readonly #closed: AbortSignal;

  constructor(proxy: URL, options: AgentOptions, closed: AbortSignal) {
    super(proxy, options);
    this.#closed = closed;
  }

  override async connect(...[request, target]: Tunnelling): ReturnType<HttpsProxyAgent<string>['connect']> {
    const abort = new AbortController();
    const end = (): void => abort.abort();
    this.#closed.addEventListener('abort', end);
    // Of a request that is given up before it has a connection, Node.js tells nobody.
    const destroy = request.destroy.bind(request);
    request.destroy = (error) => {
      end();
      return destroy(error);
    };
    if (request.destroyed) end();
    // Read by the very next call, before it waits for anything.
    this.connectOpts = { ...this.connectOpts, signal: abort.signal };
    try {
      return await super.connect(request, target);
    } finally {
      request.destroy = destroy;
      this.#closed.removeEventListener('abort', end);
    }
  }
}
