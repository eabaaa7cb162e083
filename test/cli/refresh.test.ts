/** `restaple refresh`: what was typed, what was printed, what was the exit code. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RestapleError, ResponseError, TransportError } from '../../src/errors.ts';
import { withTempDir } from '../support/files.ts';
import { bare, keeperOf, view, withKeeper } from '../support/kept.ts';
import type { RefreshOutcome } from '../../src/keeper/control/controlled.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

const CERT = '/etc/ssl/domain.crt';
const GOOD = view('domain.crt');

const refresh = (outcome: RefreshOutcome | undefined, ...args: string[]): Promise<CliRun> =>
  withKeeper(keeperOf([], { refresh: () => Promise.resolve(outcome) }), (socket) =>
    runCli(['refresh', CERT, '--control', socket, ...args]),
  );

describe('restaple refresh', () => {
  it('prints as fetch does', async () => {
    expect(await refresh({ view: GOOD })).toMatchObject({
      exitCode: 0,
      err: '',
      out: `\
/etc/ssl/domain.crt: good
\tThis Update: Feb 25 09:00:00 2026 GMT
\tNext Update: Feb 25 21:00:00 2026 GMT
`,
    });
  });

  it('names the files that were written, also when nobody answers', async () => {
    const published = ['/etc/ssl/domain.ocsp'];
    const written = '\tWritten: /etc/ssl/domain.ocsp\n';
    const { out } = await refresh({ view: GOOD, published });
    expect(out.endsWith(`\tNext Update: Feb 25 21:00:00 2026 GMT\n${written}`)).toBe(true);
    const error = new TransportError('http-timeout', 'no answer', 'http://ocsp.example.test/');
    expect(await refresh({ view: GOOD, published, error })).toMatchObject({ exitCode: 75, out: written });
    expect(JSON.parse((await refresh({ view: GOOD, published }, '--json')).out)).toMatchObject({ published });
  });

  it('tells of a revocation', async () => {
    const message = 'the certificate is revoked since 2026-02-25T08:32:45Z, keyCompromise';
    const revoked = view('domain.crt', {
      state: 'revoked',
      error: { code: 'certificate-revoked', message, at: 0 },
    });
    expect(await refresh({ view: revoked })).toMatchObject({
      exitCode: 1,
      out: '/etc/ssl/domain.crt: revoked\n',
      err: `restaple: /etc/ssl/domain.crt: ${message}\nhint: replace the certificate: clients that check will refuse it\n`,
    });
  });

  it.each([
    ['expired', 1],
    ['missing', 1],
    ['nothing to ask', 0],
  ] as const)('tells of one that is %s', async (state, exitCode) => {
    const run = await refresh({ view: bare('domain.crt', { state }) });
    expect(run).toMatchObject({ exitCode, out: `/etc/ssl/domain.crt: ${state}\n`, err: '' });
  });

  const url = 'http://ocsp.example.test/';
  const failures: readonly [RestapleError | TypeError, number, string][] = [
    [
      new TransportError('http-status', '503 Service Unavailable', url, 503),
      75,
      'the responder, or what stands before it, is in trouble; try again later',
    ],
    [
      new TransportError('http-status', '429 Too Many Requests', url, 429, { edge: 'rate-limited' }),
      75,
      'wait as long as it says; ask less at a time: --jobs N',
    ],
    [
      new ResponseError('response-expired', 'ended', { isCached: true }),
      65,
      'a cache before the responder is stuck: try --method post, which no cache answers, and tell the CA',
    ],
    [
      new ResponseError('certificate-unknown', 'unknown'),
      1,
      'a new certificate may need minutes to be known',
    ],
    [new TypeError('x is not a function'), 70, 'this is a fault of restaple'],
  ];
  it.each(failures)('ends as fetch does, and hints as fetch does, on %s', async (error, exitCode, hint) => {
    const run = await refresh({ view: GOOD, error });
    expect(run).toMatchObject({ exitCode, out: '' });
    const [first, second] = run.err.split('\n');
    expect(first).toContain(`restaple: ${CERT}: `);
    expect(first).toContain(error.message);
    expect(second).toContain(`hint: ${hint}`);
    expect(run.err).toContain(
      `restaple: ${CERT}: the staple that is there is good until 2026-02-25T21:00:00Z\n`,
    );
    const missing = await refresh({ view: bare('domain.crt', { state: 'missing' }), error });
    expect(missing.err).not.toContain('the staple that is there');
  });

  it('names a file in another directory by its whole path, and a key by itself', async () => {
    const asked: string[] = [];
    const keeper = keeperOf([], {
      refresh(certificate) {
        asked.push(certificate);
        return Promise.resolve({ view: GOOD });
      },
    });
    await withKeeper(keeper, async (socket) => {
      const run = await runCli(['refresh', 'ssl/../domain.crt', '--control', socket]);
      expect(run.out).toContain('ssl/../domain.crt: good\n');
      await runCli(['refresh', GOOD.key, '--control', socket]);
    });
    expect(asked).toEqual([join(process.cwd(), 'domain.crt'), GOOD.key]);
  });

  it('says so when it is not kept', async () => {
    expect(await refresh(undefined)).toMatchObject({
      exitCode: 69,
      out: '',
      err: 'restaple: /etc/ssl/domain.crt is not kept\nhint: restaple status lists what is kept\n',
    });
  });

  it('says so when no keeper runs', async () => {
    await withTempDir(async (dir) => {
      const socket = join(dir, 'none.sock');
      expect(await runCli(['refresh', CERT, '--control', socket])).toMatchObject({
        exitCode: 69,
        out: '',
        err:
          `restaple: no keeper answers at ${socket}: no socket is there\n` +
          'hint: start a keeper with restaple run, or do without: restaple fetch CERT; one that runs elsewhere: --control PATH\n',
      });
      const env = { RUNTIME_DIRECTORY: join(dir, 'a'), STATE_DIRECTORY: join(dir, 'b') };
      const { err } = await runCli(['refresh', CERT], { env });
      expect(err).toContain(
        `restaple: no keeper answers at ${dir}/a/control.sock: no socket is there; no keeper answers at `,
      );
    });
  });

  it('refuses a path that no socket can have', async () => {
    const run = await runCli(['refresh', CERT, '--control', `/${'x'.repeat(200)}`]);
    expect(run).toMatchObject({ exitCode: 73, err: expect.stringContaining('this has 201: /x') });
  });

  it('prints JSON', async () => {
    const error = new TransportError('http-timeout', 'no answer', url);
    const { out, err } = await refresh({ view: GOOD, error }, '--json');
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      verb: 'refresh',
      exitCode: 75,
      certificate: { certificate: CERT, status: 'good', validUntil: '2026-02-25T21:00:00Z' },
      error: { code: 'http-timeout', exitCode: 75, url, doctor: `restaple doctor ${CERT}` },
    });
    expect(JSON.parse((await refresh({ view: GOOD }, '--json')).out)).toMatchObject({
      exitCode: 0,
      error: null,
    });
  });
});
