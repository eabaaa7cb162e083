/** Where ACME clients put the certificates of a machine, whichever server presents them. */
import { join } from 'node:path';
import type { Tree } from './tree.ts';

export interface AcmeCertificate {
  readonly path: string;
  readonly client: 'certbot' | 'acme.sh' | 'lego';
}

/** Of root, and of everybody else. */
function homes(tree: Tree): readonly string[] {
  return ['/root', ...tree.names('/home').map((name) => join('/home', name))];
}

export function findAcmeCertificates(tree: Tree): readonly AcmeCertificate[] {
  const all = (client: AcmeCertificate['client'], patterns: readonly string[]): AcmeCertificate[] =>
    patterns.flatMap((pattern) => tree.matches(pattern)).map((path) => ({ client, path }));
  const roots = homes(tree);
  return [
    ...all('certbot', ['/etc/letsencrypt/live/*/fullchain.pem']),
    ...all(
      'acme.sh',
      ['/etc/acme.sh', ...roots.map((home) => `${home}/.acme.sh`)].map((dir) => `${dir}/*/fullchain.cer`),
    ),
    ...all(
      'lego',
      ['/etc/lego', '/var/lib/lego', ...roots.map((home) => `${home}/.lego`)].map(
        (dir) => `${dir}/certificates/*.crt`,
      ),
    ).filter(
      // Those of the issuers.
      ({ path }) => !path.endsWith('.issuer.crt'),
    ),
  ];
}
