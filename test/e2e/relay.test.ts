/** `restaple relay`, and `restaple run` with one, as processes of their own, asked by the programs of others. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, describe } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { type RunningCli, startVerb } from './run-world.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;
let root: string;
let cert: Entity;
let runs = 0;
const running: RunningCli[] = [];

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
});
afterAll(async () => {
  await cli.remove();
  await dir.remove();
});
beforeEach(async () => {
  root = join(dir.path, `relay${runs++}`);
  await mkdir(root);
  responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
  cert = serverCertificate(pki, 'www.example.test', { serial: 0x2001, ocspUrls: [responder.url] });
  await writeFile(file('cert.pem'), certificatesPem(cert, pki.issuer));
  await writeFile(file('issuer.pem'), certificatesPem(pki.issuer));
  await writeFile(file('root.pem'), certificatesPem(pki.root));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
  await responder.close();
});

const file = (name: string): string => join(root, name);

/** Starts it. @returns where it listens. */
async function start(...args: readonly string[]): Promise<{ port: number; relay: RunningCli }> {
  const relay = startVerb(cli, ...args, `--store=${file('store')}`, `--control=${file('c.sock')}`);
  running.push(relay);
  const [line] = await relay.saw('relay');
  const [, port] = /:(\d+)$/.exec(String(Object(line)['addresses'])) ?? [];
  return { port: Number(port), relay };
}

const relay = (...args: readonly string[]): ReturnType<typeof start> =>
  start('relay', '--allow-private', '--listen=127.0.0.1:0', ...args);

/** Asks by POST, with anything for a target. */
async function ask(port: number, target: string, { certificate }: Entity): Promise<Buffer> {
  const body = createRequest(createCertID(certificate, pki.issuer.certificate));
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: target, method: 'POST' }, (answer) => {
      buffer(answer).then(resolve, reject);
    })
      .on('error', reject)
      .end(body);
  });
}

const statusIn = (der: Buffer, { certificate }: Entity): string =>
  verifyResponse(der, { certificate, issuer: pki.issuer.certificate, now: new Date() }).certStatus.type;

describe('restaple relay', () => {
  it('answers for certificates that are named, and for others of their issuer', async () => {
    const { port, relay: process } = await relay(file('cert.pem'));
    await process.saw('fetched');
    expect(statusIn(await ask(port, '/', cert), cert)).toBe('good');
    const other = serverCertificate(pki, 'other.example.test', { serial: 0x2002 });
    expect(statusIn(await ask(port, `/${responder.url}`, other), other)).toBe('good');
    await process.saw('relay-met');
    await responder.close();
    expect(statusIn(await ask(port, '/any/path', cert), cert)).toBe('good');
    expect(statusIn(await ask(port, '/', other), other)).toBe('good');
    // Nothing but its store is written.
    await expect(readFile(file('cert.ocsp'))).rejects.toThrow('ENOENT');
    expect(await process.end()).toBe(0);
  });

  it('has its answers again after it was killed, with the responder gone', async () => {
    const first = await relay(file('cert.pem'));
    await first.relay.saw('fetched');
    const other = serverCertificate(pki, 'other.example.test', { serial: 0x2002 });
    const before = [await ask(first.port, '/', cert), await ask(first.port, `/${responder.url}`, other)];
    await first.relay.end('SIGKILL');
    await responder.close();
    const second = await relay(file('cert.pem'));
    await expect
      .poll(async () => [await ask(second.port, '/', cert), await ask(second.port, '/', other)])
      .toEqual(before);
  });

  it('needs no more than an issuer', async () => {
    const { port } = await relay(`--issuer=${file('issuer.pem')}`, `--url=${responder.url}`);
    expect(statusIn(await ask(port, '/', cert), cert)).toBe('good');
  });

  it.each([
    [['relay'], 64, 'no certificate and no issuer is named'],
    [['relay', 'x.pem', '--listen=192.0.2.1:2560'], 64, '192.0.2.1:2560 is not loopback'],
    [['relay', 'x.pem', '--listen=2560'], 64, 'an IP address with a port'],
    [['relay', 'x.pem', '--allow=10.0.0.0/33'], 64, 'an address or a network'],
  ])('%j is refused', async (args, code, message) => {
    const outcome = await cli.run(...args, ...(args.length > 1 ? [`--store=${file('store')}`] : []));
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });

  it('says which place is taken, and leaves nothing behind', async () => {
    const { port } = await relay(file('cert.pem'));
    const outcome = await cli.run(
      'relay',
      file('cert.pem'),
      `--listen=127.0.0.1:${port}`,
      `--store=${file('other-store')}`,
    );
    expect(outcome.stderr).toMatch(/cannot listen at 127\.0\.0\.1:\d+: address already in use/);
    expect(outcome.stderr).not.toContain('    at ');
    expect(outcome.code).toBe(73);
  });
});

it('restaple run with a relay is one process with both, and gives out the bytes of its files', async () => {
  await writeFile(
    file('restaple.yaml'),
    `
relay: { listen: 127.0.0.1:0 }
defaults: { allow-private: true }
certificates:
  - files: cert.pem
    output: cert.ocsp
`,
  );
  const { port, relay: process } = await start('run', `--config=${file('restaple.yaml')}`);
  await process.saw('published');
  const served = await ask(port, '/', cert);
  expect(served).toEqual(await readFile(file('cert.ocsp')));
  expect(responder.requests).toHaveLength(1);
});

it('restaple run says on SIGHUP that a changed relay is not heeded, and nothing where it is the same', async () => {
  const write = (listen: string, name: string): Promise<void> =>
    writeFile(
      file('restaple.yaml'),
      `relay: { listen: ${listen} }\ncertificates:\n  - files: ${name}\n    allow-private: true\n    output: off\n`,
    );
  await write('127.0.0.1:0', 'cert.pem');
  const { relay: process } = await start('run', `--config=${file('restaple.yaml')}`);
  await process.saw('fetched');
  const other = serverCertificate(pki, 'other.example.test', { serial: 0x2002, ocspUrls: [responder.url] });
  await writeFile(file('other.pem'), certificatesPem(other, pki.issuer));
  await write('127.0.0.1:0', '[cert.pem, other.pem]');
  process.child.kill('SIGHUP');
  await process.saw('fetched', 2);
  await write(file('relay.sock'), '[cert.pem, other.pem]');
  process.child.kill('SIGHUP');
  expect(await process.saw('config')).toMatchObject([
    { level: 'warn', message: expect.stringContaining('after a restart') },
  ]);
});

describeWithPeer('openssl', 'openssl and the relay', () => {
  it('asks the relay unchanged, with and without a nonce, by every way', async () => {
    const { port } = await relay(file('cert.pem'));
    for (const more of [[], ['-no_nonce'], ['-proxy', `127.0.0.1:${port}`]]) {
      const url = more[0] === '-proxy' ? responder.url : `http://127.0.0.1:${port}/`;
      const args = [
        '-issuer',
        'issuer.pem',
        '-cert',
        'cert.pem',
        '-CAfile',
        'root.pem',
        '-url',
        url,
        ...more,
      ];
      const { stdout, stderr } = await run('openssl', ['ocsp', ...args], { cwd: root });
      expect(stdout).toContain('cert.pem: good');
      expect(stderr).toContain('Response verify OK');
    }
  });
});

describeWithPeer('ocsptool', 'ocsptool and the relay', () => {
  it('asks the relay unchanged', async () => {
    const { port } = await relay(file('cert.pem'));
    const args = [`--ask=http://127.0.0.1:${port}/`, '--load-issuer=issuer.pem', '--load-cert=cert.pem'];
    const { stdout } = await run('ocsptool', args, { cwd: root });
    expect(stdout).toContain('Certificate Status: good');
    expect(stdout).toContain('Verifying OCSP Response: Success');
  });
});

describeWithPeer('curl', 'curl and the relay', () => {
  it('is told the same by GET and POST, and 304 for what it has', async () => {
    const { port, relay: process } = await relay(file('cert.pem'));
    await process.saw('fetched');
    const der = createRequest(createCertID(cert.certificate, pki.issuer.certificate));
    await writeFile(file('q'), der);
    const path = encodeURIComponent(der.toString('base64'));
    const url = `http://127.0.0.1:${port}`;
    await run('curl', ['-sS', '-o', 'a', '-D', 'h', `${url}/${path}`], { cwd: root });
    await run('curl', ['-sS', '-0', '-o', 'b', '--data-binary', '@q', url], { cwd: root });
    const digest = async (name: string): Promise<string> =>
      createHash('sha256')
        .update(await readFile(file(name)))
        .digest('hex');
    expect(await digest('a')).toBe(await digest('b'));
    const head = await readFile(file('h'), 'latin1');
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(head).toMatch(/^Content-Type: application\/ocsp-response\r$/m);
    expect(head).not.toMatch(/transfer-encoding/i);
    const [, etag = ''] = /^ETag: (.*)\r$/m.exec(head) ?? [];
    const args = ['-sS', '-o', 'c', '-w', '%{http_code}', '-H', `If-None-Match: ${etag}`, `${url}/${path}`];
    const again = await run('curl', args, { cwd: root });
    expect(again.stdout).toBe('304');
  });
});
