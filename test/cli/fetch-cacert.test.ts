import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type HttpsServer, createTlsIdentity, startHttpsServer } from '../support/https-server.ts';
import { createTestPki, testResponse } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';

const pki = createTestPki();
const identity = createTlsIdentity('localhost');
let responder: HttpsServer;
beforeAll(async () => {
  responder = await startHttpsServer(identity, (_request, response) => response.end(testResponse(pki)));
});
afterAll(() => responder.close());

describe('an https responder of a private CA', () => {
  it('is asked with --cacert, and not without', () =>
    withTempDir(async (dir) => {
      const cert = join(dir, 'domain.crt');
      const root = join(dir, 'root.pem');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      await writeFile(root, identity.rootPem);
      const url = ['--url', `https://localhost:${responder.port}/`];
      expect(await runCli(['fetch', cert, ...url, '--cacert', root])).toMatchObject({ exitCode: 0, err: '' });
      const without = await runCli(['fetch', cert, ...url]);
      expect(without.exitCode).toBe(75);
      expect(without.err).toContain('cannot make a TLS connection to localhost');
      expect(without.err).toMatch(/\nhint: .*--cacert FILE/);
      const json = await runCli(['fetch', cert, ...url, '--json']);
      expect(JSON.parse(json.out)).toMatchObject({
        certificates: [{ error: { code: 'http-tls-failed', exitCode: 75 } }],
      });
    }));

  it.each(['missing.pem', 'empty.pem'])('--cacert %s is told by its name', (file) =>
    withTempDir(async (dir) => {
      await writeFile(join(dir, 'domain.crt'), certificatesPem(pki.leaf, pki.issuer));
      await writeFile(join(dir, 'empty.pem'), '');
      const run = await runCli(['fetch', join(dir, 'domain.crt'), '--cacert', join(dir, file)]);
      expect([65, 66]).toContain(run.exitCode);
      expect(run.err).toContain(join(dir, file));
    }),
  );
});
