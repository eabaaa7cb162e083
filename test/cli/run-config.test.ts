/** What was typed after `restaple run`, laid over what a config says. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Arguments } from '../../src/cli/arguments.ts';
import { effectiveConfig } from '../../src/cli/run/effective-config.ts';
import { judgeFlags } from '../../src/cli/verbs/judging.ts';
import { RUN, runFlags } from '../../src/cli/verbs/run.ts';
import type { CertificateConfig, Config } from '../../src/config/config.ts';
import { withTempDir } from '../support/files.ts';
import { runCli } from '../support/run-cli.ts';

const FILE = `
store: state
control: keeper.sock
out-dir: staples
defaults:
  issuer: ca.pem
  url: http://one.test/
  header: { Host: one.test }
  connect-to: one.test:80:127.0.0.1:8080
  resolve: one.test:80:127.0.0.1
  cacert: root.pem
  proxy: http://proxy.test:3128
  trust: signer.pem
  allow-host: one.test
  method: post
  hash: sha256
  max-age: 1d
policy:
  timeout: 20s
log: { format: text, level: error }
certificates:
  - files: a.crt
`;

/** As it holds for `restaple run -c FILE ...args`. */
async function configOf(
  text: string,
  ...args: readonly string[]
): Promise<Config & { readonly dir: string }> {
  let config: Config | undefined;
  let dir = '';
  await withTempDir(async (path) => {
    dir = path;
    await writeFile(join(path, 'c.yaml'), text);
    const typed = new Arguments(['-c', join(path, 'c.yaml'), ...args], RUN);
    config = await effectiveConfig(typed.operands, runFlags(typed));
  });
  if (!config) throw new Error('no config');
  return { ...config, dir };
}

describe('an option', () => {
  const cases: readonly [args: readonly string[], says: Partial<CertificateConfig>][] = [
    [['--issuer', 'x.pem', '--issuer', 'y.pem'], { issuer: ['x.pem', 'y.pem'] }],
    [['--url', 'http://two.test/'], { url: ['http://two.test/'] }],
    [['--header', 'Host: two.test'], { header: [['Host', 'two.test']] }],
    [['--cacert', 'x.pem'], { cacert: ['x.pem'] }],
    [['--proxy', ''], { proxy: '' }],
    [['--trust', 'x.pem'], { trust: ['x.pem'] }],
    [['--allow-host', 'two.test'], { allowHost: ['two.test'] }],
    [['--allow-private'], { allowPrivate: true }],
    [['--allow-sha1'], { allowSha1: true }],
    [['--allow-no-next-update'], { allowNoNextUpdate: true }],
    [['--method', 'auto'], { method: 'auto' }],
    [['--hash', 'sha1'], { hash: 'sha1' }],
    [['--max-age', '2d'], { maxAgeMs: 172_800_000 }],
    [['--out-dir', 'x'], { outDir: 'x' }],
  ];
  it.each(cases)('holds for what was typed, and for nothing in the file: %j', async (args, says) => {
    const plain = await configOf(FILE, 'b.crt');
    const config = await configOf(FILE, 'b.crt', ...args);
    expect(config.certificates).toHaveLength(2);
    const [own, typed] = config.certificates;
    expect(typed).toMatchObject(says);
    // One option changes one thing: the rest is what the file says by default.
    const [key = ''] = Object.keys(says);
    const before: CertificateConfig | undefined = plain.certificates[1];
    expect({ ...typed, [key]: 0 }).toEqual({ ...inDirectory(before, plain.dir, config.dir), [key]: 0 });
    expect(own).toEqual(inDirectory(plain.certificates[0], plain.dir, config.dir));
  });

  it('about time-outs leaves the rest of the policy', async () => {
    const { certificates } = await configOf(FILE, 'b.crt', '--timeout', '7s');
    expect(certificates[1]?.policy).toEqual({ ...certificates[0]?.policy, timeoutMs: 7_000 });
    expect(certificates[0]?.policy.timeoutMs).toBe(20_000);
  });

  it.each([
    [[], 'c.yaml'],
    [['--store', 's', '--control', 'c.sock'], 'typed'],
  ])('says where store and socket are before the file does: %j', async (args, by) => {
    const { control, dir, store } = await configOf(FILE, ...args);
    expect([store, control]).toEqual(
      by === 'typed' ? [resolve('s'), resolve('c.sock')] : [join(dir, 'state'), join(dir, 'keeper.sock')],
    );
  });

  it.each([
    [[], { format: 'text', level: 'error' }],
    [['--json'], { format: 'json', level: 'error' }],
    [['-q'], { format: 'text', level: 'warn' }],
    [['-v'], { format: 'text', level: 'debug' }],
    [['-q', '-v', '--json'], { format: 'json', level: 'debug' }],
  ])('says how the log is before the file does: %j', async (args, log) => {
    expect((await configOf(FILE, ...args)).log).toEqual(log);
  });

  it('can close the socket that the file opens', async () => {
    expect((await configOf(FILE, '--control', 'off')).control).toBe('off');
  });
});

describe('what was typed without a config', () => {
  it('is kept as fetch would have it', async () => {
    const args = new Arguments(['a.crt', 'b'], RUN);
    const { certificates, control, store } = await effectiveConfig(args.operands, runFlags(args));
    expect([store, control]).toEqual([undefined, undefined]);
    expect(certificates).toMatchObject([
      { files: ['a.crt', 'b'], output: undefined, outDir: undefined, method: 'auto', hash: 'sha1' },
    ]);
    expect(certificates[0]).toMatchObject(withoutUndefined(judgeFlags(args)));
  });
});

describe('restaple run', () => {
  it.each([
    [
      [],
      'no certificate is named',
      'restaple run CERT..., or restaple run --config FILE; see restaple run --help',
    ],
    [['a.crt', '--chek'], 'unknown option --chek', 'did you mean --check? see restaple run --help'],
    [['a.crt', '--control-socket', 'x'], 'unknown option --control-socket', 'see restaple run --help'],
    [['a.crt', '--outdir=x'], 'unknown option --outdir', 'did you mean --out-dir? see restaple run --help'],
    [['a.crt', '--nonce'], 'unknown option --nonce', 'see restaple run --help'],
    [['a.crt', '--store'], '--store needs a value', 'see restaple run --help'],
    [['a.crt', '--hash', 'md5'], '--hash md5: expected sha1, sha256', 'see restaple run --help'],
  ])('cannot mean %j, exit 64', async (args, message, hint) => {
    expect(await runCli(['run', ...args])).toMatchObject({
      exitCode: 64,
      out: '',
      err: `restaple: ${message}\nhint: ${hint}\n`,
    });
  });

  it.each(['version: 1\n', 'certificates: []\n', '{}\n'])(
    'refuses a config that names no certificate, exit 78: %j',
    (text) =>
      withTempDir(async (dir) => {
        const file = join(dir, 'c.yaml');
        await writeFile(file, text);
        const run = await runCli(['run', '-c', file]);
        expect(run).toMatchObject({ exitCode: 78, out: '' });
        expect(run.err).toContain(
          `${file}:1:1: certificates: no certificate is named, neither here nor on the command line\n`,
        );
      }),
  );
});

/** Of the same file in another directory. */
const inDirectory = (config: unknown, from: string, to: string): object =>
  JSON.parse(JSON.stringify(config).replaceAll(from, to));

const withoutUndefined = (value: object): object => JSON.parse(JSON.stringify(value));
