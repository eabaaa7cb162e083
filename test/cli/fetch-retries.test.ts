import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Behaviour, answer } from '../support/http-server.ts';
import { createTestPki, testResponse } from '../support/pki.ts';
import { runCli, runFetch } from '../support/run-cli.ts';
import { serve } from '../http/harness.ts';

const pki = createTestPki();
const busy: Behaviour = answer({ status: 503, reason: 'Busy' });
const good: Behaviour = answer({ body: testResponse(pki) });

describe('a responder that is busy at first', () => {
  it.each([
    [[], 0, 2],
    [['--retries', '1'], 0, 2],
    [['--retries', '0'], 75, 1],
  ])('%j: exit %i, asked %i times', (args, exitCode, asked) =>
    withTempDir(async (dir) => {
      let count = 0;
      const server = await serve((request, socket) => (count++ === 0 ? busy : good)(request, socket));
      const cert = join(dir, 'domain.crt');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      const ask = ['--url', server.url().href, '--method', 'post', '-v'];
      const run = await runCli(['fetch', cert, ...ask, ...args]);
      expect(run.exitCode).toBe(exitCode);
      expect(server.requests).toHaveLength(asked);
      const again = run.err.match(/: 503 Busy from \S+ for Host: \S+; asking again in \d+m?s\n/g) ?? [];
      expect(again).toHaveLength(asked - 1);
    }),
  );
});

it('a server of the CA that is busy at first is asked again for the issuer', () =>
  withTempDir(async (dir) => {
    let count = 0;
    const certificate = answer({ body: pki.issuer.certificate.raw });
    const ca = await serve((request, socket) => (count++ === 0 ? busy : certificate)(request, socket));
    const responder = await serve(good);
    const { leaf } = createTestPki({
      leaf: { ocspUrls: [responder.url().href], caIssuersUrls: [ca.url().href] },
    });
    const cert = join(dir, 'domain.crt');
    await writeFile(cert, certificatesPem(leaf));
    const once = await runFetch([cert, '--retries', '0']);
    expect(once).toMatchObject({ exitCode: 75 });
    expect(once.err).toContain('answers 503');
    count = 0;
    expect(await runFetch([cert])).toMatchObject({ exitCode: 0, err: '' });
    expect(ca.requests).toHaveLength(3);
  }));

it.each(['-1', '11', '1.5', 'x', ''])('--retries "%s" is wrong usage', async (text) => {
  const run = await runCli(['fetch', 'x.crt', `--retries=${text}`]);
  expect(run).toMatchObject({ exitCode: 64, out: '' });
});
