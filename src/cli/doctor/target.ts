/** From what was typed to a certificate file or a server. */
import { existsSync } from 'node:fs';
import type { Target } from '../../doctor/check.ts';
import { InputError } from '../../errors.ts';
import { host } from '../../http/option-text.ts';
import type { Beginning } from '../../probe/ports.ts';

const DEFAULT_PORT = '443';
/** Schemes, their ports (IANA), and what is spoken before TLS. */
const SCHEMES: ReadonlyMap<string, readonly [port: string, beginning: Beginning]> = new Map<
  string,
  readonly [string, Beginning]
>([
  ['https', [DEFAULT_PORT, 'direct']],
  ['smtps', ['465', 'direct']],
  ['submissions', ['465', 'direct']],
  ['ldaps', ['636', 'direct']],
  ['ftps', ['990', 'direct']],
  ['imaps', ['993', 'direct']],
  ['pop3s', ['995', 'direct']],
  ['ftp', ['21', 'ftp']],
  ['smtp', ['25', 'smtp']],
  ['submission', ['587', 'smtp']],
  ['pop3', ['110', 'pop3']],
  ['pop', ['110', 'pop3']],
  ['imap', ['143', 'imap']],
  ['ldap', ['389', 'ldap']],
  ['mysql', ['3306', 'mysql']],
  ['postgres', ['5432', 'postgres']],
  ['postgresql', ['5432', 'postgres']],
]);
/** Two colons at least, and whatever else an address may have: the URL parser has the last word. */
const BARE_IPV6 = /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i;
/** A file that is not there is not a server of that name. */
const FILE_NAME = /[/\\]|\.(?:crt|cer|cert|chain|pem|der|key|p7[bcs]|pfx|p12|ocsp|resp)$/i;

/**
 * What is there as a file is a file; else a URL, `HOST:PORT` or `HOST` is a server.
 *
 * @throws InputError `usage-invalid` for a URL of a scheme that has no TLS, or of no host and port.
 */
export function targetOf(text: string): Target {
  const file = { kind: 'file', path: text } as const;
  if (existsSync(text)) return file;
  const [, scheme, authority] = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(text) ?? [];
  if (scheme !== undefined && authority !== undefined) {
    const [port, beginning] = spokenBy(scheme, text);
    const server = serverOf(authority, port);
    if (server) return { ...server, beginning };
    throw new InputError('usage-invalid', `${text}: ${authority} is no HOST[:PORT]`);
  }
  // As it is copied out of a browser.
  const place = text.replace(/^([^/]+)\/$/, '$1');
  if (FILE_NAME.test(place)) return file;
  const server = serverOf(BARE_IPV6.test(place) ? `[${place}]` : place, DEFAULT_PORT);
  const isWord = /^[^[\]:]+$/.test(place);
  return server ? { ...server, ...(isWord && { word: text }) } : file;
}

function spokenBy(scheme: string, text: string): readonly [port: string, beginning: Beginning] {
  const spoken = SCHEMES.get(scheme.toLowerCase());
  if (spoken) return spoken;
  throw new InputError(
    'usage-invalid',
    `${text}: ${scheme} has no TLS; give HOST[:PORT] or https://HOST[:PORT]/`,
  );
}

function serverOf(text: string, usual: string): Extract<Target, { kind: 'server' }> | undefined {
  const [, name = '', port = usual] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  // The dot that ends a full name is DNS's own: TLS names have none (RFC 6066 section 3).
  const spelt = name === '' ? undefined : host(name.replace(/\.$/, ''));
  const number = Number(port);
  if (spelt === undefined || number < 1 || number > 65_535) return undefined;
  return { kind: 'server', host: spelt, port: String(number) };
}
