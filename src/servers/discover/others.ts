/** Servers that take no staple from a file or a command: recognised, so that nobody waits for one. */
import type { Remark } from './found.ts';
import type { Tree } from './tree.ts';

const OTHERS: readonly (readonly [pattern: string, truth: string])[] = [
  ['/etc/caddy/Caddyfile', 'Caddy fetches and staples by itself; there is nothing to do'],
  [
    '/etc/traefik/traefik.*',
    'Traefik staples from 3.5 on by itself (ocsp: in its static configuration), and takes no file',
  ],
  [
    '/etc/stunnel/*.conf',
    'stunnel takes no staple from a file: newer ones fetch by themselves, that of Debian 12 does not staple',
  ],
  ['/etc/postfix/main.cf', 'Postfix cannot staple'],
  ['/etc/dovecot/dovecot.conf', 'Dovecot cannot staple'],
  [
    '/usr/local/lsws/conf/httpd_config.*',
    'LiteSpeed fetches by itself and takes no file: let it ask restaple relay',
  ],
];

export const findOthers = (tree: Tree): readonly Remark[] =>
  OTHERS.flatMap(([pattern, text]) =>
    tree
      .matches(pattern)
      .slice(0, 1)
      .map((file) => ({ place: { file, line: 0 }, text })),
  );
