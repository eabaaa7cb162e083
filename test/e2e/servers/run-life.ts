/** `restaple run` for a server, with a responder that can be spoilt in the middle of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entity } from '../../../src/demo/pki/entity.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import type { BuiltCli } from '../../support/built-cli.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { type Reply, type Responder, startResponder } from '../../support/ocsp-responder.ts';
import { type TestPki, shift, testResponse } from '../../support/pki.ts';
import { type RunningCli, startRun } from '../run-world.ts';
import { serverCertificate } from '../world.ts';

const MINUTE = 60_000;
const VALIDITY_MS = 60 * MINUTE;

/** What a responder may come to. */
export const MISCHIEF = ['down', 'garbage', 'a forgery', 'an expired answer'] as const;
export type Mischief = (typeof MISCHIEF)[number];

export interface Life {
  /** With its key and its issuer in one file. */
  readonly certificate: string;
  readonly responder: Responder;
  /** From now on answers are good for so long, unless there is mischief. */
  answer(leftMs: number, mischief?: Mischief): void;
  revoke(): void;
  /** @param server the entry of `servers`, as lines of YAML. */
  keep(server: readonly string[]): Promise<RunningCli>;
  /** Has the keeper ask now, and waits for what comes of it. @returns the exit code. */
  refresh(): Promise<number>;
  /** Kills what runs. */
  end(): Promise<void>;
}

/** @param root an empty directory, or none yet. */
export async function beginLife(cli: BuiltCli, pki: TestPki, root: string): Promise<Life> {
  await mkdir(root, { recursive: true });
  const certificate = join(root, 'www.pem');
  const control = join(root, 'control.sock');
  let thisUpdate = new Date();
  let mischief: Mischief | undefined;
  const responder = await startResponder({
    pki,
    defaultStatus: { type: 'good' },
    validityMs: VALIDITY_MS,
    now: () => thisUpdate,
    mangle: (der) => (mischief ? spoilt(mischief, pki, entity) : der),
  });
  const entity: Entity = serverCertificate(pki, 'www.example.test', { serial: 1, ocspUrls: [responder.url] });
  await writeFile(certificate, keyPem(entity) + certificatesPem(entity, pki.issuer));
  const serial = entity.certificate.serialNumber;
  const running: RunningCli[] = [];
  return {
    certificate,
    responder,
    answer(leftMs, what) {
      thisUpdate = shift(new Date(), leftMs - VALIDITY_MS);
      mischief = what;
      responder.setStatus(serial, { type: 'good' });
    },
    revoke() {
      responder.setStatus(serial, { type: 'revoked', revocationTime: shift(new Date(), -MINUTE), reason: 1 });
    },
    async keep(server) {
      const config = join(root, 'restaple.yaml');
      await writeFile(config, configuration(control, certificate, server));
      const one = startRun(cli, '--verbose', '-c', config);
      running.push(one);
      await one.saw('started');
      return one;
    },
    refresh: async () => (await cli.run('refresh', '--control', control, certificate)).code,
    async end() {
      await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
      await responder.close();
    },
  };
}

function spoilt(mischief: Mischief, pki: TestPki, { certificate }: Entity): Buffer | Reply {
  const certID = createCertID(certificate, pki.issuer.certificate);
  switch (mischief) {
    case 'down':
      return { status: 503, body: '' };
    case 'garbage':
      return Buffer.from('<html>no</html>');
    case 'a forgery':
      return testResponse(pki, { certID, signer: pki.strangerDelegate });
    case 'an expired answer': {
      const [thisUpdate, nextUpdate] = [-2, -1].map((hours) => shift(new Date(), hours * 60 * MINUTE));
      return testResponse(pki, { certID, thisUpdate: thisUpdate ?? pki.now, nextUpdate });
    }
  }
}

const configuration = (control: string, certificate: string, server: readonly string[]): string => `
store: store
control: ${control}
servers:
  - ${server.join('\n    ')}
    gather: 0s
    reload-at-most: 0s
certificates:
  - files: ${certificate}
    server: web
    allow-private: true
`;
