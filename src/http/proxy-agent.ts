/** Connections through a proxy: a CONNECT tunnel or SOCKS. In a file of its own, because few calls have a proxy. */
import type { Agent, AgentOptions } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';

/**
 * @param signal ends connections to the proxy that are still being made; those that are made belong to their request.
 */
export function createProxyAgent(proxy: URL, options: AgentOptions, signal: AbortSignal): Agent {
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:') {
    return new HttpsProxyAgent(proxy, { ...options, signal });
  }
  return new SocksProxyAgent(proxy, { ...options, socketOptions: { signal } });
}
