/** Options of `restaple run` that only a process shows: what its log says, and where it can be asked. */
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningCli, startRun } from '../e2e/run-world.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki } from '../support/pki.ts';

let cli: BuiltCli;
let responder: Responder;
let dir: string;
const running: RunningCli[] = [];

beforeAll(async () => {
  cli = await buildCli();
  const now = new Date();
  responder = await startResponder({ pki: createTestPki({ now }), defaultStatus: { type: 'good' } });
});
afterAll(async () => {
  await responder.close();
  await cli.remove();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restaple-run-'));
  const pki = createTestPki({ now: new Date(), leaf: { ocspUrls: [responder.url] } });
  await writeFile(at('a.crt'), certificatesPem(pki.leaf, pki.issuer));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
  await rm(dir, { recursive: true });
});

const at = (name: string): string => join(dir, name);

function start(...args: readonly string[]): RunningCli {
  const one = startRun(cli, '--allow-private', '--store', at('store'), ...args);
  running.push(one);
  return one;
}

describe('the control socket', () => {
  it('is for the user of the keeper alone, and gone when the keeper is', async () => {
    const one = start('--control', at('c.sock'), at('a.crt'));
    await one.saw('published');
    expect(statSync(at('c.sock')).mode & 0o777).toBe(0o600);
    const asked = await cli.run('status', '--control', at('c.sock'));
    expect([asked.code, asked.stderr]).toEqual([0, '']);
    expect(asked.stdout).toContain('1 certificate');
    expect(await one.end()).toBe(0);
    expect(existsSync(at('c.sock'))).toBe(false);
  });

  it('is found by status where systemd has its directory', async () => {
    const env = { RUNTIME_DIRECTORY: at('run') };
    const one = start('--control', join(env.RUNTIME_DIRECTORY, 'control.sock'), at('a.crt'));
    await one.saw('published');
    const asked = await cli.runWith(env, 'status', at('a.crt'));
    expect([asked.code, asked.stderr]).toEqual([0, '']);
  });

  it('is nowhere with --control off, and status reads the store', async () => {
    const one = start('--control', 'off', at('a.crt'));
    await one.saw('published');
    expect(await one.end()).toBe(0);
    expect(existsSync(at('store/control.sock'))).toBe(false);
    const asked = await cli.run('status', '--control', at('store/control.sock'), '--store', at('store'));
    expect(asked.code).toBe(0);
    expect(asked.stderr).toContain('no keeper is running; this is what the store says');
    expect(asked.stdout).toContain(at('a.crt'));
  });

  it('is refused where it cannot be, and nothing stays behind', async () => {
    const path = at('x'.repeat(120));
    const refused = await cli.run('run', '--store', at('store'), '--control', path, at('a.crt'));
    expect(refused.code).toBe(73);
    expect(refused.stderr).toContain('hint: ');
    // The store is free again.
    const one = start('--control', 'off', at('a.crt'));
    await one.saw('published');
  });
});

describe('the log', () => {
  const sorts: readonly [args: readonly string[], levels: readonly string[]][] = [
    [[], ['info', 'warn']],
    [['-q'], ['warn']],
    [['-v'], ['debug', 'info', 'warn']],
  ];
  it.each(sorts)('has with %j the levels %j', async (args, levels) => {
    const one = start('--control', 'off', ...args, at('a.crt'), at('gone.crt'));
    await one.saw('unusable');
    await waitFor(() => existsSync(at('a.ocsp')));
    one.child.kill('SIGHUP');
    if (!args.includes('-q')) await one.saw('signal');
    expect(await one.end()).toBe(0);
    const seen = new Set(one.lines.map(({ level }) => String(level)));
    expect([...seen].filter((level) => !levels.includes(level))).toEqual([]);
    expect(seen.has('warn')).toBe(true);
    expect(seen.has('info')).toBe(levels.includes('info'));
  });

  it('is text where the config says so, and JSON with --json all the same', async () => {
    await writeFile(at('c.yaml'), 'log: { format: text }\ncontrol: off\n');
    const text = start('-c', at('c.yaml'), at('a.crt'));
    await text.saw('words', 2);
    await text.end();
    expect(text.lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/restaple \S+ keeps 1 certificate/),
    );
    const json = start('-c', at('c.yaml'), '--json', at('a.crt'));
    await json.saw('started');
    await json.end();
    expect(json.lines.filter(({ event }) => event === 'words')).toEqual([]);
  });
});

describe('SIGHUP', () => {
  it('keeps what is kept when the config names no certificate any more', async () => {
    const config = at('c.yaml');
    await writeFile(config, `certificates: [{ files: a.crt, allow-private: true }]\n`);
    const one = startRun(cli, '--store', at('store'), '--control', at('c.sock'), '-c', config);
    running.push(one);
    await one.saw('published');
    await writeFile(config, 'certificates: []\n');
    one.child.kill('SIGHUP');
    const [refused] = await one.saw('config');
    expect(refused).toMatchObject({ level: 'error', code: 'config-invalid' });
    expect(refused?.['message'] ?? refused?.['msg']).toContain('the config stays as it was');
    expect((await cli.run('status', '--control', at('c.sock'))).stdout).toContain(at('a.crt'));
    expect(one.lines.filter(({ event }) => event === 'let-go')).toEqual([]);
    expect(await one.end()).toBe(0);
  });
});

async function waitFor(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}
