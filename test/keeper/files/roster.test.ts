/** Certificates that come, change and go, as real files. */
import { mkdir, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/demo/pki/entity.ts';
import { SYSTEM_CLOCK } from '../../../src/keeper/clock.ts';
import type { CertificateSubject, SubjectSettings } from '../../../src/keeper/files/certificate-subject.ts';
import { keyOf } from '../../../src/keeper/files/certificates.ts';
import type { FilesBefore } from '../../../src/keeper/files/membership.ts';
import { Roster } from '../../../src/keeper/files/roster.ts';
import type { RosterGroup } from '../../../src/keeper/files/scan.ts';
import { outputPath } from '../../../src/subject/output-path.ts';
import { certificatesPem, keyPem, withTempDir } from '../../support/files.ts';
import { HandClock, pki, server, settingsFor } from './world.ts';
import { createHttpClient } from '../../../src/http/client.ts';

const client = createHttpClient();
const settings = settingsFor(client, undefined);
const [one, two, three] = [server(), server(), server()];
const names = new Map(
  [one, two, three].map((entity, i) => [keyOf(entity.certificate), ['one', 'two', 'three'][i]]),
);
const pem = (entity: Entity): string => certificatesPem(entity, pki.issuer);

const nameOf = (key: string): string => names.get(key) ?? key;

const until = (isSo: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!isSo()) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });

interface Stage {
  readonly dir: string;
  readonly clock: HandClock;
  readonly roster: Roster;
  /** What was told since it was asked last: `added one`, `gone two` … */
  readonly told: () => string[];
  /** The files of a certificate below the directory, and its outputs. */
  readonly files: (entity: Entity) => readonly [paths: readonly string[], outputs: readonly string[]];
  readonly put: (file: string, content: string | Buffer) => Promise<string>;
  readonly at: (file: string) => string;
  /** Time passes, and it is looked. */
  readonly later: (ms: number) => Promise<void>;
}

const group = (
  dir: string,
  args: readonly string[],
  outDir?: string,
  own: SubjectSettings = settings,
): RosterGroup => ({
  args: args.map((arg) => join(dir, arg)),
  servers: [],
  outputsOf: (path) => [outputPath(path, outDir === undefined ? undefined : join(dir, outDir))],
  settings: own,
});

function onStage(
  groups: (dir: string) => readonly RosterGroup[],
  use: (stage: Stage) => Promise<void>,
  filesBefore: (dir: string) => FilesBefore = () => () => [],
): Promise<void> {
  return withTempDir(async (dir) => {
    const clock = new HandClock();
    const lines: string[] = [];
    const below = (path: string): string => path.slice(dir.length + 1);
    const roster = new Roster(
      groups(dir),
      {
        added: ({ key }) => void lines.push(`added ${nameOf(key)}`),
        changed: ({ key }) => void lines.push(`changed ${nameOf(key)}`),
        gone: (key) => void lines.push(`gone ${nameOf(key)}`),
        problem: ({ path, error }) =>
          void lines.push(`${below(path)}: ${error.message.replaceAll(`${dir}/`, '')}`),
      },
      clock,
      undefined,
      filesBefore(dir),
    );
    try {
      await use({
        dir,
        clock,
        roster,
        told: () => lines.splice(0),
        files: ({ certificate }) => {
          const { paths = [], outputs = [] }: Partial<CertificateSubject> =
            roster.subjects.get(keyOf(certificate)) ?? {};
          return [paths.map(below), outputs.map(below)];
        },
        put: async (file, content) => {
          const path = join(dir, file);
          await mkdir(join(path, '..'), { recursive: true });
          await writeFile(path, content);
          return path;
        },
        at: (file) => join(dir, file),
        later: async (ms) => {
          clock.pass(ms);
          await roster.rescan();
        },
      });
    } finally {
      await roster.stop();
    }
  });
}

describe('what there is at the start', () => {
  it('is found by directory, pattern and name', () =>
    onStage(
      (dir) => [group(dir, ['sites', 'live/*/fullchain.pem', 'own.crt'])],
      async ({ roster, put, told, files }) => {
        await put('sites/a.pem', pem(one));
        await put('sites/a.key', keyPem(one));
        await put('sites/README', 'about');
        await put('sites/ca.pem', certificatesPem(pki.issuer));
        await put('live/two.example/fullchain.pem', pem(two));
        await put('own.crt', three.certificate.raw);
        await roster.start();
        expect(told()).toEqual(['added one', 'added two', 'added three']);
        expect(files(one)).toEqual([['sites/a.pem'], ['sites/a.ocsp']]);
        expect(files(two)).toEqual([['live/two.example/fullchain.pem'], ['live/two.example/fullchain.ocsp']]);
        expect(files(three)).toEqual([['own.crt'], ['own.ocsp']]);
      },
    ));

  it('says once what is wrong with it', () =>
    onStage(
      (dir) => [group(dir, ['none/*.pem', 'empty', 'named.pem', 'key.pem'])],
      async ({ roster, put, told, at }) => {
        await mkdir(at('empty'));
        await put('key.pem', keyPem(one));
        await roster.start();
        expect(told()).toEqual([
          'none/*.pem: no file matches the pattern',
          'empty: no server certificate in it',
          'named.pem: is not there',
          'key.pem: no certificate in it',
        ]);
        await roster.rescan();
        expect(told()).toEqual([]);
        await put('named.pem', pem(one));
        await roster.rescan();
        expect(told()).toEqual(['added one']);
      },
    ));

  it('is one subject for one certificate, with all its files', () =>
    onStage(
      (dir) => [group(dir, ['a']), group(dir, ['b'], 'out')],
      async ({ roster, put, told, files }) => {
        await put('a/site.pem', pem(one));
        await put('a/copy.pem', pem(one));
        await put('b/site.pem', pem(two));
        await roster.start();
        expect(told()).toEqual(['added one', 'added two']);
        expect(files(one)).toEqual([
          ['a/copy.pem', 'a/site.pem'],
          ['a/copy.ocsp', 'a/site.ocsp'],
        ]);
        await put('b/one.pem', pem(one));
        await roster.rescan();
        expect(told()).toEqual(['changed one']);
        expect(files(one)[1]).toEqual(['a/copy.ocsp', 'a/site.ocsp', 'out/one.ocsp']);
      },
    ));

  it('counts the first settings of a certificate that has two, and says so', () =>
    onStage(
      (dir) => [group(dir, ['a']), group(dir, ['b'], undefined, { ...settings })],
      async ({ roster, put, told }) => {
        await put('a/site.pem', pem(one));
        await put('b/site.pem', pem(one));
        await roster.start();
        expect(told()).toEqual([
          'added one',
          'a/site.pem: the same certificate in a/site.pem and b/site.pem under several settings: the first count',
        ]);
        expect([...roster.subjects.values()].map((subject) => subject.settings)).toEqual([settings]);
        expect([...roster.subjects.values()][0]?.settings).toBe(settings);
      },
    ));
});

describe('two certificates for one output', () => {
  it('get it neither at the start', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, at }) => {
        await put('a/site.crt', pem(one));
        await put('a/site.pem', pem(two));
        await put('a/other.pem', pem(three));
        await roster.start();
        expect(told()).toEqual([
          'added three',
          'a/site.ocsp: would be the staple of a/site.crt and a/site.pem',
        ]);
        await unlink(at('a/site.crt'));
        await roster.rescan();
        expect(told()).toEqual(['added two']);
      },
    ));

  it('leave it to the one that had it before a restart', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, files }) => {
        await put('a/site.pem', pem(one));
        await put('a/site.crt', pem(two));
        await roster.start();
        expect(told()).toContain('added one');
        expect(files(one)[1]).toEqual(['a/site.ocsp']);
      },
      (dir) => (key) => (key === keyOf(one.certificate) ? [join(dir, 'a/site.ocsp')] : []),
    ));

  it('leave it to the one that has it', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, files }) => {
        await put('a/site.pem', pem(one));
        await roster.start();
        await put('a/site.crt', pem(two));
        await roster.rescan();
        expect(told()).toEqual([
          'added one',
          'a/site.ocsp: would be the staple of a/site.crt and a/site.pem',
        ]);
        expect(files(one)[1]).toEqual(['a/site.ocsp']);
      },
    ));
});

describe('a certificate that is renewed', () => {
  type Way = readonly [string, (stage: Stage) => Promise<void>, (stage: Stage) => Promise<void>];
  const ways: readonly Way[] = [
    [
      'in its place',
      async ({ put }) => void (await put('a/site.pem', pem(one))),
      async ({ put }) => void (await put('a/site.pem', pem(two))),
    ],
    [
      'by a file that is renamed over it',
      async ({ put }) => void (await put('a/site.pem', pem(one))),
      async ({ put, at }) => rename(await put('elsewhere', pem(two)), at('a/site.pem')),
    ],
    [
      'by a link that is swapped, as certbot does',
      async ({ put, at }) => {
        await put('archive/fullchain1.pem', pem(one));
        await put('archive/fullchain2.pem', pem(two));
        await mkdir(at('a'));
        await symlink('../archive/fullchain1.pem', at('a/site.pem'));
      },
      async ({ at }) => {
        await unlink(at('a/site.pem'));
        await symlink('../archive/fullchain2.pem', at('a/site.pem'));
      },
    ],
    [
      'by a directory that is swapped, as Kubernetes does',
      async ({ put, at }) => {
        await put('a/..1/tls.crt', pem(one));
        await put('a/..2/tls.crt', pem(two));
        await symlink('..1', at('a/..data'));
        await symlink('..data/tls.crt', at('a/site.pem'));
      },
      async ({ at }) => {
        await symlink('..2', at('a/..tmp'));
        await rename(at('a/..tmp'), at('a/..data'));
      },
    ],
  ];

  it.each(ways)('%s: the new one comes before the old one goes', (_way, before, renew) =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async (stage) => {
        const { roster, told, files } = stage;
        await before(stage);
        await roster.start();
        expect(told()).toEqual(['added one']);
        await renew(stage);
        await roster.rescan();
        expect(told()).toEqual(['added two', 'gone one']);
        expect(files(two)).toEqual([['a/site.pem'], ['a/site.ocsp']]);
      },
    ),
  );
});

describe('a file that is not what it was', () => {
  it('is what it was while it is written, and told of when that does not end', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, later }) => {
        await put('a/site.pem', pem(one));
        await roster.start();
        expect(told()).toEqual(['added one']);
        await put('a/site.pem', pem(two).slice(0, 300));
        await roster.rescan();
        const [problem, ...more] = told();
        expect(problem).toMatch(/^a\/site\.pem: /);
        expect(more).toEqual([]);
        await later(60_000);
        expect(told()).toEqual([]);
        await put('a/site.pem', pem(two));
        await roster.rescan();
        expect(told()).toEqual(['added two', 'gone one']);
      },
    ));

  it('has some seconds to come back', () =>
    onStage(
      (dir) => [group(dir, ['a', 'named.pem'])],
      async ({ roster, put, told, later, at }) => {
        await put('a/site.pem', pem(one));
        await put('named.pem', pem(two));
        await roster.start();
        told();
        await rename(at('a/site.pem'), at('away.pem'));
        await truncate(at('named.pem'));
        await roster.rescan();
        await later(4_000);
        expect(told()).toEqual(['a: no server certificate in it', 'named.pem: no certificate in it']);
        await rename(at('away.pem'), at('a/site.pem'));
        await put('named.pem', pem(two));
        await later(20_000);
        expect(told()).toEqual([]);
        await rm(at('a'), { recursive: true });
        await roster.rescan();
        expect(told()).toEqual(['a: is not there']);
        await later(5_000);
        expect(told()).toEqual(['gone one']);
      },
    ));

  it('is gone when it holds no certificate any more and was found only', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, later }) => {
        await put('a/site.pem', pem(one));
        await put('a/other.pem', pem(two));
        await roster.start();
        told();
        await put('a/site.pem', keyPem(one));
        await roster.rescan();
        expect(told()).toEqual([]);
        await later(5_000);
        expect(told()).toEqual(['gone one']);
      },
    ));

  it('does not fill the log when there are many of them', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told }) => {
        for (let n = 100; n < 160; n++) await put(`a/${n}.pem`, '-----BEGIN CERTIFICATE-----\nAAAA');
        await roster.start();
        const lines = told();
        expect(lines).toHaveLength(21);
        expect(lines.at(-1)).toBe('a/120.pem: 40 more files have such problems');
      },
    ));
});

describe('looking', () => {
  it('is done every half minute, and in a few seconds where something is unsure', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, clock, at }) => {
        await put('a/site.pem', pem(one));
        await roster.start();
        await put('a/more.pem', pem(two));
        const next = async (ms: number): Promise<string[]> => {
          clock.pass(ms);
          // What the timer began, and one more.
          await roster.rescan();
          return told();
        };
        expect(await next(30_000)).toEqual(['added one', 'added two']);
        await unlink(at('a/more.pem'));
        await roster.rescan();
        expect(clock.timers).toBe(1);
        clock.pass(5_000);
        await roster.rescan();
        expect(told()).toEqual(['gone two']);
      },
    ));

  it('follows a new config', () =>
    onStage(
      (dir) => [group(dir, ['a', 'b'])],
      async ({ roster, put, told, dir, files }) => {
        await put('a/site.pem', pem(one));
        await put('b/site.pem', pem(two));
        await put('c/site.pem', pem(three));
        await roster.start();
        told();
        await roster.replace([group(dir, ['b'], 'out'), group(dir, ['c'])]);
        expect(told()).toEqual(['changed two', 'added three', 'gone one']);
        expect(files(two)[1]).toEqual(['out/site.ocsp']);
      },
    ));

  it('finds by an event what a look would find half a minute later', () =>
    withTempDir(async (dir) => {
      const lines: string[] = [];
      const seen = (line: string): Promise<void> =>
        new Promise((resolve) => {
          const timer = setInterval(() => {
            if (!lines.includes(line)) return;
            clearInterval(timer);
            resolve();
          }, 10);
        });
      await mkdir(join(dir, 'live/one'), { recursive: true });
      await writeFile(join(dir, 'live/one/fullchain.pem'), pem(one));
      const roster = new Roster(
        [group(dir, ['live/*/fullchain.pem'])],
        {
          added: ({ key }) => void lines.push(`added ${names.get(key) ?? ''}`),
          changed: () => {},
          gone: (key) => void lines.push(`gone ${names.get(key) ?? ''}`),
          problem: () => {},
        },
        // No look but the first would ever come by itself.
        {
          ...SYSTEM_CLOCK,
          setTimer: (ms, fire) => (ms < 30_000 ? SYSTEM_CLOCK.setTimer(ms, fire) : () => {}),
        },
      );
      await roster.start();
      await mkdir(join(dir, 'live/two'));
      await writeFile(join(dir, 'live/two/fullchain.pem'), pem(two));
      await seen('added two');
      await writeFile(join(dir, 'live/one/fullchain.pem'), pem(three));
      await seen('gone one');
      expect(lines).toEqual(['added one', 'added two', 'added three', 'gone one']);
      await roster.stop();
    }));

  it('finds by an event what comes long after its directory', () =>
    withTempDir(async (dir) => {
      const found: (string | undefined)[] = [];
      let looks = 0;
      const roster = new Roster(
        [group(dir, ['live'])],
        {
          added: ({ key }) => void found.push(names.get(key)),
          changed: () => {},
          gone: () => {},
          problem: () => {},
        },
        {
          ...SYSTEM_CLOCK,
          setTimer: (ms, fire) => {
            if (ms < 30_000) return SYSTEM_CLOCK.setTimer(ms, fire);
            looks += 1;
            return () => {};
          },
        },
      );
      await mkdir(join(dir, 'live'));
      await roster.start();
      await mkdir(join(dir, 'live/a/b'), { recursive: true });
      // The look that this event causes finds nothing there.
      await until(() => looks > 1);
      await writeFile(join(dir, 'live/a/b/fullchain.pem'), pem(one));
      await until(() => found.length > 0);
      expect(found).toEqual(['one']);
      await roster.stop();
    }));

  it('takes a thousand certificates, and reads again only what changed', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, at }) => {
        const many = Array.from({ length: 1000 }, () => server());
        for (const [n, entity] of many.entries()) await put(`a/site-${n}.pem`, pem(entity));
        await roster.start();
        expect(told()).toHaveLength(1000);
        await roster.rescan();
        expect(told()).toEqual([]);
        await put('a/site-500.pem', pem(one));
        await unlink(at('a/site-600.pem'));
        await put('a/site-1000.pem', pem(two));
        await roster.rescan();
        expect(told().toSorted()).toEqual([
          'added one',
          'added two',
          `gone ${keyOf((many[500] ?? one).certificate)}`,
        ]);
      },
    ));
});

describe('a file that servers read', () => {
  const [HALF_MINUTE, TWO_MINUTES] = [30_000, 120_000];
  const changes: readonly (readonly [string, (path: string) => Promise<void>, readonly string[]])[] = [
    ['is removed', (path) => unlink(path), ['changed one']],
    ['is emptied', (path) => truncate(path), ['changed one']],
    ['is written over', (path) => writeFile(path, 'the staplE'), ['changed one']],
    [
      'is replaced',
      async (path) => {
        await writeFile(`${path}.new`, 'the staple');
        await rename(`${path}.new`, path);
      },
      ['changed one'],
    ],
    ['is left alone', () => Promise.resolve(), []],
  ];
  it.each(changes)('%s: seen within two minutes, and told once', (_, change, expected) =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, later }) => {
        await put('a/one.pem', pem(one));
        const output = await put('a/one.ocsp', 'the staple');
        await roster.start();
        for (let ms = 0; ms < TWO_MINUTES; ms += HALF_MINUTE) await later(HALF_MINUTE);
        expect(told()).toEqual(['added one']);
        await change(output);
        for (let ms = 0; ms < 2 * TWO_MINUTES; ms += HALF_MINUTE) await later(HALF_MINUTE);
        expect(told()).toEqual(expected);
      },
    ),
  );

  it('is not there yet: nothing to tell, and none when it comes', () =>
    onStage(
      (dir) => [group(dir, ['a'])],
      async ({ roster, put, told, later }) => {
        await put('a/one.pem', pem(one));
        await roster.start();
        for (let ms = 0; ms < TWO_MINUTES; ms += HALF_MINUTE) await later(HALF_MINUTE);
        await put('a/one.ocsp', 'the staple');
        for (let ms = 0; ms < 2 * TWO_MINUTES; ms += HALF_MINUTE) await later(HALF_MINUTE);
        expect(told()).toEqual(['added one']);
      },
    ));
});
