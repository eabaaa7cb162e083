/** Who issues and signs in the demo: a root, an intermediate below it, and a delegated OCSP signer. */
import type { CertStatus } from '../ocsp/cert-status.ts';
import { randomSerial } from './pki/certificate.ts';
import {
  type Entity,
  type EntityOptions,
  createIntermediate,
  createOcspSigner,
  createRoot,
  createServer,
} from './pki/entity.ts';
import { generateKey } from './pki/keys.ts';
import { name } from './pki/name.ts';

export interface Authorities {
  readonly root: Entity;
  /** The intermediate: it issued the certificates of the servers. */
  readonly issuer: Entity;
  readonly signer: Entity;
}

/** The name for which the server's certificates are made; no resolver knows it, and none is asked. */
export const SERVER_NAME = 'www.demo.test';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the CA says about a certificate whose key was stolen, from `now` on. */
export const stolen = (now: Date): CertStatus => ({ type: 'revoked', revocationTime: now, reason: 1 });

export function createAuthorities(now: Date): Authorities {
  const root = createRoot(entity('Demo Root CA', now, 3650));
  const issuer = createIntermediate(root, entity('Demo Issuing CA', now, 1825));
  return { root, issuer, signer: createOcspSigner(issuer, entity('Demo OCSP Signer', now, 30)) };
}

/** A certificate for the TLS server, which says that OCSP is to be had at `ocspUrl`. */
export function issueServerCertificate({ issuer }: Authorities, now: Date, ocspUrl: string): Entity {
  return createServer(issuer, {
    dns: [SERVER_NAME, 'localhost'],
    ip: ['127.0.0.1', '::1'],
    ocspUrls: [ocspUrl],
    ...entity(SERVER_NAME, now, 90),
  });
}

function entity(commonName: string, now: Date, days: number): EntityOptions {
  return {
    name: name([
      ['O', 'Demo'],
      ['CN', commonName],
    ]),
    keys: generateKey('p256'),
    serial: randomSerial(),
    notBefore: new Date(now.getTime() - HOUR_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
  };
}
