/** Configurations as they are met with: what was once guessed, missed, or waited for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Tree } from '../../../src/servers/discover/tree.ts';
import { patchOf } from '../../../src/cli/init/patch.ts';
import { run } from '../../support/peers.ts';
import { find, withMachine } from './machine.ts';

const NGINX = '/etc/nginx/nginx.conf';
const HAPROXY = '/etc/haproxy/haproxy.cfg';
const EXIM = '/etc/exim4/exim4.conf';
const HITCH = '/etc/hitch/hitch.conf';
const LIGHTTPD = '/etc/lighttpd/lighttpd.conf';
const APACHE = '/etc/apache2/apache2.conf';
const BIND = 'frontend f\n bind :443 ssl crt /a.pem\n';

it.each([
  ['nginx', { [NGINX]: '\uFEFFhttp { server {\nssl_certificate /a.pem;\n} }' }],
  ['nginx', { [NGINX]: 'http { server {\r\n\tssl_certificate /a.pem;\r\n} }\r\n' }],
  ['nginx', { [NGINX]: "http { init_by_lua_block { x = '{' -- }\n }\nserver { ssl_certificate /a.pem; } }" }],
  ['haproxy', { [HAPROXY]: 'global\n', '/etc/haproxy/conf.d/b.cfg': BIND }],
  ['haproxy', { '/etc/default/haproxy': 'EXTRAOPTS="-f /x.cfg"\n', '/x.cfg': BIND, [HAPROXY]: '' }],
  ['hitch', { [HITCH]: 'frontend = {\n port = "443"\n pem-file = {\n cert = "/a.pem" }\n}' }],
  ['hitch', { [HITCH]: 'pem-dir = "/"\npem-dir-glob = "*.pem"\n', '/a.pem': '', '/a.key': '' }],
  ['exim', { [EXIM]: 'hide tls_certificate = "/a.pem"\n' }],
  ['nghttpx', { '/etc/nghttpx/nghttpx.conf': 'include=/b\r\n', '/b': 'certificate-file=/a.pem\r\n' }],
  ['apache', { [APACHE]: 'Include d\n', '/etc/apache2/d/e/f': "SSLCertificateFile '/a.pem'\n" }],
])('%s: a certificate is found in %j', async (type, files) => {
  const found = (await find(files)).get(type);
  expect(found?.certificates.map((one) => one.split(' @ ')[0])).toEqual(['/a.pem']);
  expect(found?.skipped).toEqual([]);
});

it('keeps a # within a name of Apache', async () => {
  const found = (await find({ [APACHE]: 'SSLCertificateFile /a#b.pem\n' })).get('apache');
  expect(found?.certificates).toEqual([`/a#b.pem @ ${APACHE}:1`]);
});

describe('what would land outside of its block is said, and not inserted', () => {
  it.each([
    ['nginx', { [NGINX]: 'http { server { ssl_certificate /a.pem; } }' }, 'within this server {}'],
    ['nginx', { [NGINX]: 'stream { server {\nssl_certificate /a.pem;\n} }' }, 'from 1.27.2 on'],
    ['nginx', { [NGINX]: 'mail { server {\nssl_certificate /a.pem;\n} }' }, 'does not staple in mail'],
    ['lighttpd', { [LIGHTTPD]: '$X["h"] == "b" { ssl.pemfile = "/a.pem" }\n' }, 'within the same braces'],
  ])('%s: %j', async (type, files, text) => {
    const found = (await find(files)).get(type);
    expect(found?.edits).toEqual([]);
    expect(found?.remarks[0]).toContain(text);
  });
});

describe('what is not known is named', () => {
  it.each([
    ['nginx', { [NGINX]: 'include /missing;\n' }, `${NGINX}:1: include /missing: no such file`],
    ['haproxy', { [HAPROXY]: `.if feature(X)\n${BIND}.endif\n` }, `${HAPROXY}:1: .if: what follows`],
    ['exim', { [EXIM]: '.ifndef _HAVE_X\ntls_certificate = /a.pem\n.endif\n' }, `${EXIM}:1: .ifndef _HAVE_X`],
    ['lighttpd', { [LIGHTTPD]: 'ssl.pemfile := "/a.pem"\n' }, `${LIGHTTPD}:1: ssl.pemfile: not a plain`],
    ['apache', { [APACHE]: 'SSLCertificateFile /$name.pem\n' }, `${APACHE}:1: /$name.pem: a variable`],
    [
      'h2o',
      { '/etc/h2o/h2o.conf': 'a: &x /a\ncertificate-file: *x\n' },
      'certificate-file: not a plain string',
    ],
  ])('%s: %j', async (type, files, text) => {
    const found = (await find(files)).get(type);
    expect(found?.certificates).toEqual([]);
    expect(found?.skipped).toHaveLength(1);
    expect(found?.skipped[0]).toContain(text);
  });
});

it('inserts behind the last of the lines that a \\ joins', async () => {
  const found = (await find({ [EXIM]: 'tls_certificate = \\\n  /a.pem\n' })).get('exim');
  expect(found?.edits[0]).toContain(`${EXIM}:2 + tls_ocsp_file`);
});

it('says once that a file which includes itself twice is included too often', async () => {
  const found = (await find({ [NGINX]: 'include nginx.conf;\ninclude nginx.conf;\n' })).get('nginx');
  expect(found?.skipped).toEqual([`${NGINX}:0: included too often`]);
});

it('does not wait for a pipe', () =>
  withMachine({ '/etc/x': '' }, async (root) => {
    await run('mkfifo', [join(root, 'etc/pipe')]);
    const tree = new Tree(root);
    expect([tree.text('/etc/pipe'), tree.whyNot('/etc/pipe')]).toEqual([undefined, 'no plain file']);
  }));

it('leaves bytes of another encoding, and the kind of line end, as they are in a patch', () =>
  withMachine({}, async (root) => {
    await writeFile(join(root, 'a'), Buffer.from('# \xfc\r\nx\r\n', 'latin1'));
    const edit = { place: { file: '/a', line: 2 }, remove: false, insert: ['y'] };
    expect(patchOf(new Tree(root), [edit, edit]).toString('latin1')).toBe(
      '--- a/a\n+++ b/a\n@@ -1,2 +1,3 @@\n # \xfc\r\n x\r\n+y\r\n',
    );
  }));
