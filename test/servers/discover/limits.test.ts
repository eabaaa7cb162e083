/** What a machine may hold to stop whoever looks at it, to lead out of it, or to have something else said than is so. */
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { discover } from '../../../src/servers/discover/discover.ts';
import { matcherOf } from '../../../src/servers/discover/pattern.ts';
import { Tree } from '../../../src/servers/discover/tree.ts';
import { patchOf } from '../../../src/cli/init/patch.ts';
import { find, withMachine } from './machine.ts';

const NGINX = '/etc/nginx/nginx.conf';
const HAPROXY = '/etc/haproxy/haproxy.cfg';
const LIGHTTPD = '/etc/lighttpd/lighttpd.conf';
const APACHE = '/etc/apache2/apache2.conf';

it.each([
  ['*', 'a', true],
  ['*', '.a', false],
  ['.*', '.a', true],
  ['?.conf', 'é.conf', true],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[^a-c]x', 'dx', true],
  ['[]x]', ']', true],
  ['[z-a]', 'b', false],
  ['[a', '[a', true],
  ['*.con[f]', 'a.b.conf', true],
  ['a*b*c', 'aXbXbYc', true],
  ['a*b*c', 'aXbXbY', false],
  ['(a|b)+$', '(a|b)+$', true],
  ['**', 'a', true],
])('%s for %s: %j', (pattern, name, matches) => {
  expect(matcherOf(pattern)(name)).toBe(matches);
});

// A regular expression would be at it for longer than anybody waits.
it('takes no longer for a pattern of many stars', () => {
  expect(matcherOf(`${'*a'.repeat(60)}b`)('a'.repeat(250))).toBe(false);
});

it('gives a pattern up whose links lead back and multiply', () =>
  withMachine({ [LIGHTTPD]: `include "/d${'/*'.repeat(40)}/x.conf"\n` }, async (root) => {
    await mkdir(join(root, 'd'));
    for (let i = 0; i < 11; i++) await symlink('.', join(root, 'd', `l${i}`));
    const { servers, troubles } = discover(new Tree(root));
    expect(servers).toHaveLength(1);
    expect(troubles.map(({ text }) => text)).toEqual(['matches more than 100000 names']);
  }));

it('leaves the root neither by a loop of links nor by a chain that is too long', () =>
  withMachine({ '/outside.conf': 'ssl_certificate /x.pem;' }, async (root) => {
    await symlink('loop', join(root, 'loop'));
    // To the system here, the first of them leads to a file of its own.
    await symlink(join(root, 'outside.conf'), join(root, 'out'));
    await mkdir(join(root, root), { recursive: true });
    await symlink('0', join(root, root, 'outside.conf'));
    for (let i = 0; i < 50; i++) await symlink(String(i + 1), join(root, root, String(i)));
    const tree = new Tree(root);
    expect([tree.text('/loop'), tree.whyNot('/loop')]).toEqual([
      undefined,
      'no such file, or one that cannot be read',
    ]);
    expect(tree.text('/out')).toBeUndefined();
  }));

it('takes no file of more than 16 MiB for a configuration', () =>
  withMachine({ [NGINX]: 'http { server { ssl_certificate /a.pem; } }\n' }, async (root) => {
    await truncate(join(root, NGINX), 16 * 1024 * 1024 + 1);
    const [nginx] = discover(new Tree(root)).servers;
    expect(nginx?.certificates).toEqual([]);
    expect(nginx?.skipped).toEqual([{ place: { file: NGINX, line: 0 }, text: 'larger than 16777216 bytes' }]);
  }));

it('finds what is in 10000 files of one directory', () =>
  withMachine({ [NGINX]: 'http { include sites/*; }\n' }, async (root) => {
    await mkdir(join(root, '/etc/nginx/sites'));
    for (let i = 0; i < 10_000; i++)
      await writeFile(join(root, '/etc/nginx/sites', `${i}`), `server {\nssl_certificate /c/${i}.pem;\n}\n`);
    const [nginx] = discover(new Tree(root)).servers;
    expect([nginx?.certificates.length, nginx?.edits.length, nginx?.skipped]).toEqual([10_000, 10_000, []]);
  }));

it('reads more files of Apache than a server of many sites has, and no more', () =>
  withMachine({ [APACHE]: 'Include /s\n'.repeat(50_001), '/s': 'SSLCertificateFile /a.pem\n' }, (root) => {
    const [apache] = discover(new Tree(root)).servers;
    expect(apache?.certificates).toHaveLength(1);
    expect(apache?.skipped).toEqual([{ place: { file: '/s', line: 0 }, text: 'one file too many' }]);
    return Promise.resolve();
  }));

it.each([
  ['nginx', { [NGINX]: 'http { server {\nssl_certificate "/a\nb.pem";\n} }\n' }, 'would mean something else'],
  [
    'trafficserver',
    { '/etc/trafficserver/ssl_multicert.config': 'ssl_cert_name=/a\x1b[2J.pem\n' },
    'control characters',
  ],
  ['lighttpd', { [LIGHTTPD]: 'ssl.pemfile = "/a\x1b[2J.pem"\n' }, 'control characters'],
])('%s: inserts no line with a control character in it', async (type, files, text) => {
  const found = (await find(files)).get(type);
  expect(found?.edits.filter((edit) => edit.includes('\n') || edit.includes('\x1b'))).toEqual([]);
  expect(found?.skipped.at(-1)).toContain(text);
});

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePz\n';

// Every line of it would be the name of a certificate that is not there.
it.each([
  ['haproxy', { [HAPROXY]: 'frontend f\n bind :443 ssl crt-list /k\n', '/k': KEY }, `${HAPROXY}:2`],
  ['nginx', { [NGINX]: 'include /k;\n', '/k': KEY }, '/k:0'],
  ['lighttpd', { [LIGHTTPD]: 'include "/k"\n', '/k': KEY }, '/k:0'],
  ['apache', { [APACHE]: 'Include /k\n', '/k': KEY }, '/k:0'],
  ['exim', { '/etc/exim4/exim4.conf': '.include /k\n', '/k': KEY }, '/k:0'],
  ['nghttpx', { '/etc/nghttpx/nghttpx.conf': 'include=/k\n', '/k': KEY }, '/k:0'],
])('%s: repeats nothing of a key that is named as a configuration', async (type, files, place) => {
  const found = (await find(files)).get(type);
  expect(JSON.stringify(found)).not.toContain('MIIE');
  expect(found?.skipped).toHaveLength(1);
  expect(found?.skipped[0]).toMatch(new RegExp(`^${place}: .*a private key is in it$`));
});

it('patches a file once that several links lead to, and quotes its name as git does', () =>
  withMachine({ '/etc/ü "b"\n': 'x\n', '/etc/with space': 'y\n' }, async (root) => {
    await symlink('ü "b"\n', join(root, 'etc/one'));
    await symlink('one', join(root, 'etc/two'));
    const edits = ['/etc/one', '/etc/two', '/etc/with space'].map((file) => ({
      place: { file, line: 1 },
      remove: false,
      insert: ['z'],
    }));
    const patch = patchOf(new Tree(root), edits).toString();
    expect(patch).toBe(
      String.raw`--- "a/etc/\303\274 \042b\042\012"
+++ "b/etc/\303\274 \042b\042\012"
@@ -1,1 +1,2 @@
 x
+z
--- "a/etc/with space"
+++ "b/etc/with space"
@@ -1,1 +1,2 @@
 y
+z
`,
    );
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['apply', '--check', '-'], { cwd: root, input: patch });
  }));
