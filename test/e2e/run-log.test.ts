/** Nobody reads the log: the staples come all the same, and the keeper ends when it is told to. */
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { makeDirectory, serverCertificate } from './world.ts';

/** Their lines are several times the 64 KiB that a pipe takes. */
const COUNT = 300;
const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
  await mkdir(join(dir.path, 'certs'));
  for (let serial = 1; serial <= COUNT; serial++) {
    const entity = serverCertificate(pki, 'www.example.test', { serial, ocspUrls: [responder.url] });
    await writeFile(join(dir.path, 'certs', `${serial}.crt`), certificatesPem(entity, pki.issuer));
  }
});
afterAll(async () => {
  await responder.close();
  await cli.remove();
  await dir.remove();
});

it.each(['json', 'text'])('a log as %s into a pipe that is full', async (format) => {
  const at = (name: string): string => join(dir.path, `${format}-${name}`);
  await mkdir(at('out'));
  await run('mkfifo', [at('pipe')]);
  await writeFile(
    at('config'),
    [
      `store: ${format}-store`,
      'control: off',
      `out-dir: ${format}-out`,
      `log: { format: ${format} }`,
      'certificates: [{ files: certs, allow-private: true }]',
    ].join('\n'),
  );
  const pipe = openSync(at('pipe'), constants.O_RDWR);
  const keeper = cli.startWith(['ignore', 'ignore', pipe], 'run', '-c', at('config'));
  const exit = once(keeper, 'exit');
  try {
    await expect.poll(() => readdir(at('out')), { timeout: 60_000 }).toHaveLength(COUNT);
    keeper.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  } finally {
    keeper.kill('SIGKILL');
    closeSync(pipe);
  }
});
