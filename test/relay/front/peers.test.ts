/** Programs that ask a responder by themselves, unchanged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatPem } from '../../../src/der/pem.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { createTestPki } from '../../support/pki.ts';
import { type TestFront, startFront } from '../../support/relay-front.ts';

const dir = mkdtempSync(join(tmpdir(), 'restaple-peers-'));
const issuer = join(dir, 'issuer.pem');
const leaf = join(dir, 'leaf.pem');
const root = join(dir, 'root.pem');
let front: TestFront;

beforeAll(async () => {
  // The programs go by the real clock.
  const pki = createTestPki({ now: new Date() });
  front = await startFront({ pki });
  for (const [path, { certificate }] of [
    [issuer, pki.issuer],
    [leaf, pki.leaf],
    [root, pki.root],
  ] as const)
    writeFileSync(path, formatPem('CERTIFICATE', certificate.raw));
});
afterAll(async () => {
  await front.relay.close();
  rmSync(dir, { recursive: true, force: true });
});

describeWithPeer('openssl', 'openssl ocsp', (openssl) => {
  it.each(['/', '/ca/1', '/http://ocsp.example/'])('takes the answer from %s', async (path) => {
    const url = `http://127.0.0.1:${front.port}${path}`;
    const args = ['ocsp', '-issuer', issuer, '-cert', leaf, '-CAfile', root, '-url', url, '-no_nonce'];
    const { stdout, stderr } = await run(openssl, args);
    expect(stdout).toContain(`${leaf}: good`);
    expect(stderr).toContain('Response verify OK');
  });

  it('takes it through the relay as its proxy', async () => {
    const before = front.questions.length;
    const proxy = `http://127.0.0.1:${front.port}`;
    const url = ['-url', 'http://ocsp.example/proxied', '-proxy', proxy, '-no_nonce'];
    const { stdout } = await run(openssl, [
      'ocsp',
      '-issuer',
      issuer,
      '-cert',
      leaf,
      '-CAfile',
      root,
      ...url,
    ]);
    expect(stdout).toContain(`${leaf}: good`);
    expect(front.questions.slice(before).map(({ upstream }) => upstream)).toEqual([
      'http://ocsp.example/proxied',
    ]);
  });
});

describeWithPeer('ocsptool', 'ocsptool --ask', (ocsptool) => {
  it('takes the answer', async () => {
    const url = `http://127.0.0.1:${front.port}/`;
    const args = ['--load-cert', leaf, '--load-issuer', issuer, '--load-trust', issuer];
    const { code, stdout } = await run(ocsptool, [`--ask=${url}`, ...args]);
    expect(stdout).toContain('Verifying OCSP Response: Success');
    expect(code).toBe(0);
  });
});

describeWithPeer('curl', 'curl', (curl) => {
  it('takes the answer by proxy, and hears no tunnel', async () => {
    const proxy = ['--silent', '--show-error', '--proxy', `http://127.0.0.1:${front.port}`];
    const url = `http://ocsp.example/${encodeURIComponent(front.base64)}`;
    const got = join(dir, 'got.der');
    const written = await run(curl, [
      ...proxy,
      '--output',
      got,
      '--write-out',
      '%{http_code} %{content_type}',
      url,
    ]);
    expect(written.stdout).toBe('200 application/ocsp-response');
    const tunnel = await run(curl, [...proxy, 'https://ocsp.example/']);
    expect(tunnel.stderr).toContain('405');
  });
});
