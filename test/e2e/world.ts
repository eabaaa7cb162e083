/** What every test of the whole command needs: certificates on disk at the time that it is, and openssl's word. */
import { rm } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entity, type ServerOptions, createServer } from '../../src/demo/pki/entity.ts';
import { name } from '../../src/demo/pki/name.ts';
import { testKeys } from '../support/keys.ts';
import { run } from '../support/peers.ts';
import { type TestPki, shift } from '../support/pki.ts';

const DAY = 86_400_000;

/** A directory that outlives a single test: for `beforeAll`. */
export async function makeDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'restaple-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A server certificate of the issuer of `pki`, in the middle of its ninety days. */
export function serverCertificate(
  pki: TestPki,
  commonName: string,
  options: Partial<ServerOptions> & { readonly serial: ServerOptions['serial'] },
): Entity {
  return createServer(pki.issuer, {
    name: name([['CN', commonName]]),
    keys: testKeys('p256', 3),
    notBefore: shift(pki.now, -45 * DAY),
    notAfter: shift(pki.now, 45 * DAY),
    dns: [commonName],
    ...options,
  });
}

/** What openssl says about a staple file: `Response verify OK` or why not, and the lines of its status. */
export async function opensslOpinion(
  openssl: string,
  question: {
    readonly staple: string;
    readonly issuer: string;
    readonly cert: string;
    readonly root: string;
  },
): Promise<{ readonly verdict: string; readonly lines: string }> {
  const { staple, issuer, cert, root } = question;
  const args = ['-no_nonce', '-respin', staple, '-issuer', issuer, '-cert', cert, '-CAfile', root];
  const { stdout, stderr } = await run(openssl, ['ocsp', ...args]);
  return { verdict: stderr.trim(), lines: stdout };
}
