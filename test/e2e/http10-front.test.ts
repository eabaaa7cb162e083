/** Through a front that speaks HTTP/1.0 only: each answer ends where its connection ends. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type SeenRequest, type TestServer, header, startHttpServer } from '../support/http-server.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import type { Outcome } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { type Proxy, startHttpProxy } from '../support/proxies.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;
let front: TestServer;
let proxy: Proxy;
/** How the next answers are put; `none` is the front's habit. */
let length: 'none' | 'right' | 'cut' | 'kept' | 'cut and none';
let status: string;
let seen: number;

/** The answer of the responder to the same request. */
async function origin({ method, target, body }: SeenRequest): Promise<Buffer> {
  const headers = { 'Content-Type': 'application/ocsp-request', Connection: 'close' };
  const post = method === 'POST' ? { body: Uint8Array.from(body) } : {};
  const answer = await fetch(new URL(target, responder.url), { method, headers, ...post });
  return Buffer.from(await answer.arrayBuffer());
}

function answerOf(body: Buffer): Buffer {
  const lines = {
    none: [],
    'cut and none': [],
    right: [`Content-Length: ${body.length}`],
    cut: [`Content-Length: ${body.length}`],
    kept: [`Content-Length: ${body.length}`, 'Connection: Keep-Alive'],
  };
  const head = [`HTTP/1.0 ${status}`, 'Content-Type: application/ocsp-response', ...lines[length], '', ''];
  return Buffer.concat([
    Buffer.from(head.join('\r\n')),
    length.startsWith('cut') ? body.subarray(0, 100) : body,
  ]);
}

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
  front = await startHttpServer((request, socket) => {
    origin(request).then(
      (body) => (length === 'kept' ? socket.write(answerOf(body)) : socket.end(answerOf(body))),
      () => socket.destroy(),
    );
  });
  proxy = await startHttpProxy();
});
beforeEach(() => {
  length = 'none';
  status = '200 OK';
  seen = front.requests.length;
});
afterAll(async () => {
  await proxy.close();
  await front.close();
  await responder.close();
  await cli.remove();
  await dir.remove();
});

let certificates = 0;

async function certificate(): Promise<string> {
  certificates += 1;
  const leaf = serverCertificate(pki, 'www.example.test', {
    serial: 1000 + certificates,
    ocspUrls: [`http://ocsp.example.test:${front.port}/`],
  });
  const path = join(dir.path, `domain-${certificates}.crt`);
  await writeFile(path, certificatesPem(leaf, pki.issuer));
  return path;
}

const fetchFrom = async (...args: readonly string[]): Promise<Outcome> =>
  cli.run('fetch', '--resolve', `ocsp.example.test:${front.port}:127.0.0.1`, ...args);

function expectGood(outcome: Outcome, count = 1): void {
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(outcome.stdout.match(/: good\n/g)).toHaveLength(count);
}

const requests = (): readonly SeenRequest[] => front.requests.slice(seen);

describe('a front that speaks HTTP/1.0', () => {
  it.each(['get', 'post'])('ends its answer with the connection: %s', async (method) => {
    expectGood(await fetchFrom('--method', method, await certificate()));
    expect(requests().map((one) => one.method.toLowerCase())).toEqual([method]);
    const [request] = requests();
    expect(header(request, 'host')).toBe(`ocsp.example.test:${front.port}`);
    // HTTP/1.0 knows no chunks.
    expect(header(request, 'transfer-encoding')).toBeUndefined();
    expect(header(request, 'content-length')).toBe(
      method === 'post' ? String(request?.body.length) : undefined,
    );
  });

  it.each([
    ['says the length, and closes', 'right', 5],
    // The first one is given away when it turns out not to be the HTTP/1.1 that is read without node:http.
    ['keeps the connection when it is asked to', 'kept', 2],
  ] as const)('%s', async (_sentence, how, connections) => {
    length = how;
    const certs = [];
    for (let i = 0; i < 5; i++) certs.push(await certificate());
    expectGood(await fetchFrom('--jobs', '1', ...certs), 5);
    expect(requests()).toHaveLength(5);
    const used = new Set(requests().map(({ connection }) => connection)).size;
    expect(used).toBe(connections);
  });

  it('for many certificates at the same time', async () => {
    const certs = [];
    for (let i = 0; i < 20; i++) certs.push(await certificate());
    expectGood(await fetchFrom(...certs), 20);
    expect(requests()).toHaveLength(20);
  });

  it('through a proxy', async () => {
    const way = ['--allow-private', '--proxy', `http://127.0.0.1:${proxy.port}`];
    expectGood(await cli.run('fetch', ...way, await certificate()));
    expect(requests()).toHaveLength(1);
  });

  it('for the verb ocsp', async () => {
    const cert = await certificate();
    const issuer = join(dir.path, 'issuer.pem');
    await writeFile(issuer, certificatesPem(pki.issuer));
    const url = `http://127.0.0.1:${front.port}/`;
    const outcome = await cli.run('ocsp', '-issuer', issuer, '-cert', cert, '-url', url, '-no_nonce');
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain(`${cert}: good`);
  });

  it('an answer that was cut short is none: exit 75, nothing is written', async () => {
    length = 'cut';
    const outcome = await fetchFrom(await certificate());
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toContain('closed the connection after 100 of ');
  });

  it('nor when nothing but the end of the connection says its length', async () => {
    length = 'cut and none';
    const outcome = await fetchFrom(await certificate());
    expect(outcome).toMatchObject({ code: 65, stdout: '' });
    expect(requests().map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('a status of the front has its words', async () => {
    status = '403 Forbidden';
    const outcome = await fetchFrom(await certificate());
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toContain('403 Forbidden');
  });
});
