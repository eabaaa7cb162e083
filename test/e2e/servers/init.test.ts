/** The changes that restaple init prints, made by patch(1), and put to the check of the server itself. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { certificatesPem, keyPem, withTempDir } from '../../support/files.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { createTestPki } from '../../support/pki.ts';
import { runCli } from '../../support/run-cli.ts';

const pki = createTestPki({ now: new Date() });

interface Case {
  readonly program: string;
  /** Its configuration file, as init looks for it. */
  readonly file: string;
  readonly text: (pem: string, dir: string) => string;
  readonly check: (file: string) => readonly string[];
  /** What is in the file afterwards. */
  readonly added: string;
}

const CASES: readonly Case[] = [
  {
    program: 'nginx',
    file: '/etc/nginx/nginx.conf',
    text: (pem, dir) => `pid ${dir}/nginx.pid;
error_log ${dir}/error.log;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:9 ssl;
    ssl_stapling on;
    ssl_certificate ${pem};
    ssl_certificate_key ${pem};
  }
}
`,
    check: (file) => ['-t', '-c', file, '-e', 'stderr'],
    added: 'include /var/lib/restaple/nginx/site.ocsp.con[f];',
  },
  {
    program: 'haproxy',
    file: '/etc/haproxy/haproxy.cfg',
    text: (pem) => `global
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:9 ssl crt ${pem}
`,
    check: (file) => ['-c', '-f', file],
    added: 'stats socket /run/haproxy/restaple.sock mode 600 level user',
  },
  {
    program: 'hitch',
    file: '/etc/hitch/hitch.conf',
    text: (pem) => `frontend = { host = "127.0.0.1" port = "9" }
backend = "[127.0.0.1]:8"
pem-file = "${pem}"
ocsp-dir = ""
`,
    check: (file) => ['--test', `--config=${file}`],
    added: 'ocsp-dir = "/var/lib/restaple/hitch"',
  },
  {
    program: 'lighttpd',
    file: '/etc/lighttpd/lighttpd.conf',
    text: (pem, dir) => `server.modules = ( "mod_openssl" )
server.document-root = "${dir}"
server.bind = "127.0.0.1"
server.port = 9
$SERVER["socket"] == "127.0.0.1:10" {
  ssl.engine = "enable"
  ssl.pemfile = "${pem}"
}
`,
    check: (file) => ['-tt', '-f', file],
    added: 'ssl.stapling-file = "/var/lib/restaple/lighttpd/site.ocsp"',
  },
  {
    program: 'exim4',
    file: '/etc/exim4/exim4.conf',
    text: (pem) => `keep_environment =
primary_hostname = localhost
tls_advertise_hosts = *
tls_certificate = ${pem}
`,
    check: (file) => ['-C', file, '-bV'],
    added: 'tls_ocsp_file = ${if and{{exists{/var/lib/restaple/exim/${sha256:',
  },
];

for (const { added, check, file, program, text } of CASES) {
  describeWithPeer(program, `restaple init for ${program}`, (path) => {
    it('makes changes that its own check takes', () =>
      withTempDir(async (dir) => {
        const root = join(dir, 'root');
        const pem = join(dir, 'site.pem');
        const there = join(root, file);
        await mkdir(dirname(there), { recursive: true });
        await writeFile(pem, certificatesPem(pki.leaf, pki.issuer) + keyPem(pki.leaf));
        await writeFile(there, text(pem, dir));
        const before = await run(path, check(there));
        expect(before).toMatchObject({ code: 0 });
        const { exitCode, out } = await runCli(['init', '--root', root, '-o', join(dir, 'c.yaml'), '--diff']);
        expect(exitCode).toBe(0);
        expect(await run('patch', ['-p1', '-d', root], { input: Buffer.from(out) })).toMatchObject({
          code: 0,
        });
        expect(await readFile(there, 'utf8')).toContain(added);
        expect(await run(path, check(there))).toMatchObject({ code: 0 });
        const again = await runCli(['init', '--root', root, '-o', join(dir, 'c.yaml'), '--diff']);
        expect(again).toMatchObject({ exitCode: 0, out: '' });
      }));
  });
}
