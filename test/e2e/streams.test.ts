/** Where the output goes may be full, closed or gone: staples are written all the same, and the exit code tells. */
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { type TestPki, createTestPki } from '../support/pki.ts';

const COUNT = 12;

let cli: BuiltCli;
let responder: Responder;
let pki: TestPki;

beforeAll(async () => {
  cli = await buildCli();
  const now = new Date();
  responder = await startResponder({ pki: createTestPki({ now }) });
  pki = createTestPki({ now, leaf: { ocspUrls: [responder.url] } });
});
afterAll(async () => {
  await responder.close();
  await cli.remove();
});

/** A directory with some certificates, one of which is damaged. */
async function withSites(use: (dir: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    for (let i = 0; i < COUNT; i++) {
      await writeFile(join(dir, `${i}.crt`), certificatesPem(pki.leaf, pki.issuer));
    }
    await writeFile(join(dir, 'bad.crt'), '-----BEGIN CERTIFICATE-----\n!');
    await use(dir);
  });
}

const staples = async (dir: string): Promise<number> =>
  (await readdir(dir)).filter((file) => file.endsWith('.ocsp')).length;

async function exitOf(stdio: ('full' | 'null')[], ...args: readonly string[]): Promise<unknown> {
  const files = stdio.map((kind) => openSync(`/dev/${kind}`, 'w'));
  try {
    const child = cli.startWith(['ignore', ...files], ...args);
    const [code] = await once(child, 'exit');
    return code;
  } finally {
    for (const file of files) closeSync(file);
  }
}

describe.skipIf(!existsSync('/dev/full'))('a full disk behind (skipped where there is no /dev/full)', () => {
  it('standard output: every staple is written, exit 73', () =>
    withSites(async (dir) => {
      expect(await exitOf(['full', 'null'], 'fetch', '--allow-private', dir)).toBe(73);
      expect(await staples(dir)).toBe(COUNT);
    }));

  it('standard error: every staple is written, and the exit code is that of the damaged file', () =>
    withSites(async (dir) => {
      expect(await exitOf(['null', 'full'], 'fetch', '--allow-private', dir)).toBe(65);
      expect(await staples(dir)).toBe(COUNT);
    }));

  it('both: the same, exit 73', () =>
    withSites(async (dir) => {
      expect(await exitOf(['full', 'full'], 'fetch', '--allow-private', dir)).toBe(73);
      expect(await staples(dir)).toBe(COUNT);
    }));

  it.each([[['--help']], [['fetch', '--help']], [['--version']]])('%j: exit 73', async (args) => {
    expect(await exitOf(['full', 'full'], ...args)).toBe(73);
  });
});

describe('a process that is ended in the middle', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: no temporary file stays behind, and the shell sees the signal',
    (signal) =>
      withSites(async (dir) => {
        for (let i = COUNT; i < 300; i++) {
          await writeFile(join(dir, `${i}.crt`), certificatesPem(pki.leaf, pki.issuer));
        }
        const child = cli.start('fetch', '--allow-private', '-q', dir);
        while ((await staples(dir)) === 0 && child.exitCode === null) await sleep(1);
        child.kill(signal);
        const [, endedBy] = await once(child, 'exit');
        expect(endedBy).toBe(signal);
        expect((await readdir(dir)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
        expect(await staples(dir)).toBeLessThan(300);
      }),
  );
});
