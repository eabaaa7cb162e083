import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/cli/version.ts';
import { VERBS } from '../../src/cli/verbs/index.ts';
import { runCli } from '../support/run-cli.ts';

describe('restaple', () => {
  it('alone says how it is used, exit 64', async () => {
    const run = await runCli([]);
    expect(run).toMatchObject({ exitCode: 64, out: '' });
    expect(run.err).toMatch(/^usage: restaple <verb> \[options\]\n/);
  });

  it.each(['--help', '-h', 'help'])('%s lists every verb', async (flag) => {
    const run = await runCli([flag]);
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    for (const { name, summary } of VERBS)
      expect(run.out).toMatch(new RegExp(`^  ${name}\\b.*${summary}$`, 'm'));
  });

  it.each(['--version', '-V'])('%s prints that of the package', async (flag) => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(VERSION).toBe(version);
    expect(await runCli([flag])).toMatchObject({ exitCode: 0, out: `${version}\n`, err: '' });
  });

  it.each(VERBS.map(({ name, options }) => ({ name, options })))(
    '$name --help lists its options',
    async ({ name, options }) => {
      const run = await runCli([name, '--help']);
      expect(run).toMatchObject({ exitCode: 0, err: '' });
      expect(options.filter((option) => !run.out.includes(`--${option.name}`))).toEqual([]);
    },
  );
});

describe('what cannot be meant', () => {
  const cases: readonly [args: readonly string[], message: string, hint: string][] = [
    [['fecth', 'x.crt'], 'unknown verb fecth', 'did you mean fetch? see restaple --help'],
    [['frobnicate'], 'unknown verb frobnicate', 'see restaple --help'],
    [
      ['fetch', 'x.crt', '--outdir', 'd'],
      'unknown option --outdir',
      'did you mean --out-dir? see restaple fetch --help',
    ],
    [['fetch', 'x.crt', '-z'], 'unknown option -z', 'see restaple fetch --help'],
    [['fetch', 'x.crt', '--out'], '--out needs a value', 'see restaple fetch --help'],
    [
      ['fetch', 'x.crt', '--out', '-q'],
      '--out needs a value',
      'for a value that begins with a dash write --out=VALUE; see restaple fetch --help',
    ],
    [['fetch', 'x.crt', '--nonce=1'], '--nonce takes no value', 'see restaple fetch --help'],
    [['fetch', 'x.crt', '--hash', 'md5'], '--hash md5: expected sha1, sha256', 'see restaple fetch --help'],
    [
      ['fetch', 'x.crt', '--jobs', '1.5'],
      '--jobs 1.5: expected a whole number from 1',
      'see restaple fetch --help',
    ],
    [
      ['fetch', 'x.crt', '--timeout', '0s'],
      '--timeout 0s: expected a duration such as 45s, at most 24d',
      'see restaple fetch --help',
    ],
    [
      ['fetch', 'x.crt', '--timeout', '25d'],
      '--timeout 25d: expected a duration such as 45s, at most 24d',
      'see restaple fetch --help',
    ],
    [
      ['fetch', 'x.crt', '--max-age', '99999999d'],
      '--max-age 99999999d: expected a duration such as 45s, 4h or 7d',
      'see restaple fetch --help',
    ],
    [
      ['fetch', 'x.crt', '--url', 'ocsp.example'],
      '--url ocsp.example: expected an http or https URL',
      'see restaple fetch --help',
    ],
    [
      ['verify', 'x.ocsp', '--cert', 'c', '--at', '2026-02-30'],
      '--at 2026-02-30: expected a time such as 2026-02-25T12:00:00Z',
      'see restaple verify --help',
    ],
    [
      ['fetch', 'x.crt', '--header', 'Host'],
      "--header Host: expected 'Name: value'",
      'see restaple fetch --help',
    ],
    [
      ['fetch', 'x.crt', '--header', 'A: b\nC: d'],
      "--header A: b\\u{a}C: d: expected 'Name: value'",
      'see restaple fetch --help',
    ],
    [['verify', 'x.ocsp'], '--cert <file> is missing', 'see restaple verify --help'],
    [
      ['verify', 'x.ocsp', '--cert', 'c', '--at', 'noon'],
      '--at noon: expected a time such as 2026-02-25T12:00:00Z',
      'see restaple verify --help',
    ],
    [['verify', 'a', 'b', '--cert', 'c'], 'one argument too many: b', 'see restaple verify --help'],
    [['inspect'], '<file...> is missing', 'see restaple inspect --help'],
    [['demo', 'x'], 'one argument too many: x', 'see restaple demo --help'],
  ];
  it.each(cases)('%j', async (args, message, hint) => {
    expect(await runCli(args)).toEqual({
      exitCode: 64,
      out: '',
      outBytes: Buffer.alloc(0),
      err: `restaple: ${message}\nhint: ${hint}\n`,
    });
  });

  it('a file after -- may be called like an option', async () => {
    const run = await runCli(['inspect', '--', '--help']);
    expect(run).toMatchObject({ exitCode: 66, out: '' });
    expect(run.err).toContain('--help: cannot be read');
  });
});
