/** The files of the demo: what an administrator has lying about for a TLS server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatPem } from '../der/pem.ts';
import type { Authorities } from './authorities.ts';
import type { Entity } from './pki/entity.ts';

/** Paths. Certificates and keys are PEM. */
export interface Files {
  readonly dir: string;
  /** The server's certificate and the intermediate that issued it, as servers want them. */
  readonly certificate: string;
  readonly key: string;
  /** Where `fetch` puts the staple of `certificate`; not there at first. */
  readonly staple: string;
  /** Another certificate of the same server, revoked from the start. */
  readonly revoked: string;
  readonly issuer: string;
  readonly root: string;
}

export function filesIn(dir: string): Files {
  return {
    dir,
    certificate: join(dir, 'domain.crt'),
    key: join(dir, 'domain.key'),
    staple: join(dir, 'domain.ocsp'),
    revoked: join(dir, 'revoked.crt'),
    issuer: join(dir, 'issuer.crt'),
    root: join(dir, 'root.crt'),
  };
}

export interface Servers {
  readonly domain: Entity;
  readonly revoked: Entity;
}

export async function writeFiles(files: Files, authorities: Authorities, servers: Servers): Promise<void> {
  const { root, issuer } = authorities;
  const { domain, revoked } = servers;
  await writeFile(files.certificate, certificates(domain, issuer));
  await writeFile(files.key, domain.keys.privateKey.export({ format: 'pem', type: 'pkcs8' }), {
    mode: 0o600,
  });
  await writeFile(files.revoked, certificates(revoked, issuer));
  await writeFile(files.issuer, certificates(issuer));
  await writeFile(files.root, certificates(root));
}

function certificates(...entities: readonly Entity[]): string {
  return entities.map(({ certificate }) => formatPem('CERTIFICATE', certificate.raw)).join('');
}
