import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startFront } from '../support/cdn-front.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { startResponder } from '../support/ocsp-responder.ts';
import { THIS_UPDATE, createTestPki } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';

it.each([
  '--connect-to=',
  '--connect-to=ocsp.example:80',
  '--connect-to=ocsp.example:80:edge.example',
  '--connect-to=ocsp.example:80:edge.example:http',
  '--connect-to=ocsp.example:80:edge.example:0',
  '--connect-to=ocsp.example:65536:edge.example:80',
  '--connect-to=ocsp.example:80:2001:db8::1:80',
  '--connect-to=ocsp.example:80:a b:80',
  '--connect-to=ocsp.example:80:[::1:80',
  '--resolve=ocsp.example:192.0.2.1',
  '--resolve=ocsp.example:80:',
  '--resolve=ocsp.example::192.0.2.1',
  '--resolve=:80:192.0.2.1',
  '--resolve=ocsp.example:80:edge.example',
  '--resolve=ocsp.example:80:127.1',
  '--resolve=ocsp.example:80:192.0.2.1,',
  '--resolve=ocsp.example:80:[192.0.2.1]',
])('%s is wrong usage', async (option) => {
  const run = await runCli(['fetch', 'x.crt', option]);
  expect(run).toMatchObject({ exitCode: 64, out: '' });
  expect(run.err).toContain(`${option.replace('=', ' ')}: expected HOST:PORT:`);
});

it('one edge of a CDN is asked by address, with the right Host and no other word', () =>
  withTempDir(async (dir) => {
    const responder = await startResponder({ pki: createTestPki(), now: () => THIS_UPDATE });
    const front = await startFront({ origin: responder.url, names: ['ocsp.example.test'] });
    const { leaf, issuer } = createTestPki({ leaf: { ocspUrls: ['http://ocsp.example.test/'] } });
    const cert = join(dir, 'domain.crt');
    await writeFile(cert, certificatesPem(leaf, issuer));
    for (const way of [
      ['--connect-to', `ocsp.example.test:80:127.0.0.1:${front.port}`],
      ['--connect-to', `:::${front.port}`, '--resolve', `ocsp.example.test:${front.port}:127.0.0.1`],
    ]) {
      expect(await runCli(['fetch', cert, ...way])).toMatchObject({ exitCode: 0, err: '' });
    }
    expect(front.hosts).toEqual(['ocsp.example.test', 'ocsp.example.test']);
    expect(await readdir(dir)).toEqual(['domain.crt', 'domain.ocsp']);
    await front.close();
    await responder.close();
  }));
