/** `restaple status` where no keeper runs, and where several might. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveControl } from '../../src/keeper/control/server.ts';
import { type Note, formatNote } from '../../src/keeper/files/note.ts';
import { StapleStore } from '../../src/store/staple-store.ts';
import { withTempDir } from '../support/files.ts';
import { HOUR, keeperOf, view } from '../support/kept.ts';
import { NOW } from '../support/pki.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

const now = NOW.getTime();
const DAY = 24 * HOUR;

const noteOf = (name: string, more: Partial<Note> = {}): Note => ({
  certificate: `/etc/ssl/${name}`,
  files: [`/etc/ssl/${name}.ocsp`],
  mustStaple: false,
  notAfter: now + 30 * DAY,
  responder: 'http://ocsp.example.test/',
  thisUpdate: now - 3 * HOUR,
  validUntil: now + 9 * HOUR,
  memory: { attemptAt: now + 3 * HOUR, failures: 0 },
  ...more,
});

/** As the keeper leaves it. */
function keep(store: StapleStore, note: Note, staple = 'DER'): string {
  const key = Buffer.from(note.certificate).toString('hex').slice(-64).padStart(64, '0');
  store.saveNote(key, formatNote(note));
  writeFileSync(store.staplePath(key), staple);
  return key;
}

const withStore = <T>(
  use: (store: StapleStore, status: (...args: string[]) => Promise<CliRun>) => Promise<T>,
) =>
  withTempDir((dir) =>
    use(new StapleStore(dir), (...args) =>
      runCli(['status', '--control', join(dir, 'none.sock'), '--store', dir, ...args]),
    ),
  );

describe('restaple status without a keeper', () => {
  it('says what the store says, as of now', async () => {
    await withStore(async (store, status) => {
      keep(store, noteOf('good'));
      keep(store, noteOf('ended', { thisUpdate: now - 13 * HOUR, validUntil: now - HOUR }));
      keep(store, noteOf('never', { thisUpdate: undefined, validUntil: undefined }), '');
      keep(store, noteOf('truncated'), '');
      keep(store, noteOf('expired', { notAfter: now - DAY }));
      keep(store, noteOf('silent', { thisUpdate: undefined, validUntil: undefined, silence: 'noRevAvail' }));
      const error = { code: 'http-timeout', message: 'no answer', at: now - HOUR } as const;
      keep(store, noteOf('failing', { memory: { attemptAt: now - 1, failures: 2, error } }));
      const revoked = { since: now - HOUR, onHold: false, message: 'revoked' };
      keep(store, noteOf('revoked', { memory: { attemptAt: now, failures: 0, revoked } }));
      expect(await status()).toMatchObject({
        exitCode: 1,
        err: `restaple: no keeper is running; this is what the store says: ${store.path}\n`,
        out: `\
certificate         status          life used        left  next refresh  last error
/etc/ssl/revoked    revoked         ##........  25%  9h    -
/etc/ssl/ended      missing         -                -     in 3h
/etc/ssl/never      missing         -                -     in 3h
/etc/ssl/truncated  missing         -                -     in 3h
/etc/ssl/expired    expired         ##........  25%  9h    -
/etc/ssl/failing    failing         ##........  25%  9h    now           no answer
/etc/ssl/good       good            ##........  25%  9h    in 3h
/etc/ssl/silent     nothing to ask  -                -     -

8 certificates: 1 good, 1 failing, 1 revoked, 3 missing, 1 expired, 1 nothing to ask
`,
      });
    });
  });

  it.each([
    ['fresh', 60, undefined],
    ['three quarters over', 80, 'warning'],
    ['nine tenths over', 92, 'critical'],
  ])('alarms by the usual policy for a staple that is %s', async (_, hours, alarm) => {
    await withStore(async (store, status) => {
      keep(store, noteOf('a', { thisUpdate: now - hours * HOUR, validUntil: now + (100 - hours) * HOUR }));
      const { out, err } = await status('--json');
      expect(err).toBe('');
      const { keeper, store: path, certificates } = JSON.parse(out);
      expect([keeper, path]).toEqual([null, store.path]);
      expect(certificates[0]).toMatchObject({ status: 'good', alarm: alarm ?? null });
    });
  });

  it('shows a staple whose note is lost, and passes over what is something else', async () => {
    await withStore(async (store, status) => {
      const key = keep(store, noteOf('a'));
      store.saveNote(key, '{"version":1,"certificate":"/etc/ssl/a"');
      mkdirSync(join(store.path, 'staples', 'zz'));
      writeFileSync(join(store.path, 'staples', key.slice(0, 2), 'README'), 'hello');
      const { out, exitCode } = await status('--json');
      expect(exitCode).toBe(75);
      expect(JSON.parse(out).certificates).toMatchObject([
        { certificate: store.staplePath(key), status: 'pending', sha256Fingerprint: key.toUpperCase() },
      ]);
    });
  });

  it('says so when there is nothing in the store', async () => {
    await withStore(async (_, status) => {
      expect(await status()).toMatchObject({ exitCode: 0, out: 'no certificates\n' });
      expect(await status('x.crt')).toMatchObject({
        exitCode: 69,
        err: expect.stringContaining('restaple: x.crt: the store has no such certificate\n'),
      });
    });
  });

  it('says so when there is no store either', async () => {
    await withTempDir(async (dir) => {
      const [socket, store] = [join(dir, 'none.sock'), join(dir, 'none')];
      expect(await runCli(['status', '--control', socket, '--store', store])).toMatchObject({
        exitCode: 69,
        out: '',
        err:
          `restaple: no store at ${store}, and no keeper answers at ${socket}: no socket is there\n` +
          'hint: restaple run makes one; one that is elsewhere: --store DIR\n',
      });
      const { out } = await runCli(['status', '--json', '--control', socket, '--store', store]);
      expect(JSON.parse(out)).toMatchObject({
        verb: 'status',
        exitCode: 69,
        error: { code: 'store-not-found' },
      });
    });
  });

  it('says so when the store is none', async () => {
    await withTempDir(async (dir) => {
      const store = join(dir, 'file');
      writeFileSync(store, '');
      expect(await runCli(['status', '--control', join(dir, 'none.sock'), '--store', store])).toMatchObject({
        exitCode: 66,
        err: expect.stringContaining(`restaple: ${store}: cannot be read: not a directory (ENOTDIR)\n`),
      });
    });
  });

  it('goes by a path that no socket can have', async () => {
    await withTempDir(async (dir) => {
      const store = join(dir, 'd'.repeat(100));
      mkdirSync(store);
      const run = await runCli(['status', '--control', join(store, 'control.sock'), '--store', store]);
      expect(run).toMatchObject({ exitCode: 0, out: 'no certificates\n' });
    });
  });
});

describe('restaple status with keepers in several places', () => {
  it('asks the first that answers', async () => {
    await withTempDir(async (dir) => {
      const runtime = join(dir, 'runtime');
      const env = { RUNTIME_DIRECTORY: runtime, STATE_DIRECTORY: join(dir, 'store') };
      const inStore = await serveControl(join(dir, 'store', 'control.sock'), keeperOf([view('in-store')]));
      expect((await runCli(['status'], { env })).out).toContain('/etc/ssl/in-store');
      const service = await serveControl(join(runtime, 'control.sock'), keeperOf([view('service')]));
      expect((await runCli(['status'], { env })).out).toContain('/etc/ssl/service');
      await service.close();
      expect((await runCli(['status'], { env })).out).toContain('/etc/ssl/in-store');
      await inStore.close();
    });
  });
});
