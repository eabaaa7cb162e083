/** What is spoken with a server until both sides agree to TLS: one dialogue a protocol, by the name of `--starttls`. */
import type { Wire } from '../wire.ts';
import { ftp } from './ftp.ts';
import { imap } from './imap.ts';
import { ldap } from './ldap.ts';
import { mysql } from './mysql.ts';
import { nntp } from './nntp.ts';
import { pop3 } from './pop3.ts';
import { postgres } from './postgres.ts';
import { sieve } from './sieve.ts';
import { lmtp, smtp } from './smtp.ts';
import { xmpp, xmppServer } from './xmpp.ts';

/**
 * Ends when the server has agreed, with everything read that belongs to it. `name` is the one that the server is asked for.
 *
 * @throws ProbeError `probe-starttls-failed` with what the server said, and what the wire throws.
 */
export type Dialogue = (wire: Wire, name: string) => Promise<void>;

export type StartTlsName =
  | 'smtp'
  | 'lmtp'
  | 'imap'
  | 'pop3'
  | 'ftp'
  | 'ldap'
  | 'xmpp'
  | 'xmpp-server'
  | 'postgres'
  | 'mysql'
  | 'nntp'
  | 'sieve';

export const DIALOGUES: Readonly<Record<StartTlsName, Dialogue>> = {
  smtp,
  lmtp,
  imap,
  pop3,
  ftp,
  ldap,
  xmpp,
  'xmpp-server': xmppServer,
  postgres,
  mysql,
  nntp,
  sieve,
};
