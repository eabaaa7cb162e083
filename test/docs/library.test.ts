/** The examples of the library, each run as a program of its own beside a certificate whose responder answers. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer, request } from 'node:http';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesPem, keyPem } from '../support/files.ts';
import { close, listen } from '../support/loopback.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki, testResponse } from '../support/pki.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = ['README.md', 'docs/guides/nodejs.md', 'docs/migration.md'];
const EXAMPLES = PAGES.flatMap((page) =>
  Array.from(
    readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms),
    ([, code = ''], i) => ({
      page,
      number: i + 1,
      code,
    }),
  ),
);

/** Shakes hands with the server of the example, and ends it. */
const ASK = `
import { connect } from 'node:tls';
if (!server.listening) await new Promise((done) => server.once('listening', done));
const socket = connect({ port: server.address().port, host: '127.0.0.1', rejectUnauthorized: false, requestOCSP: true, servername: 'www.example.test' });
socket.on('OCSPResponse', (staple) => {
  console.log(staple?.length > 0 ? 'stapled' : 'not stapled');
  process.exit();
});
`;

/**
 * Both workers staple, and one of them asks for both. They end before the primary: whoever still speaks with one that is
 * gone ends with EPIPE.
 */
const WORKERS = `
if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', () => {
    listening += 1;
    if (listening === 2) cluster.disconnect();
  });
}
`;

const endOf = (code: string): string => {
  if (code.includes('cluster')) return WORKERS;
  return code.includes('attachStapling(') ? ASK : '';
};

const pki = createTestPki({ now: new Date() });
let dir: string;
let responder: Responder;
let proxy: Server;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  responder = await startResponder({ pki });
  // The responder of the certificate is on no network: the proxy of the environment leads to it.
  proxy = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '', responder.url);
    const { method, headers } = incoming;
    incoming.pipe(
      request(new URL(pathname, responder.url), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  env = { PATH: process.env['PATH'], http_proxy: `http://127.0.0.1:${await listen(proxy)}` };
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // Inside of the project, so that its dependencies are found.
  dir = mkdtempSync(join(ROOT, '.cache', 'examples-'));
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
  writeFileSync(join(dir, 'domain.crt'), certificatesPem(pki.leaf, pki.issuer));
  writeFileSync(join(dir, 'domain.key'), keyPem(pki.leaf));
  writeFileSync(join(dir, 'domain.ocsp'), testResponse(pki));
});

afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await close(proxy);
  await responder.close();
});

describe.each(EXAMPLES)('example $number of $page', ({ page, number, code }) => {
  it('runs, and a server in it staples', async () => {
    const isServer = endOf(code) === ASK;
    const program = join(dir, `${page.replaceAll(/\W/g, '-')}-${number}.mjs`);
    writeFileSync(
      program,
      code.replaceAll('8443', code.includes('attachStapling(') ? '0' : '1') + endOf(code),
    );
    const { code: exit, stdout, stderr } = await run(program);
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(isServer ? /stapled/ : /\S/);
    expect(stdout).not.toContain('not stapled');
  });
});

function run(program: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [program], { cwd: dir, env }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}
