/** The units, and those that the guide shows, as systemd itself reads them. */
import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { withTempDir } from '../support/files.ts';
import { describeWithPeer, run } from '../support/peers.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const UNITS = join(ROOT, 'packaging/systemd');
const SYSUSERS = join(ROOT, 'packaging/sysusers.d/restaple.conf');
const GUIDE = readFileSync(join(ROOT, 'docs/guides/systemd.md'), 'utf8');

interface Unit {
  /** Below the directory of units; a drop-in lies in a directory of its own. */
  readonly name: string;
  readonly text: string;
}

const SHIPPED: readonly Unit[] = readdirSync(UNITS).map((name) => ({
  name,
  text: readFileSync(join(UNITS, name), 'utf8'),
}));

/** Blocks that begin with the path that they go to. */
const SHOWN: readonly Unit[] = Array.from(
  GUIDE.matchAll(/^```ini\n# \/etc\/systemd\/system\/(\S+)\n(.*?)^```$/gms),
  ([, name = '', text = '']) => ({ name, text }),
);

const shipped = (name: string): string => SHIPPED.find((unit) => unit.name === name)?.text ?? '';

/** The settings of a unit, in order, without comments. */
const settingsOf = (text: string): string[] => text.split('\n').filter((line) => /^[A-Z]\w*=/.test(line));

/** What a process of the unit may do, which is the end of its file. */
function boundsOf(name: string): string[] {
  const settings = settingsOf(shipped(name));
  return settings
    .slice(settings.indexOf('NoNewPrivileges=yes'))
    .filter((line) => !line.startsWith('WantedBy='));
}

describe('the units', () => {
  it('are those that the guide speaks of', () => {
    expect(SHIPPED.map(({ name }) => name)).toEqual([
      'restaple-fetch.service',
      'restaple-fetch.timer',
      'restaple.service',
    ]);
    for (const { name } of SHIPPED) expect(GUIDE).toContain(`packaging/systemd/${name}`);
    expect(SHOWN.length).toBeGreaterThan(0);
  });

  it('keep the keeper and the round of fetch in the same bounds', () => {
    expect(boundsOf('restaple.service').length).toBeGreaterThan(20);
    expect(boundsOf('restaple-fetch.service')).toEqual(boundsOf('restaple.service'));
  });

  it('are not started again for what will be the same the next time', () => {
    expect(settingsOf(shipped('restaple.service'))).toContain(
      `RestartPreventExitStatus=${EXIT.usage} ${EXIT.config}`,
    );
  });

  it.each(['restaple.service', 'restaple-fetch.service'])('%s leaves V8 its machine code', (name) => {
    expect(settingsOf(shipped(name)).filter((line) => line.startsWith('MemoryDenyWriteExecute='))).toEqual(
      [],
    );
  });
});

/** The programs need not be on this machine. */
const runnable = (text: string): string =>
  text.replaceAll(/^(Exec\w+=)(?:restaple|\/\S+)/gm, `$1${process.execPath}`);

/** Writes units, and drop-ins beside theirs. */
function install(dir: string, units: readonly Unit[]): Promise<string[]> {
  return Promise.all(
    units.map(async ({ name, text }) => {
      const path = join(dir, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, runnable(text));
      return path;
    }),
  );
}

describeWithPeer('systemd-analyze', 'systemd-analyze', (analyze) => {
  it('verifies the units, with those of the guide beside them', () =>
    withTempDir(async (dir) => {
      const paths = await install(dir, [...SHIPPED, ...SHOWN]);
      const units = paths.filter((path) => !path.endsWith('.conf'));
      expect(await run(analyze, ['verify', '--recursive-errors=no', ...units])).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    }));

  it('sees a word that systemd does not know', () =>
    withTempDir(async (dir) => {
      const text = shipped('restaple.service').replace('ProtectClock=', 'ProtectClocks=');
      const paths = await install(dir, [{ name: 'restaple.service', text }]);
      expect((await run(analyze, ['verify', ...paths])).stderr).toMatch(/ProtectClocks/);
    }));

  // 10 is a unit that says nothing; below 2 is what systemd calls OK.
  it.each(['restaple.service', 'restaple-fetch.service'])('finds little of the machine open to %s', (name) =>
    withTempDir(async (dir) => {
      const paths = await install(dir, [{ name, text: shipped(name) }]);
      const outcome = await run(analyze, ['security', '--offline=true', '--threshold=20', ...paths]);
      expect(outcome.stdout).toMatch(/Overall exposure level .*: [01]\.\d OK/);
      expect(outcome.code).toBe(0);
    }),
  );
});

describeWithPeer('systemd-sysusers', 'systemd-sysusers', (sysusers) => {
  it('would make the user of the units', () =>
    withTempDir(async (dir) => {
      const { stdout, stderr } = await run(sysusers, ['--dry-run', `--root=${dir}`, SYSUSERS]);
      expect(stdout + stderr).toMatch(/Creating user 'restaple' \(OCSP staples\)/);
      expect(settingsOf(shipped('restaple.service'))).toContain('User=restaple');
    }));
});
