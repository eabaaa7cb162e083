/** No key is opened by restaple init, and one beside its certificate in a file is neither kept nor printed. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parsePem } from '../../src/der/pem.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { NOW, createTestPki } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';

const pki = createTestPki({ now: NOW });
const CERTIFICATE = certificatesPem(pki.leaf, pki.issuer);
const KEY = keyPem(pki.leaf);

/** Each server with its key in a file of its own; those that take both in one file have that, too. */
const CONFIGS: Readonly<Record<string, string>> = {
  '/etc/nginx/nginx.conf':
    'http { server {\nssl_certificate /c/nginx.pem;\nssl_certificate_key /k/nginx.key;\n} }\n',
  '/etc/haproxy/haproxy.cfg': 'frontend f\n bind :443 ssl crt /both/\n bind :444 ssl crt /c/haproxy.pem\n',
  '/etc/hitch/hitch.conf':
    'pem-file = { cert = "/c/hitch.pem" private-key = "/k/hitch.key" }\npem-file = "/both/hitch.pem"\n',
  '/etc/lighttpd/lighttpd.conf':
    'ssl.pemfile = "/c/lighttpd.pem"\nssl.privkey = "/k/lighttpd.key"\n$HTTP["host"] == "b" {\n  ssl.pemfile = "/both/lighttpd.pem"\n}\n',
  '/etc/exim4/exim4.conf': 'tls_certificate = /c/exim.pem\ntls_privatekey = /k/exim.key\n',
  '/etc/h2o/h2o.conf': 'ssl:\n  certificate-file: /c/h2o.pem\n  key-file: /k/h2o.key\n',
  '/etc/nghttpx/nghttpx.conf':
    'certificate-file=/c/nghttpx.pem\nprivate-key-file=/k/nghttpx.key\nsubcert=/k/sub.key:/c/sub.pem\n',
  '/etc/trafficserver/ssl_multicert.config': 'ssl_cert_name=/c/ats.pem ssl_key_name=/k/ats.key\n',
  '/etc/apache2/apache2.conf': 'SSLCertificateFile /c/apache.pem\nSSLCertificateKeyFile /k/apache.key\n',
};
const KEYS = [
  ...['nginx', 'hitch', 'lighttpd', 'exim', 'h2o', 'nghttpx', 'sub', 'ats', 'apache'].map(
    (n) => `/k/${n}.key`,
  ),
  '/c/haproxy.pem.key',
  '/both/beside.key',
  '/etc/letsencrypt/live/a.test/privkey.pem',
  '/root/.acme.sh/a.test/a.test.key',
  '/root/.lego/certificates/a.test.key',
];

async function withKeys(use: (root: string, config: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const files: Record<string, string> = {
      ...CONFIGS,
      '/etc/letsencrypt/live/a.test/fullchain.pem': CERTIFICATE,
      '/root/.acme.sh/a.test/fullchain.cer': CERTIFICATE,
      '/root/.lego/certificates/a.test.crt': CERTIFICATE,
    };
    for (const name of [
      'nginx',
      'haproxy',
      'hitch',
      'lighttpd',
      'exim',
      'h2o',
      'nghttpx',
      'sub',
      'ats',
      'apache',
    ])
      files[`/c/${name}.pem`] = CERTIFICATE;
    for (const name of ['haproxy', 'hitch', 'lighttpd']) files[`/both/${name}.pem`] = KEY + CERTIFICATE;
    for (const path of KEYS) files[path] = KEY;
    const root = join(dir, 'root');
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    await use(root, join(dir, 'restaple.yaml'));
  });
}

/** Any four lines' worth of its base64, in any way of breaking lines. */
const body = KEY.split('\n').slice(1, -2);

it.each([[], ['--diff'], ['--json']])(
  'prints and keeps nothing of a key beside its certificate (%s)',
  (...args) =>
    withKeys(async (root, config) => {
      const { err, exitCode, out } = await runCli(['init', '--root', root, '-o', config, ...args]);
      expect(exitCode).toBe(0);
      const text = readFileSync(config, 'utf8');
      for (const path of ['/both/haproxy.pem', '/both/hitch.pem', '/both/lighttpd.pem'])
        expect(text).toContain(path);
      for (const line of [...body, 'PRIVATE KEY']) {
        expect(out + err).not.toContain(line);
        expect(text).not.toContain(line);
      }
    }),
);

it('wipes what was read of such a file, and decodes the certificates alone', () => {
  const bytes = Buffer.from(KEY + CERTIFICATE);
  const { blocks } = parsePem(bytes);
  expect(blocks.map(({ label }) => label)).toEqual(['CERTIFICATE', 'CERTIFICATE']);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
});

describeWithPeer('strace', 'restaple init', (strace) => {
  let cli: BuiltCli;
  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());

  it('opens every certificate, and no key', () =>
    withKeys(async (root, config) => {
      const trace = `${config}.strace`;
      const command = [process.execPath, cli.program('restaple'), 'init', '--root', root, '-o', config];
      const outcome = await run(strace, [
        '-f',
        '-e',
        'trace=open,openat,openat2',
        '-s',
        '4096',
        '-o',
        trace,
        ...command,
      ]);
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
      const opened = new Set([...readFileSync(trace, 'utf8').matchAll(/"([^"]+)"/g)].map(([, path]) => path));
      for (const path of ['/c/nginx.pem', '/c/apache.pem', '/both/hitch.pem', '/etc/exim4/exim4.conf'])
        expect(opened).toContain(join(root, path));
      expect(KEYS.filter((path) => opened.has(join(root, path)))).toEqual([]);
    }));
});
