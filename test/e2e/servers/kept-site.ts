/** A certificate that `restaple run` keeps a staple for, and a responder that can be spoilt. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entity } from '../../../src/demo/pki/entity.ts';
import type { CertStatus } from '../../../src/ocsp/cert-status.ts';
import type { BuiltCli } from '../../support/built-cli.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { testKeys } from '../../support/keys.ts';
import { type Reply, type Responder, startResponder } from '../../support/ocsp-responder.ts';
import type { Outcome } from '../../support/peers.ts';
import { createTestPki } from '../../support/pki.ts';
import { type RunningCli, startRun } from '../run-world.ts';
import { serverCertificate } from '../world.ts';

/** What is done to the answers of a responder. */
export type Spoil = (der: Buffer) => Buffer | Reply;

export const UNSPOILT: Spoil = (der) => der;

export const SPOILS: readonly (readonly [string, Spoil])[] = [
  ['down', () => ({ status: 503, body: 'no' })],
  ['garbage', () => Buffer.from('<html>no</html>')],
  ['forged', (der: Buffer): Buffer => Buffer.concat([der.subarray(0, -1), Buffer.of((der.at(-1) ?? 0) ^ 1)])],
];

export interface KeptSite {
  readonly dir: string;
  /** With its issuer; beside it its key. */
  readonly certificate: string;
  /** Starts a keeper whose config has these lines, with this site for the one server of theirs. */
  keep(servers: string): Promise<RunningCli>;
  /** Has the running keeper ask now. */
  refresh(): Promise<Outcome>;
  /** From now on answers are newer, and have this status. */
  answer(type: CertStatus['type']): void;
  spoil(how: Spoil): void;
  /** A certificate to come after the present one, with its key, and the issuer of both. */
  renewed(): { readonly entity: Entity; readonly issuer: Entity };
  /** Ends what was started, and removes everything. */
  close(): Promise<void>;
}

/** Answers hold for `validityMs`. */
export async function keptSite(cli: BuiltCli, validityMs: number = 12 * 3_600_000): Promise<KeptSite> {
  const dir = await mkdtemp(join(tmpdir(), 'restaple-kept-'));
  const pki = createTestPki({ now: new Date() });
  let spoil = UNSPOILT;
  // A response says whole seconds, so each is said to be made a second after the one before.
  let madeAt = Date.now() - 60_000;
  const responder: Responder = await startResponder({
    pki,
    defaultStatus: { type: 'good' },
    now: () => new Date(madeAt),
    validityMs,
    mangle: (der) => spoil(der),
  });
  const entity = serverCertificate(pki, 'www.example.test', { serial: 4711, ocspUrls: [responder.url] });
  const certificate = join(dir, 'chain.pem');
  await writeFile(certificate, certificatesPem(entity, pki.issuer));
  await writeFile(join(dir, 'key.pem'), keyPem(entity), { mode: 0o600 });
  await mkdir(join(dir, 'staples'));
  const control = join(dir, 'control.sock');
  const running: RunningCli[] = [];
  return {
    dir,
    certificate,
    async keep(servers) {
      const config = join(dir, 'restaple.yaml');
      await writeFile(
        config,
        `store: ${dir}/store
control: ${control}
defaults: { allow-private: true }
log: { level: debug }
certificates:
  - files: ${certificate}
    server: site
servers:
  - name: site
    gather: 0s
    reload-at-most: 0s
${servers.replaceAll(/^/gm, '    ')}
`,
      );
      const one = startRun(cli, '-c', config);
      running.push(one);
      return one;
    },
    refresh: () => cli.run('refresh', '--control', control, certificate),
    answer(type) {
      madeAt += 1000;
      const status: CertStatus =
        type === 'revoked' ? { type, revocationTime: new Date(madeAt), reason: undefined } : { type };
      responder.setStatus(entity.certificate.serialNumber, status);
    },
    spoil: (how) => (spoil = how),
    renewed: () => ({
      entity: serverCertificate(pki, 'www.example.test', {
        serial: 4712,
        keys: testKeys('p256', 4),
        ocspUrls: [responder.url],
      }),
      issuer: pki.issuer,
    }),
    async close() {
      await Promise.all(running.map((one) => one.end('SIGKILL')));
      await responder.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The content of a file that may not be there. */
export const contentOf = (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined);
