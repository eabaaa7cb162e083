/** Who gave an answer, as messages name it. */
import type { HttpAnswer } from './message.ts';
import { addressPort, dialHost, portOf } from './place.ts';

/** Statuses of a gateway (RFC 9110 section 15.6): a proxy's own words, or those of what it asked. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** `ocsp.example (192.0.2.1:80)`, or the address alone where it is the host. */
export function whoAnswered(url: URL, { status, address, port, proxy, isForwarded }: HttpAnswer): string {
  if (proxy !== undefined && isForwarded === true && GATEWAY_STATUSES.has(status))
    return `${url.host} or the proxy ${proxy} before it`;
  if (proxy !== undefined) return `${url.host} through the proxy ${proxy}`;
  if (address === undefined) return url.host;
  const asked = addressPort(address, port === undefined ? portOf(url) : String(port));
  return address === dialHost(url) ? asked : `${url.hostname} (${asked})`;
}
