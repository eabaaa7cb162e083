/** `--starttls`, as it is typed: the names of all dialogues, which are not loaded for this. */
import type { Beginning } from '../../probe/ports.ts';
import type { StartTlsName } from '../../probe/starttls/dialogues.ts';
import type { Arguments, OptionSpec } from '../arguments.ts';

const NAMES: Readonly<Record<StartTlsName, true>> = {
  smtp: true,
  lmtp: true,
  imap: true,
  pop3: true,
  ftp: true,
  ldap: true,
  xmpp: true,
  'xmpp-server': true,
  postgres: true,
  mysql: true,
  nntp: true,
  sieve: true,
};

export const STARTTLS: OptionSpec = {
  name: 'starttls',
  value: '<protocol>',
  help: 'speak this protocol before TLS, or none (default: by the port)',
};

export const startTlsFlag = (args: Arguments): Beginning | undefined =>
  args.value('starttls', `none, ${Object.keys(NAMES).join(', ')}`, (text) =>
    text === 'none' ? 'direct' : isName(text) ? text : undefined,
  );

const isName = (text: string): text is StartTlsName => Object.hasOwn(NAMES, text);
