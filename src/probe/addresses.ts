/** All addresses of a name: behind one name a fleet may stand, of which one machine has no staple. */
import { type LookupFunction, isIP } from 'node:net';
import { ProbeError } from '../errors.ts';
import { reason } from '../http/failure.ts';
import { formatDuration } from '../duration.ts';
import { printable } from '../text.ts';

/** More records do not fit into the answers of usual name servers; who has more is not looked at whole. */
const MAX_ADDRESSES = 100;

/**
 * Each address once, in the order of `lookup`; an IP address is its own.
 *
 * @throws ProbeError `probe-unreachable` or `probe-timeout`
 */
export async function addressesOf(
  host: string,
  lookup: LookupFunction,
  timeoutMs: number,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const place = printable(host);
  const found = await new Promise<readonly string[]>((resolve, reject) => {
    const late = `no addresses of ${place} within ${formatDuration(timeoutMs)}`;
    const timer = setTimeout(() => reject(new ProbeError('probe-timeout', late)), timeoutMs);
    lookup(host, { all: true }, (error, answer) => {
      clearTimeout(timer);
      if (error) reject(nowhere(place, error));
      else resolve(typeof answer === 'string' ? [answer] : answer.map(({ address }) => address));
    });
  });
  const all = [...new Set(found)].slice(0, MAX_ADDRESSES);
  if (all.length === 0) throw nowhere(place, new Error('it has none'));
  return all;
}

const nowhere = (place: string, error: Error): ProbeError =>
  new ProbeError('probe-unreachable', `cannot find the addresses of ${place}: ${reason(error)}`, {
    cause: error,
  });
