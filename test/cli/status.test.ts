/** `restaple status`: what was typed, what was printed, what was the exit code. */
import { describe, expect, it } from 'vitest';
import type { CertificateView } from '../../src/keeper/view.ts';
import { HOUR, bare, keeperOf, view, withKeeper } from '../support/kept.ts';
import { NOW } from '../support/pki.ts';
import { type CliOptions, type CliRun, runCli } from '../support/run-cli.ts';

const now = NOW.getTime();
/** A staple of twelve hours. */
const used = (hours: number): Partial<CertificateView> => ({
  thisUpdate: now - hours * HOUR,
  validUntil: now + (12 - hours) * HOUR,
});

const UTF8 = { LANG: 'C.UTF-8' };

const WWW = view('www.example.test.crt');
const SHOP = view('shop.example.test.crt', {
  thisUpdate: now - 10 * HOUR,
  validUntil: now + 2 * HOUR,
  nextAt: now + HOUR / 6,
  failures: 3,
  alarm: 'warning',
  error: { code: 'http-timeout', message: 'no answer from ocsp.example.test within 45s in all', at: now },
});
const OLD = view('old.example.test.crt', {
  state: 'revoked',
  alarm: 'critical',
  nextAt: undefined,
  error: { code: 'certificate-revoked', message: 'the certificate is revoked', at: now - HOUR },
});
const NEW = bare('new.example.test.crt', { state: 'missing', isAsking: true });
const BARE = bare('bare.example.test.crt', { state: 'nothing to ask' });

function status(
  views: Iterable<CertificateView>,
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<CliRun> {
  return withKeeper(keeperOf(views), (socket) => runCli(['status', '--control', socket, ...args], options));
}

describe('restaple status', () => {
  it('shows a table, those first that need a person', async () => {
    expect(await status([WWW, BARE, SHOP, NEW, OLD])).toMatchObject({
      exitCode: 1,
      err: '',
      out: `\
certificate                     status          life used        left  next refresh  last error
/etc/ssl/old.example.test.crt   revoked         ##........  25%  9h    -             the certificate is revoked
/etc/ssl/new.example.test.crt   missing         -                -     now
/etc/ssl/shop.example.test.crt  failing         ########..  83%  2h    in 10m        no answer from ocsp.example.test within 45s in all
/etc/ssl/www.example.test.crt   good            ##........  25%  9h    in 3h
/etc/ssl/bare.example.test.crt  nothing to ask  -                -     -

5 certificates: 1 good, 1 failing, 1 revoked, 1 missing, 1 nothing to ask
`,
    });
  });

  it('fits the terminal: errors are cut, and go to lines of their own', async () => {
    const wide = await status([WWW, SHOP], [], { columns: 110, env: UTF8 });
    expect(wide.out).toBe(`\
certificate                     status   life used        left  next refresh  last error
/etc/ssl/shop.example.test.crt  failing  ████████░░  83%  2h    in 10m        no answer from ocsp.example.tes…
/etc/ssl/www.example.test.crt   good     ██░░░░░░░░  25%  9h    in 3h

2 certificates: 1 good, 1 failing
`);
    const narrow = await status([WWW, SHOP], [], { columns: 70, env: UTF8 });
    expect(narrow.out).toBe(`\
certificate               status   life used        left  next refresh
…l/shop.example.test.crt  failing  ████████░░  83%  2h    in 10m
    no answer from ocsp.example.test within 45s in all
…sl/www.example.test.crt  good     ██░░░░░░░░  25%  9h    in 3h

2 certificates: 1 good, 1 failing
`);
    const ascii = await status([WWW, SHOP], [], { columns: 40 });
    expect(ascii.out).toBe(`\
certificate                     status
/etc/ssl/shop.example.test.crt  failing
    no answer from ocsp.example.test ...
/etc/ssl/www.example.test.crt   good

2 certificates: 1 good, 1 failing
`);
  });

  it.each([20, 30, 40, 50, 60, 80, 100, 132])('never is wider than a terminal of %i', async (columns) => {
    const views = [SHOP, OLD, NEW, view('日本語.example.test.crt'), view('x'.repeat(300))];
    for (const env of [{}, UTF8]) {
      const { out } = await status(views, [], { columns, env });
      const table = out.slice(0, out.indexOf('\n\n'));
      for (const line of table.split('\n')) {
        const wide = line.match(/[\u3000-\u9fff]/g)?.length ?? 0;
        expect(line.length + wide).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('has colour on a terminal alone', async () => {
    const { out } = await status([WWW, SHOP, OLD], [], { color: true, columns: 200 });
    expect(out).toContain('\u001B[31mrevoked\u001B[39m');
    expect(out).toContain('\u001B[33mfailing\u001B[39m');
    expect(out).toContain('\u001B[32mgood   \u001B[39m');
    expect((await status([WWW, SHOP, OLD])).out).not.toContain('\u001B');
  });

  it('shows names and errors that act upon nothing', async () => {
    const hostile = view('a', {
      certificate: '/etc/ssl/\u001B[2J\u202Egood\n.crt',
      failures: 1,
      error: { code: 'http-not-ocsp', message: 'a page: \u001B]0;x\u0007\u2066', at: now },
    });
    const { out } = await status([hostile]);
    expect(out).toContain('/etc/ssl/\\u{1b}[2J\\u{202e}good\\u{a}.crt  failing');
    expect(out).toContain('a page: \\u{1b}]0;x\\u{7}\\u{2066}\n');
    expect((await status([hostile], ['--json'])).out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('of a fault of restaple shows the first line', async () => {
    const error = { code: 'internal', message: 'TypeError: x\n    at y', at: now } as const;
    const { out } = await status([view('a', { failures: 1, error })]);
    expect(out).toContain('  TypeError: x\n');
  });

  it('shows none where none are kept', async () => {
    expect(await status([])).toMatchObject({ exitCode: 0, out: 'no certificates\n', err: '' });
  });
});

describe('the exit code of restaple status', () => {
  it.each([
    [0, 'all are good', [WWW]],
    [0, 'a good one has trouble with the next', [WWW, SHOP]],
    [0, 'there is nothing to ask', [BARE]],
    [1, 'one is revoked', [WWW, OLD]],
    [1, 'one is missing', [WWW, NEW]],
    [1, 'one has expired', [WWW, bare('a.crt', { state: 'expired' })]],
    [75, 'one was not looked at yet', [WWW, bare('a.crt', { state: 'pending' })]],
    [1, 'one was not looked at yet and one is missing', [NEW, bare('a.crt', { state: 'pending' })]],
  ])('is %i when %s', async (exitCode, _, views) => {
    expect((await status(views)).exitCode).toBe(exitCode);
    expect((await status(views, ['--json'])).exitCode).toBe(exitCode);
  });
});

describe('the order of restaple status', () => {
  it('goes by alarm, standing, and how much of its life is over', async () => {
    const order = [
      bare('late', { state: 'missing', alarm: 'critical' }),
      view('dying', { ...used(11), alarm: 'critical' }),
      view('on-hold', { state: 'revoked' }),
      bare('missing', { state: 'missing' }),
      bare('expired', { state: 'expired' }),
      view('failing-long', { ...used(9), failures: 2 }),
      view('failing', { ...used(7), failures: 1 }),
      view('aging', { ...used(10), alarm: 'warning' }),
      bare('pending', { state: 'pending' }),
      view('half', used(6)),
      view('a-new', used(1)),
      view('b-new', used(1)),
      bare('none', { state: 'nothing to ask' }),
    ];
    const { out } = await status(order.toReversed(), ['--json']);
    const names = JSON.parse(out).certificates.map(({ certificate }: CertificateView) => certificate);
    expect(names).toEqual(order.map(({ certificate }) => certificate));
  });
});

describe('restaple status CERT', () => {
  const all = [WWW, SHOP, view('other', { certificate: '/srv/other/cert.pem' })];
  it.each([
    ['a path', ['/etc/ssl/www.example.test.crt'], ['/etc/ssl/www.example.test.crt']],
    ['another spelling of it', ['/etc/ssl/../ssl/www.example.test.crt'], ['/etc/ssl/www.example.test.crt']],
    ['its fingerprint', [WWW.key.toUpperCase()], ['/etc/ssl/www.example.test.crt']],
    ['a directory', ['/srv/'], ['/srv/other/cert.pem']],
    ['all', ['/'], all.map(({ certificate }) => certificate)],
    ['one twice', ['/srv', '/srv/other/cert.pem'], ['/srv/other/cert.pem']],
  ])('shows those alone that are named by %s', async (_, args, paths) => {
    const { out, exitCode } = await status(all, [...args, '--json']);
    const found = JSON.parse(out).certificates.map(({ certificate }: CertificateView) => certificate);
    expect(found.toSorted()).toEqual(paths.toSorted());
    expect(exitCode).toBe(0);
  });

  it('says of those that are not kept that they are not', async () => {
    const run = await status(all, ['/etc/ssl/www.example.test.crt', '/etc/ssl/ww\u001B.crt']);
    expect(run).toMatchObject({
      exitCode: 69,
      out: expect.stringContaining('1 certificate: 1 good\n'),
      err:
        'restaple: /etc/ssl/ww\\u{1b}.crt: the keeper does not keep such a certificate\n' +
        'hint: restaple status lists what is kept\n',
    });
    expect(await status(all, ['none'])).toMatchObject({ exitCode: 69, out: '' });
    const json = JSON.parse((await status(all, ['none', '--json'])).out);
    expect(json).toMatchObject({ exitCode: 69, notKept: ['none'], certificates: [] });
  });
});

describe('restaple status --json', () => {
  it('has all of it', async () => {
    const run = await withKeeper(keeperOf([OLD]), async (socket) => ({
      ...(await runCli(['status', '--json', '--control', socket])),
      socket,
    }));
    expect(run.err).toBe('');
    expect(JSON.parse(run.out)).toEqual({
      verb: 'status',
      exitCode: 1,
      keeper: { pid: 4711, version: '0.1.0', startedAt: '2026-02-24T12:00:00Z', socket: run.socket },
      store: null,
      counts: { good: 0, failing: 0, revoked: 1, missing: 0, expired: 0, pending: 0, 'nothing to ask': 0 },
      notKept: [],
      certificates: [
        {
          certificate: '/etc/ssl/old.example.test.crt',
          sha256Fingerprint: OLD.key.toUpperCase(),
          status: 'revoked',
          alarm: 'critical',
          mustStaple: false,
          files: ['/etc/ssl/old.example.test.ocsp'],
          responder: 'http://ocsp.example.test/',
          thisUpdate: '2026-02-25T09:00:00Z',
          validUntil: '2026-02-25T21:00:00Z',
          life: {
            state: 'current',
            totalSeconds: 43_200,
            usedPercent: 25,
            remainingSeconds: 32_400,
            startsInSeconds: -10_800,
          },
          dueAt: null,
          asking: false,
          failures: 0,
          error: {
            code: 'certificate-revoked',
            message: 'the certificate is revoked',
            hint: 'replace the certificate: clients that check will refuse it',
            exitCode: 1,
            at: '2026-02-25T11:00:00Z',
          },
        },
      ],
    });
  });

  it('is a whole document when there are none, and looks as any other', async () => {
    const { out } = await status([], ['--json']);
    expect(out).toBe(`${JSON.stringify(JSON.parse(out), null, 2)}\n`);
    const { out: two } = await status([WWW, SHOP], ['--json']);
    expect(two).toBe(`${JSON.stringify(JSON.parse(two), null, 2)}\n`);
  });
});

describe('a keeper of 100,000', () => {
  const MANY = 100_000;
  function* many(): Generator<CertificateView> {
    for (let i = 0; i < MANY; i++) yield i % 1000 === 0 ? NEW : view(`site-${i}.crt`);
  }

  it('is shown as a table', async () => {
    const { out, exitCode } = await status(many());
    expect(exitCode).toBe(1);
    expect(out.split('\n')).toHaveLength(1 + MANY + 3);
    expect(out.endsWith('\n100,000 certificates: 99,900 good, 100 missing\n')).toBe(true);
  });

  it('is shown as JSON', async () => {
    const { out } = await status(many(), ['--json']);
    expect(JSON.parse(out).certificates).toHaveLength(MANY);
  });

  it('is asked about ten thousand of them', async () => {
    const args = Array.from({ length: 10_000 }, (_, i) => `/etc/ssl/site-${i + 1}.crt`);
    const { out } = await status(many(), args);
    expect(out).toContain('\n9,990 certificates: 9,990 good\n');
  });
});
