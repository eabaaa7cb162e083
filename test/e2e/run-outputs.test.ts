/** What becomes of the files that servers read when somebody else lays hands on them while the keeper runs. */
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { verifyStaple } from '../../src/staple/staple.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki, testResponse } from '../support/pki.ts';
import { type RunningCli, startRun } from './run-world.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const HOUR = 3_600_000;
const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;
let root: string;
let runs = 0;
let serial = 1;
let keeper: RunningCli;
let entity: Entity;

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
});
afterAll(async () => {
  await cli.remove();
  await dir.remove();
});
beforeEach(async () => {
  root = join(dir.path, `run${runs++}`);
  await mkdir(join(root, 'out'), { recursive: true });
  await mkdir(join(root, 'certs'));
  responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
  entity = await writeCertificate('site.crt');
  await writeFile(
    join(root, 'restaple.yaml'),
    [
      'store: store',
      'control: off',
      'rescan: 1s',
      'out-dir: out',
      'certificates: [{ files: certs, allow-private: true }]',
    ].join('\n'),
  );
  keeper = startRun(cli, '-c', join(root, 'restaple.yaml'));
  await keeper.saw('published');
});
afterEach(async () => {
  await keeper.end('SIGKILL');
  await responder.close();
});

const output = (): string => join(root, 'out', 'site.ocsp');

it.each([
  ['is removed', () => rm(output())],
  ['is emptied', () => truncate(output())],
  ['goes with its directory, which comes back', () => emptyDirectory()],
])('a staple that %s is put back, and nobody is asked', async (_, damage) => {
  await lookAtAll();
  const asked = responder.requests.length;
  const told = published();
  await damage();
  await saysOfOutput(told);
  verifyStaple(await readFile(output()), {
    certificate: entity.certificate,
    issuer: pki.issuer.certificate,
    now: new Date(),
  });
  expect(responder.requests).toHaveLength(asked);
});

it('a newer staple that somebody put there stays, and is not asked for again', async () => {
  await lookAtAll();
  const newer = testResponse(pki, {
    certID: createCertID(entity.certificate, pki.issuer.certificate),
    thisUpdate: new Date(Date.now() + 60_000),
    nextUpdate: new Date(Date.now() + 24 * HOUR),
  });
  await writeFile(output(), newer);
  await lookAtAll();
  expect(await readFile(output())).toEqual(newer);
  expect(responder.requests).toHaveLength(published());
});

async function emptyDirectory(): Promise<void> {
  await rm(join(root, 'out'), { recursive: true });
  await mkdir(join(root, 'out'));
}

/** Resolves when the keeper has looked at everything, a quarter of the files each time: each new certificate takes a look. */
async function lookAtAll(): Promise<void> {
  for (let looks = 0; looks < 4; looks++) {
    const told = published();
    await writeCertificate(`other${told}.crt`);
    await keeper.saw('published', told + 1);
  }
}

async function writeCertificate(name: string): Promise<Entity> {
  const made = serverCertificate(pki, 'www.example.test', { serial: serial++, ocspUrls: [responder.url] });
  await writeFile(join(root, 'certs', name), certificatesPem(made, pki.issuer));
  return made;
}

const published = (): number => keeper.lines.filter(({ event }) => event === 'published').length;

/** Resolves when it was told that the output was written, later than the first so many lines. */
async function saysOfOutput(told: number): Promise<void> {
  for (let next = told; ; next++) {
    const line = (await keeper.saw('published', next + 1))[next];
    if (JSON.stringify(line?.['files']) === JSON.stringify([output()])) return;
  }
}
