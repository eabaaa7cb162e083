/** What looks slow, and is not: more patience would not help. */
import { type RestapleError, TransportError } from '../errors.ts';
import type { Conclusion } from './advice.ts';
import type { Known } from './check.ts';
import type { Commands } from './commands.ts';

export function noWay(
  error: RestapleError,
  { isNameServerSilent, isAnyUp }: Known,
  commands: Commands,
): Conclusion | undefined {
  if (!(error instanceof TransportError)) return undefined;
  const { code, url, message } = error;
  if (code !== 'http-timeout' && code !== 'http-unreachable') return undefined;
  if (isNameServerSilent === true) {
    const cause = `the name server of this machine does not answer: ${message}`;
    return { cause, next: commands.of('cat', '/etc/resolv.conf') };
  }
  if (code !== 'http-timeout' || isAnyUp !== false) return undefined;
  const cause = `nobody takes connections where the responder should be, or a firewall drops them on the way: ${message}`;
  return { cause, next: commands.curl('-v', url, '--connect-timeout', '10') };
}
