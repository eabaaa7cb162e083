/** restaple init on copies of machines: what it finds, what it writes, what it says is to be done. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { NOW, type TestPki, createTestPki } from '../support/pki.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';
import { serverCertificate } from '../e2e/world.ts';

let pki: TestPki;
let serial = 7;
beforeAll(() => {
  pki = createTestPki({ now: NOW });
});

/** A machine in a directory: its files by their paths. */
interface Machine {
  readonly root: string;
  readonly config: string;
  readonly put: (path: string, text: string) => Promise<void>;
  /** A certificate with its issuer; `key` puts the private key into the same file. */
  readonly certificate: (path: string, key?: boolean) => Promise<void>;
  readonly init: (...args: readonly string[]) => Promise<CliRun>;
}

function withMachine(use: (machine: Machine) => Promise<void>): Promise<void> {
  return withTempDir(async (dir) => {
    const root = join(dir, 'root');
    const config = join(dir, 'restaple.yaml');
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    await mkdir(root);
    await use({
      root,
      config,
      put,
      certificate: (path, key = false) => {
        const ocspUrls = ['http://ocsp.example.test/'];
        const site = serverCertificate(pki, 'www.example.test', { serial: serial++, ocspUrls });
        return put(path, certificatesPem(site, pki.issuer) + (key ? keyPem(pki.leaf) : ''));
      },
      init: (...args) => runCli(['init', '--root', root, '-o', config, ...args]),
    });
  });
}

/** Three servers and forty certificates, with whatever administrators do to their configuration. */
async function threeServers({ certificate, put, root }: Machine): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await certificate(`/etc/letsencrypt/archive/n${i}.example/fullchain1.pem`);
    await mkdir(join(root, `/etc/letsencrypt/live/n${i}.example`), { recursive: true });
    await symlink(
      `../../archive/n${i}.example/fullchain1.pem`,
      join(root, `/etc/letsencrypt/live/n${i}.example/fullchain.pem`),
    );
    await put(
      `/etc/nginx/sites-enabled/n${i}`,
      `server {
    listen 443 ssl;
    server_name n${i}.example; # the ${i}th
    ssl_certificate /etc/letsencrypt/live/n${i}.example/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/n${i}.example/privkey.pem;
}
`,
    );
  }
  await put('/etc/nginx/nginx.conf', 'events {}\nhttp {\n  include sites-enabled/*;\n}\n');
  for (let i = 0; i < 9; i++) await certificate(`/etc/haproxy/certs/h${i}.pem`, true);
  await certificate('/etc/haproxy/other/single.pem', true);
  await put('/etc/haproxy/certs/h0.pem.ocsp', '');
  await put('/etc/haproxy/list.txt', '# a comment\n\n/etc/haproxy/other/single.pem [alpn h2] *.example\n');
  await put(
    '/etc/haproxy/haproxy.cfg',
    `global
    stats socket /run/haproxy/admin.sock mode 660 level admin
frontend f
    bind :443 ssl crt /etc/haproxy/certs/ alpn h2
    bind :8443 ssl crt-list /etc/haproxy/list.txt
`,
  );
  for (let i = 0; i < 5; i++) await certificate(`/etc/hitch/h${i}.pem`, true);
  await put(
    '/etc/hitch/hitch.conf',
    `frontend = { host = "*" port = "443" }
backend = "[127.0.0.1]:8080"
${[0, 1, 2, 3].map((i) => `pem-file = "/etc/hitch/h${i}.pem"`).join('\n')}
pem-file = {
    cert = "/etc/hitch/h4.pem"
    private-key = "/etc/hitch/h4.key"
}
`,
  );
  for (let i = 0; i < 5; i++) await certificate(`/root/.acme.sh/a${i}.example_ecc/fullchain.cer`);
}

describe('on a machine with three servers and forty certificates', () => {
  it('finds all, and its config passes restaple run --check', () =>
    withMachine(async (machine) => {
      await threeServers(machine);
      const { exitCode, out } = await machine.init('--json');
      expect(exitCode).toBe(0);
      const found: Found = JSON.parse(out);
      expect(found.servers.map(({ type }) => type)).toEqual(['nginx', 'haproxy', 'hitch']);
      expect(found.certificates).toHaveLength(40);
      expect(found.skipped).toEqual([]);
      // The machine is not this one: its paths are to be found below the root.
      const there = (await readFile(machine.config, 'utf8'))
        .replaceAll(/(?<=[ "])\/(?=etc|root|var)/g, `${machine.root}/`)
        // Nor are its programs here.
        .replaceAll(
          /^( *)- type: (?:nginx|haproxy)$/gm,
          '$&\n$1  check: [/bin/true]\n$1  reload: [/bin/true]',
        );
      expect(there.split('reload: [/bin/true]')).toHaveLength(3);
      await writeFile(machine.config, there);
      for (const dir of ['nginx', 'hitch', 'acme.sh'])
        await mkdir(join(machine.root, 'var/lib/restaple', dir), { recursive: true });
      const store = join(machine.root, 'store');
      expect(await runCli(['run', '--check', '-c', machine.config, '--store', store])).toMatchObject({
        exitCode: 0,
        out: 'good: 40 certificates\n',
        err: '',
      });
    }));

  it('adds nothing the second time, and what is new the third, and keeps what was edited', () =>
    withMachine(async (machine) => {
      await threeServers(machine);
      await machine.init();
      const edited = (await readFile(machine.config, 'utf8'))
        .replace('version: 1', 'version: 1 # mine\nrescan: 1m')
        .replace('# of haproxy\n', '# of the old haproxy\n');
      await writeFile(machine.config, edited);
      const again = await machine.init();
      expect(again.out).toContain(`${machine.config}: nothing new\n`);
      expect(await readFile(machine.config, 'utf8')).toBe(edited);
      await machine.certificate('/etc/haproxy/certs/new.pem', true);
      const third = await machine.init();
      expect(third.out).toContain(`${machine.config}: added 0 servers and 1 certificate\n`);
      const text = await readFile(machine.config, 'utf8');
      expect(text).toContain('version: 1 # mine\nrescan: 1m');
      expect(text).toContain('# of the old haproxy\n');
      expect(text).toContain('- /etc/haproxy/certs/new.pem\n    server: haproxy\n');
      expect(text.match(/h0\.pem/g)).toHaveLength(2);
    }));

  it('says which servers lack a certificate that is kept already', () =>
    withMachine(async (machine) => {
      await machine.certificate('/etc/letsencrypt/live/a.example/fullchain.pem');
      await machine.init();
      await machine.put(
        '/etc/nginx/nginx.conf',
        'http { server { ssl_certificate /etc/letsencrypt/live/a.example/fullchain.pem; } }',
      );
      const { out } = await machine.init();
      expect(out).toContain(
        '/etc/letsencrypt/live/a.example/fullchain.pem is kept, but not for nginx: its entry needs "server: nginx"',
      );
      expect(out).toContain('added 1 server and 0 certificates');
    }));

  it('never opens a file that is named as a key', () =>
    withMachine(async (machine) => {
      await threeServers(machine);
      // Reading one of these would wait for ever.
      for (let i = 0; i < 20; i++)
        await makeFifo(join(machine.root, `/etc/letsencrypt/live/n${i}.example/privkey.pem`));
      await makeFifo(join(machine.root, '/etc/hitch/h4.key'));
      const { exitCode, err, out } = await machine.init();
      expect(exitCode).toBe(0);
      expect(out + err).not.toContain('PRIVATE KEY');
    }));
});

const makeFifo = (path: string): Promise<unknown> => run('mkfifo', [path]);

interface Found {
  readonly servers: readonly { readonly type: string }[];
  readonly certificates: readonly { readonly path: string; readonly servers: readonly string[] }[];
  readonly skipped: readonly { readonly text: string }[];
}

const SITE = `server {
  listen 443 ssl;
  ssl_stapling on;
  ssl_certificate /etc/ssl/site.pem;
  ssl_certificate_key /etc/ssl/site.key;
}`;

describe('the changes to a server', () => {
  it('are printed with file and line', () =>
    withMachine(async ({ certificate, init, put }) => {
      await certificate('/etc/ssl/site.pem');
      await put('/etc/nginx/nginx.conf', `http {\n${SITE}\n}\n`);
      const { out } = await init();
      expect(out).toContain(`nginx: /etc/nginx/nginx.conf, 1 certificate
  /etc/nginx/nginx.conf:5: after this line
    include /var/lib/restaple/nginx/site.ocsp.con[f];
  /etc/nginx/nginx.conf:4: take this line away
`);
    }));
});

const conf = (path: string): string => `<VirtualHost *:443>\nSSLCertificateFile ${path}\n</VirtualHost>\n`;

describe('Apache', () => {
  const RELAY = '# relay:\n#   listen: 127.0.0.1:2560\n';

  it('has its certificates kept without a file, and a relay that is switched on by hand', () =>
    withMachine(async ({ certificate, config, init, put }) => {
      await certificate('/etc/ssl/site.pem');
      await put('/etc/apache2/apache2.conf', conf('/etc/ssl/site.pem'));
      const { out } = await init();
      expect(out).toContain(`next:
  take the # before relay: and listen: in ${config} away
  restaple run --check -c ${config}
  restaple run -c ${config}
  then the changes above, and a reload of each server
`);
      expect(out).toContain('/etc/apache2/apache2.conf: before its first line\n    SSLStaplingCache ');
      const text = await readFile(config, 'utf8');
      expect(text).toContain(RELAY);
      expect(text).toContain('  - files:\n      - /etc/ssl/site.pem\n    output: off\n');
      // What is written is a relay once the # are gone.
      await writeFile(config, text.replace(RELAY, RELAY.replaceAll('# ', '').replace('#', '')));
      const again = await init();
      expect(again.out).toContain('nothing new');
      expect(again.out).not.toContain('take the #');
    }));

  it('has its relay added once to a config that is there, behind all that stands in it', () =>
    withMachine(async ({ certificate, config, init, put }) => {
      for (const name of ['a', 'b']) await certificate(`/etc/ssl/${name}.pem`);
      await writeFile(
        config,
        'version: 1\r\ncertificates:\r\n  - files: /x.pem # mine\r\n    output: /x\r\n',
      );
      await put('/etc/apache2/apache2.conf', conf('/etc/ssl/a.pem'));
      await init();
      await put('/etc/apache2/apache2.conf', conf('/etc/ssl/a.pem') + conf('/etc/ssl/b.pem'));
      expect((await init()).out).toContain('added 0 servers and 1 certificate');
      const text = await readFile(config, 'utf8');
      expect(text.split('# relay:\r\n#   listen: 127.0.0.1:2560\r\n')).toHaveLength(2);
      expect(text).toContain('version: 1\r\ncertificates:\r\n  - files: /x.pem # mine\r\n');
      expect(text.match(/output: off/g)).toHaveLength(2);
      expect(text).not.toMatch(/[^\r]\n/);
    }));

  it('adds none where one is', () =>
    withMachine(async ({ certificate, config, init, put }) => {
      await certificate('/etc/ssl/a.pem');
      await writeFile(
        config,
        'version: 1\nrelay:\n  listen: 127.0.0.1:80\ncertificates:\n  - files: /x.pem\n    output: /x\n',
      );
      await put('/etc/apache2/apache2.conf', conf('/etc/ssl/a.pem'));
      const { out } = await init();
      expect(out).not.toContain('take the #');
      expect(await readFile(config, 'utf8')).not.toContain('# relay');
    }));
});

describeWithPeer('patch', 'the changes to a server', (patch) => {
  it('are a patch that patch(1) takes, also where a file has no end of line', () =>
    withMachine(async ({ certificate, init, put, root }) => {
      await certificate('/etc/ssl/site.pem');
      await put('/etc/nginx/nginx.conf', 'http {\n include conf.d/*.conf;\n}');
      await put('/etc/nginx/conf.d/a.conf', SITE);
      await put('/etc/haproxy/haproxy.cfg', 'frontend f\n  bind :443 ssl crt /etc/ssl/site.pem\nglobal');
      const { out } = await init('--diff');
      await run(patch, ['-p1', '-d', root], { input: Buffer.from(out) });
      expect(readFileSync(join(root, '/etc/nginx/conf.d/a.conf'), 'utf8')).toBe(`server {
  listen 443 ssl;
  ssl_certificate /etc/ssl/site.pem;
  include /var/lib/restaple/nginx/site.ocsp.con[f];
  ssl_certificate_key /etc/ssl/site.key;
}`);
      expect(readFileSync(join(root, '/etc/haproxy/haproxy.cfg'), 'utf8')).toBe(
        'frontend f\n  bind :443 ssl crt /etc/ssl/site.pem\nglobal\n    stats socket /run/haproxy/restaple.sock mode 600 level user\n',
      );
      expect((await init('--diff')).out).toBe('');
    }));

  it('is for the file that a link leads to, and makes one that is not there', () =>
    withMachine(async ({ certificate, init, put, root }) => {
      await certificate('/etc/ssl/site.pem');
      await put('/etc/nginx/nginx.conf', 'http {\n include sites-enabled/*;\n}\n');
      await put('/etc/nginx/sites-available/a', SITE);
      await mkdir(join(root, '/etc/nginx/sites-enabled'));
      // Absolute, as most people make it: not a file of this machine.
      await symlink('/etc/nginx/sites-available/a', join(root, '/etc/nginx/sites-enabled/a'));
      await put('/var/lib/exim4/config.autogenerated', 'tls_certificate = /etc/ssl/site.pem\n');
      await mkdir(join(root, '/etc/exim4'));
      const { out } = await init('--diff');
      expect(await run(patch, ['-p1', '-d', root], { input: Buffer.from(out) })).toMatchObject({ code: 0 });
      const changed = readFileSync(join(root, '/etc/nginx/sites-available/a'), 'utf8');
      expect(changed).toContain('include /var/lib/restaple/nginx/site.ocsp.con[f];');
      const made = readFileSync(join(root, '/etc/exim4/exim4.conf.localmacros'), 'utf8');
      expect(made).toMatch(/^tls_ocsp_file = \$\{if and.*\n$/);
    }));
});

describe('what it does not do', () => {
  it('writes nothing where there is nothing', () =>
    withMachine(async ({ config, init }) => {
      const { exitCode, err } = await init();
      expect(exitCode).toBe(65);
      expect(err).toContain('no server that restaple knows, and no certificate');
      expect(existsSync(config)).toBe(false);
    }));

  it('touches no config that it does not understand', () =>
    withMachine(async ({ certificate, config, init }) => {
      await certificate('/etc/letsencrypt/live/a.example/fullchain.pem');
      await writeFile(config, 'certificats: []\n');
      const { exitCode, err } = await init();
      expect(exitCode).toBe(78);
      expect(err).toContain('did you mean certificates?');
      expect(await readFile(config, 'utf8')).toBe('certificats: []\n');
    }));

  // Whoever opens a pipe waits for a writer; 100 MB are no certificate, nor is their configuration one.
  it('waits for no pipe, and reads no file of 100 MB', () =>
    withMachine(async ({ init, put, root }) => {
      const files = '/etc/ssl/pipe.pem /etc/ssl/big.pem /etc/ssl/dir'.split(' ');
      const sites = files.map((file) => `server { ssl_certificate ${file}; }\n`).join('');
      await put('/etc/nginx/nginx.conf', `http {\n${sites}include /etc/ssl/big.pem;\n}\n`);
      await put('/etc/ssl/dir/x', '');
      await makeFifo(join(root, '/etc/ssl/pipe.pem'));
      await writeFile(join(root, '/etc/ssl/big.pem'), '');
      await truncate(join(root, '/etc/ssl/big.pem'), 100_000_000);
      const { exitCode, out } = await init();
      expect(exitCode).toBe(0);
      expect(out).toContain('/etc/ssl/pipe.pem: no plain file');
      expect(out).toContain('/etc/ssl/dir: no plain file');
      expect(out).toContain('/etc/ssl/big.pem: more than 10485760 bytes');
      expect(out).toContain('/etc/ssl/big.pem: larger than 16777216 bytes');
    }));

  it('names what is no certificate, and leaves it out', () =>
    withMachine(async ({ config, init, put }) => {
      await put('/etc/nginx/nginx.conf', 'http { server { ssl_certificate /etc/ssl/a.pem; } }');
      const { exitCode, out } = await init();
      expect(exitCode).toBe(0);
      expect(out).toContain(
        'not looked at:\n  /etc/nginx/nginx.conf:1: /etc/ssl/a.pem: cannot be read: no such file',
      );
      expect(existsSync(config)).toBe(false);
    }));
});
