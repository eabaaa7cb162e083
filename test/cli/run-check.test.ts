/** `restaple run --check`: what was typed, what was printed, what was the exit code. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noRevAvail } from '../../src/demo/pki/extensions.ts';
import { serverCertificate } from '../e2e/world.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { NOW, createTestPki, shift } from '../support/pki.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

const pki = createTestPki();
const other = serverCertificate(pki, 'other.test', { serial: 77, ocspUrls: ['http://ocsp.example.test/'] });
const silent = serverCertificate(pki, 'silent.test', { serial: 78, ocspUrls: [] });
const never = serverCertificate(pki, 'never.test', { serial: 79, ocspUrls: [], extensions: [noRevAvail()] });
const expired = serverCertificate(pki, 'old.test', { serial: 80, notAfter: shift(NOW, -1000) });

interface Site {
  readonly dir: string;
  readonly at: (name: string) => string;
  readonly write: (name: string, content: string) => Promise<string>;
  readonly check: (...args: readonly string[]) => Promise<CliRun>;
}

/** A directory with `certs/a.crt`, and a store that is not there yet. */
async function withSite(use: (site: Site) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const at = (name: string): string => join(dir, name);
    const site: Site = {
      dir,
      at,
      async write(name, content) {
        await writeFile(at(name), content);
        return at(name);
      },
      check: (...args) => runCli(['run', '--check', '--store', at('store'), ...args]),
    };
    await mkdir(at('certs'));
    await site.write('certs/a.crt', certificatesPem(pki.leaf, pki.issuer));
    await use(site);
  });
}

const UNWRITABLE =
  'hint: check the directory and who may write to it; the file that was there is untouched\n';
const UNREADABLE = 'hint: check the path and who may read it\n';
const GONE = 'no such file or directory (ENOENT)';

describe('restaple run --check', () => {
  it('says that all is good, writes nothing, and asks nobody', () =>
    withSite(async ({ at, check, dir }) => {
      const run = await check(at('certs'));
      expect(run).toMatchObject({ exitCode: 0, out: 'good: 1 certificate\n', err: '' });
      expect(await readdir(dir)).toEqual(['certs']);
      expect(await readdir(at('certs'))).toEqual(['a.crt']);
    }));

  it('counts what needs nothing, and what has ended, and each certificate once', () =>
    withSite(async ({ at, check, write }) => {
      await write('certs/again.crt', certificatesPem(pki.leaf, pki.issuer));
      await write('certs/silent.crt', certificatesPem(silent, pki.issuer));
      await write('certs/never.crt', certificatesPem(never, pki.issuer));
      await write('certs/expired.crt', certificatesPem(expired, pki.issuer));
      await write('certs/notes.txt', 'no certificate');
      expect(await check(at('certs'))).toMatchObject({
        exitCode: 0,
        out: 'good: 4 certificates, 2 with nothing to ask, 1 expired\n',
        err: '',
      });
    }));

  it('tells which programs could not be run for a server', () =>
    withSite(async ({ at, check, write }) => {
      const plain = await write('plain', '#!/bin/sh\n');
      const config = await write(
        'restaple.yaml',
        `servers:
  - { name: web, type: nginx, dir: ${at('certs')}, check: [${plain}, -t], reload: [${at('missing')}] }
  - { name: far, type: nginx, dir: ${at('certs')}, check: [/bin/true], reload: [/bin/true] }
certificates: [{ files: ${at('certs')}, server: [web, far] }]
`,
      );
      const run = await check('-c', config);
      expect(run.exitCode).toBe(66);
      expect(run.err).toContain(
        `${plain}: cannot be run to check the server web: permission denied (EACCES)`,
      );
      expect(run.err).toContain(`${at('missing')}: cannot be run to reload the server web: ${GONE}`);
      expect(run.err).toContain('hint: give the right command as reload of web in the config');
      expect(run.err).not.toContain('far');
    }));

  it('finds nothing wrong with an entry for one of the certificates of another', () =>
    withSite(async ({ check, write }) => {
      const file = await write(
        'c.yaml',
        'certificates:\n  - { files: certs/a.crt, method: post }\n  - files: certs\n',
      );
      expect(await check('-c', file)).toMatchObject({ exitCode: 0, out: 'good: 1 certificate\n', err: '' });
    }));

  it('takes a path from where it is typed', () =>
    withSite(async ({ at, check }) => {
      const before = process.cwd();
      process.chdir(at('certs'));
      try {
        expect(await check('a.crt')).toMatchObject({ exitCode: 0, out: 'good: 1 certificate\n' });
        expect(await check('b.crt')).toMatchObject({
          exitCode: 66,
          err: `restaple: b.crt: cannot be read: ${GONE}\n${UNREADABLE}`,
        });
      } finally {
        process.chdir(before);
      }
    }));

  it('tells everything that is wrong at once, each thing once', () =>
    withSite(async ({ at, check }) => {
      const args = ['--issuer', at('ca.pem'), '--trust', at('signer.pem'), '--out-dir', at('out')];
      const run = await check(...args, at('gone.crt'), at('certs'), at('live/*/cert.pem'));
      expect(run).toMatchObject({
        exitCode: 66,
        out: '',
        err:
          `restaple: ${at('ca.pem')}: cannot be read: ${GONE}\n${UNREADABLE}` +
          `restaple: ${at('signer.pem')}: cannot be read: ${GONE}\n${UNREADABLE}` +
          `restaple: ${at('gone.crt')}: cannot be read: ${GONE}\n${UNREADABLE}` +
          `restaple: ${at('live/*/cert.pem')}: no file matches the pattern\n${UNREADABLE}` +
          `restaple: ${at('out')}: no staple can be written here: ${GONE}\n${UNWRITABLE}`,
      });
    }));
});

describe('restaple run --check tells', () => {
  const cases: readonly [
    what: string,
    exitCode: number,
    arrange: (site: Site) => Promise<readonly string[]>,
    err: (site: Site) => string,
  ][] = [
    [
      'two certificates for one file',
      64,
      async ({ at, write }) => {
        await mkdir(at('more'));
        await write('more/a.crt', certificatesPem(other, pki.issuer));
        await mkdir(at('out'));
        return [at('certs'), at('more'), '--out-dir', at('out')];
      },
      ({ at }) =>
        `restaple: ${at('out/a.ocsp')}: would be the staple of ${at('certs/a.crt')} and ${at('more/a.crt')}\n` +
        'hint: in a config, give each certificate an output or an out-dir of its own\n',
    ],
    [
      'a directory where a staple is to go',
      73,
      async ({ at, write }) => {
        await mkdir(at('certs/a.ocsp'));
        return ['-c', await write('c.yaml', `certificates: [{files: certs/a.crt, output: certs/a.ocsp}]`)];
      },
      ({ at }) =>
        `restaple: ${at('certs/a.ocsp')}: no staple can be written here: is no regular file\n${UNWRITABLE}`,
    ],
    [
      'a store that is a file',
      73,
      async ({ at, write }) => ['--store', await write('store', ''), at('certs')],
      ({ at }) => `restaple: ${at('store')}: cannot be the store: is no directory\n${UNWRITABLE}`,
    ],
    [
      'a store below a file',
      73,
      async ({ at, write }) => ['--store', join(await write('file', ''), 'a', 'b'), at('certs')],
      ({ at }) =>
        `restaple: ${at('file/a/b')}: cannot be the store: ${at('file')}: is no directory\n${UNWRITABLE}`,
    ],
    [
      'an issuer that did not sign the certificate',
      65,
      async ({ at, write }) => [
        at('certs'),
        '--issuer',
        await write('ca.pem', certificatesPem(pki.stranger)),
      ],
      ({ at }) =>
        `restaple: ${at('certs/a.crt')}: the certificate was issued by O=Restaple Test, CN=Test Issuer, the given issuer is O=Restaple Test, CN=Stranger\n` +
        'hint: give the CA certificate whose key signed this one, often called the intermediate\n',
    ],
    [
      'a certificate without its issuer, and without a word on where that is',
      69,
      async ({ write }) => [await write('alone.crt', certificatesPem(pki.leaf))],
      ({ at }) =>
        `restaple: ${at('alone.crt')}: the issuer, O=Restaple Test, CN=Test Issuer, is not in the file and the certificate does not say where to get it\n` +
        'hint: give the CA certificate that signed it with --issuer FILE\n',
    ],
    [
      'a damaged certificate among others',
      65,
      async ({ at, write }) => {
        await write('certs/b.crt', certificatesPem(other).slice(0, 300));
        return [at('certs')];
      },
      ({ at }) => `restaple: ${at('certs/b.crt')}: `,
    ],
    [
      'a named file that is none',
      66,
      async () => ['/dev/null'],
      () => `restaple: /dev/null: is no regular file\n${UNREADABLE}`,
    ],
    [
      'a rule of judgement that would let a response be good for ever',
      64,
      ({ at }) => Promise.resolve([at('certs'), '--allow-no-next-update']),
      () => 'restaple: --allow-no-next-update needs --max-age, or such a response would be good for ever\n',
    ],
  ];
  it.each(cases)('%s, exit %i', (_, exitCode, arrange, err) =>
    withSite(async (site) => {
      const run = await site.check(...(await arrange(site)));
      expect(run).toMatchObject({ exitCode, out: '' });
      expect(run.err.slice(0, err(site).length)).toBe(err(site));
      expect(run.err.split('hint: ')).toHaveLength(2);
    }),
  );
});

const TEN = `version: 1
rescan: 5 minutes
certificates:
  - files: /etc/ssl/a.pem
    isuer: /etc/ssl/ca.pem
    url:
      - http://ocsp.example.com
      - ocsp.example.com
  - issuer: /etc/ssl/ca.pem
    allow-private: yes
    allow-no-next-update: true
policy:
  refresh-at: 0.5
  retry-first: 2m
  retry-max: 1m
hooks:
  alarm: [tell.sh]
responders:
  - use: http://ocsp.example.net
`;
const PLACES = ['2:9', '5:5', '8:9', '9:5', '10:20', '11:27', '13:15', '14:16', '17:11', '19:5'];

describe('a config with ten mistakes', () => {
  it.each([['--check'], []])('is refused with ten messages, exit 78: %j', (...flags) =>
    withSite(async ({ write }) => {
      const file = await write('ten.yaml', TEN);
      const run = await runCli(['run', ...flags, '-c', file]);
      expect(run).toMatchObject({ exitCode: 78, out: '' });
      const places = run.err
        .split('\n')
        .filter((line) => line.startsWith(file))
        .map((line) => line.slice(file.length + 1).replace(/: .*/, ''));
      expect(places).toEqual(PLACES);
      expect(run.err).toContain('hint: did you mean issuer?\n');
    }),
  );

  it('is a list of ten with --json', () =>
    withSite(async ({ check, write }) => {
      const file = await write('ten.yaml', TEN);
      const run = await check('--json', '-c', file);
      const { problems, ...rest } = JSON.parse(run.out);
      expect([run.exitCode, run.err]).toEqual([78, '']);
      expect(rest).toEqual({
        verb: 'run',
        exitCode: 78,
        certificates: null,
        nothingToAsk: null,
        expired: null,
      });
      expect(problems.map(({ line, column }: Record<string, number>) => `${line}:${column}`)).toEqual(PLACES);
      expect(problems[6]).toEqual({
        code: 'config-invalid',
        message: 'expected a percentage from 10% to 75%, found 0.5',
        hint: 'write 50%',
        exitCode: 78,
        path: file,
        line: 13,
        column: 15,
        key: 'policy.refresh-at',
      });
    }));
});

describe('restaple run --check --json', () => {
  it('has every key when all is good', () =>
    withSite(async ({ at, check }) => {
      const run = await check('--json', at('certs'));
      expect([run.exitCode, run.err]).toEqual([0, '']);
      expect(JSON.parse(run.out)).toEqual({
        verb: 'run',
        exitCode: 0,
        certificates: 1,
        nothingToAsk: 0,
        expired: 0,
        problems: [],
      });
    }));

  it('says of each problem what and where it is', () =>
    withSite(async ({ at, check }) => {
      const run = await check('--json', at('certs'), at('gone.crt'));
      expect([run.exitCode, run.err]).toEqual([66, '']);
      expect(JSON.parse(run.out)).toMatchObject({
        certificates: 1,
        problems: [
          {
            code: 'file-unreadable',
            message: `cannot be read: ${GONE}`,
            exitCode: 66,
            path: at('gone.crt'),
            line: null,
            column: null,
            key: null,
          },
        ],
      });
    }));
});

describe('the store', () => {
  /** A file is in the way of each, so that the check has to say which it would be. */
  it.each<[what: string, args: readonly string[], env: Readonly<Record<string, string>>, file: string]>([
    ['--store before all else', ['--store', 'a'], { STATE_DIRECTORY: 'b' }, 'a'],
    ['the config before the environment', ['-c', 'c.yaml'], { STATE_DIRECTORY: 'b' }, 'c'],
    ['--store before the config', ['-c', 'c.yaml', '--store', 'a'], {}, 'a'],
    ['the first directory that systemd made', [], { STATE_DIRECTORY: 'b:a' }, 'b'],
  ])('is %s', (_, args, env, file) =>
    withSite(async ({ at, write }) => {
      for (const name of ['a', 'b', 'c']) await write(name, '');
      await write('c.yaml', 'store: c\n');
      const typed = args.map((arg) => (arg.startsWith('-') ? arg : at(arg)));
      const located = Object.entries(env).map(([name, list]) => [name, list.split(':').map(at).join(':')]);
      const run = await runCli(['run', '--check', ...typed, at('certs')], {
        env: Object.fromEntries(located),
      });
      expect(run.exitCode).toBe(73);
      expect(run.err).toContain(`restaple: ${at(file)}: cannot be the store: is no directory\n`);
      expect(await readFile(at(file), 'utf8')).toBe('');
    }),
  );
});
