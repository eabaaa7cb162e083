/**
 * Where the examples of the documentation run: a folder with the package installed in it, beside a certificate, its key
 * and its staple, `domain.*`, whose responder and issuer answer.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { certificatesPem, keyPem } from '../support/files.ts';
import { close, listen } from '../support/loopback.ts';
import { startResponder } from '../support/ocsp-responder.ts';
import { createTestPki, testResponse } from '../support/pki.ts';

export const ROOT: string = resolve(import.meta.dirname, '../..');

const ISSUER_URL = 'http://ca.example.test/issuer.crt';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExampleWorld {
  readonly dir: string;
  /** Certificate and key of a TLS server, as its options. */
  readonly site: { readonly key: string; readonly cert: string };
  /** Runs a program of that folder. */
  run(...args: readonly string[]): Promise<Finished>;
  close(): Promise<void>;
}

export async function startExampleWorld(): Promise<ExampleWorld> {
  const pki = createTestPki({ now: new Date(), leaf: { caIssuersUrls: [ISSUER_URL] } });
  const responder = await startResponder({ pki });
  // What the certificate names is on no network: the proxy of the environment leads there.
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.url === ISSUER_URL) {
      outgoing.end(pki.issuer.certificate.raw);
      return;
    }
    const { pathname } = new URL(incoming.url ?? '', responder.url);
    const { method, headers } = incoming;
    incoming.pipe(
      request(new URL(pathname, responder.url), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  const env = { PATH: process.env['PATH'], http_proxy: `http://127.0.0.1:${await listen(proxy)}` };
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // Inside of the project, so that its dependencies are found.
  const dir = mkdtempSync(join(ROOT, '.cache', 'examples-'));
  // Or `restaple` would be the project around it, as it was built last.
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const installed = join(dir, 'node_modules/restaple');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/index.ts', 'src/ocsp/index.ts', 'src/tls/index.ts'],
    outdir: join(installed, 'dist'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  writeFileSync(join(installed, 'package.json'), readFileSync(join(ROOT, 'package.json')));
  const site = { cert: certificatesPem(pki.leaf, pki.issuer), key: keyPem(pki.leaf) };
  writeFileSync(join(dir, 'domain.crt'), site.cert);
  writeFileSync(join(dir, 'domain.key'), site.key);
  writeFileSync(join(dir, 'domain.ocsp'), testResponse(pki));
  return {
    dir,
    site,
    run: (...args) =>
      new Promise((done) => {
        execFile(process.execPath, args, { cwd: dir, env }, (error, stdout, stderr) => {
          done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
        });
      }),
    async close() {
      rmSync(dir, { recursive: true, force: true });
      await close(proxy);
      await responder.close();
    },
  };
}
