/**
 * A PKI of any number of server certificates and a signed answer about each, made once and kept on disk: making it takes
 * longer than refreshing it.
 */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { attempt } from '../../src/attempt.ts';
import { formatPem } from '../../src/der/pem.ts';
import { createServer as createServerCertificate } from '../../src/demo/pki/entity.ts';
import { generateKey } from '../../src/demo/pki/keys.ts';
import { name } from '../../src/demo/pki/name.ts';
import { createResponse } from '../../src/demo/pki/response.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { listen } from '../../test/support/loopback.ts';
import { createTestPki, shift } from '../../test/support/pki.ts';

export type SignerKey = 'rsa-2048' | 'p256';

export interface PkiWanted {
  readonly count: number;
  /** Of the issuer and of the delegated signer. */
  readonly key: SignerKey;
  /** The issuer delegates to a signer whose certificate comes with every answer. */
  readonly delegated: boolean;
  /** How many responders the certificates name in turn, each at a port of its own. */
  readonly responders: number;
}

export interface BulkPki extends PkiWanted {
  readonly made: number;
  readonly ports: readonly number[];
  /** One file a certificate, `site0000000.crt` and on. */
  readonly certificates: string;
  readonly issuer: string;
  readonly root: string;
  /** The answers in the order of the certificates, each behind its length in four octets. */
  readonly answers: string;
}

/** Serial numbers count from here on: four octets, so that all are of one length. */
export const FIRST_SERIAL = 0x10000000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Half of the life of the answers: what is older is made anew. */
const MAX_AGE_MS = 3.5 * DAY_MS;

/** The kept one where there is one and it is still good. */
export async function bulkPki(cache: string, wanted: PkiWanted): Promise<BulkPki> {
  const { count, key, delegated, responders } = wanted;
  const dir = join(cache, `${key}-${delegated ? 'delegate' : 'issuer'}-${responders}-${count}`);
  const kept = attempt((): BulkPki => JSON.parse(readFileSync(join(dir, 'pki.json'), 'utf8')));
  if (kept && Date.now() - kept.made < MAX_AGE_MS && (await areFree(kept.ports))) return kept;
  process.stderr.write(`making ${count} certificates and answers in ${dir} ...\n`);
  rmSync(dir, { recursive: true, force: true });
  const pki = make(dir, wanted, await freePorts(responders));
  writeFileSync(join(dir, 'pki.json'), JSON.stringify(pki));
  return pki;
}

function make(dir: string, wanted: PkiWanted, ports: readonly number[]): BulkPki {
  const now = new Date();
  const { root, issuer, delegate } = createTestPki({ now, kind: wanted.key });
  const paths = {
    certificates: join(dir, 'certificates'),
    issuer: join(dir, 'issuer.pem'),
    root: join(dir, 'root.pem'),
    answers: join(dir, 'answers'),
  };
  mkdirSync(paths.certificates, { recursive: true });
  writeFileSync(paths.issuer, formatPem('CERTIFICATE', issuer.certificate.raw));
  writeFileSync(paths.root, formatPem('CERTIFICATE', root.certificate.raw));
  // Nobody looks at the keys of the servers, so one does for all.
  const keys = generateKey('p256');
  const [thisUpdate, nextUpdate] = [shift(now, -HOUR_MS), shift(now, 7 * DAY_MS)];
  const [notBefore, notAfter] = [shift(now, -DAY_MS), shift(now, 60 * DAY_MS)];
  const signer = wanted.delegated ? delegate : issuer;
  const certs = wanted.delegated ? [delegate.certificate.raw] : [];
  const file = openSync(paths.answers, 'w');
  for (let i = 0; i < wanted.count; i++) {
    const host = `site${String(i).padStart(7, '0')}`;
    const { certificate } = createServerCertificate(issuer, {
      name: name([['CN', `${host}.example.test`]]),
      dns: [`${host}.example.test`],
      keys,
      serial: FIRST_SERIAL + i,
      notBefore,
      notAfter,
      ocspUrls: [`http://127.0.0.1:${ports[i % ports.length]}/`],
    });
    writeFileSync(join(paths.certificates, `${host}.crt`), formatPem('CERTIFICATE', certificate.raw));
    const certID = createCertID(certificate, issuer.certificate);
    const responses = [{ certID, certStatus: { type: 'good' } as const, thisUpdate, nextUpdate }];
    const der = createResponse({ signer, producedAt: thisUpdate, responses, certs });
    const length = Buffer.alloc(4);
    length.writeUInt32BE(der.length);
    writeSync(file, Buffer.concat([length, der]));
  }
  closeSync(file);
  return { ...wanted, made: now.getTime(), ports, ...paths };
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => listen(server)));
  for (const server of servers) server.close();
  return ports;
}

/** The ports stand in the certificates: where somebody else listens at one now, the PKI is of no use. */
async function areFree(ports: readonly number[]): Promise<boolean> {
  const tried = ports.map(
    (port) =>
      new Promise<boolean>((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
      }),
  );
  return (await Promise.all(tried)).every(Boolean);
}
