/** How TLS begins on a port that is known by its number (IANA's registry of service names and port numbers). */
import type { StartTlsName } from './starttls/dialogues.ts';

/** `direct`: the handshake comes first. Else what is spoken until both sides agree to TLS. */
export type Beginning = 'direct' | StartTlsName;

const DIRECT: ReadonlySet<number> = new Set([
  443, // https
  465, // submissions
  563, // nntps
  636, // ldaps
  853, // dns over tls
  989, // ftps-data
  990, // ftps
  992, // telnets
  993, // imaps
  994, // ircs
  995, // pop3s
  2376, // docker
  3269, // global catalog of Active Directory
  5061, // sips
  5223, // xmpp of a client, directly
  5270, // xmpp between servers, directly
  5671, // amqps
  5986, // winrm
  6443, // kubernetes
  6514, // syslog
  6697, // ircs
  8443, // https, by custom
  8883, // mqtt
]);

const STARTTLS: ReadonlyMap<number, StartTlsName> = new Map<number, StartTlsName>([
  [21, 'ftp'],
  [24, 'lmtp'],
  [25, 'smtp'],
  [110, 'pop3'],
  [119, 'nntp'],
  [143, 'imap'],
  [389, 'ldap'],
  [587, 'smtp'],
  [2525, 'smtp'],
  [3268, 'ldap'],
  [3306, 'mysql'],
  [4190, 'sieve'],
  [5222, 'xmpp'],
  [5269, 'xmpp-server'],
  [5432, 'postgres'],
]);

/** `undefined` for a port that is known for neither. */
export function beginningAt(port: number): Beginning | undefined {
  return DIRECT.has(port) ? 'direct' : STARTTLS.get(port);
}
