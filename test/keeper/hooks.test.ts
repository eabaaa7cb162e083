import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK, type Clock } from '../../src/keeper/clock.ts';
import type { KeeperEvent } from '../../src/keeper/events.ts';
import { type Hooks, type HooksOptions, createHooks } from '../../src/keeper/hooks.ts';
import { HOOK_NAMES, HOOK_OF } from '../../src/keeper/hooks-facts.ts';
import type { LogRecord } from '../../src/keeper/log/record.ts';
import { withTempDir } from '../support/files.ts';
import { EVENTS } from './log/events.ts';

const { failed, published } = EVENTS;
const ENV = { PATH: process.env['PATH'] };
const LONG = 600_000;

/** Scripts of a directory as hooks, and what was reported of them. */
class Bench {
  readonly records: LogRecord[] = [];
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  path(name: string): string {
    return join(this.#dir, name);
  }

  /** A program in sh; `$DIR` in it is the directory. */
  async script(name: string, text: string, mode = 0o755): Promise<string> {
    const path = this.path(name);
    await writeFile(path, `#!/bin/sh\nDIR='${this.#dir}'\n${text}\n`);
    await chmod(path, mode);
    return path;
  }

  hooks(commands: HooksOptions['commands'], options: Partial<HooksOptions> = {}): Hooks {
    const report = (record: LogRecord): unknown => this.records.push(record);
    return createHooks({ commands, timeoutMs: LONG, env: ENV, clock: SYSTEM_CLOCK, report, ...options });
  }

  /** Until so many were reported. */
  reported(count = 1): Promise<void> {
    return until(() => Promise.resolve(this.records.length >= count));
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** Until a script has written a whole line to a file. */
  async line(name: string): Promise<string> {
    let text = '';
    await until(async () => {
      text = await this.read(name).catch(() => '');
      return text.endsWith('\n');
    });
    return text.trimEnd();
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const onBench = (use: (bench: Bench) => Promise<void>) => (): Promise<void> =>
  withTempDir((dir) => use(new Bench(dir)));

/** Timers that fire when the test says so, by their length. */
class HandClock implements Clock {
  readonly #timers = new Map<number, Set<() => void>>();
  readonly now = (): number => 0;
  readonly monotonic = (): number => 0;

  setTimer(ms: number, fire: () => void): () => void {
    const same = this.#timers.get(ms) ?? new Set();
    this.#timers.set(ms, same.add(fire));
    return () => same.delete(fire);
  }

  fire(ms: number): void {
    for (const fire of this.#timers.get(ms) ?? []) fire();
    this.#timers.delete(ms);
  }
}

/** A zombie has ended; its parent may be slow to see it. */
async function isRunning(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !/\) [ZX] /.test(status);
}

describe('a hook', () => {
  it(
    'gets the facts in its environment',
    onBench(async (bench) => {
      const command = [await bench.script('hook', 'env | sort > "$DIR/env"')];
      bench
        .hooks(
          { failed: command },
          { env: { ...ENV, HOME: '/root', NOTIFY_SOCKET: '/run/x', TOKEN: 'secret' } },
        )
        .run(failed);
      await bench.reported();
      const lines = (await bench.read('env')).split('\n');
      expect(lines.filter((line) => line.startsWith('RESTAPLE_'))).toEqual([
        'RESTAPLE_CERTIFICATE=/etc/ssl/www.pem',
        'RESTAPLE_CODE=http-timeout',
        'RESTAPLE_EVENT=failed',
        'RESTAPLE_FAILURES=4',
        'RESTAPLE_MESSAGE=no answer from 203.0.113.7 in 15s',
        'RESTAPLE_NEXT_AT=2026-02-25T16:05:11Z',
        'RESTAPLE_VALID_UNTIL=2026-02-28T21:32:45Z',
      ]);
      expect(lines).toContain('HOME=/root');
      expect(lines.filter((line) => /^(NOTIFY_SOCKET|TOKEN|RESTAPLE_TYPE)=/.test(line))).toEqual([]);
    }),
  );

  it(
    'gets the event as one line of JSON',
    onBench(async (bench) => {
      const command = [await bench.script('hook', 'cat > "$DIR/input"')];
      bench.hooks({ published: command }).run(published);
      await bench.reported();
      const input = await bench.read('input');
      expect(input.endsWith('}\n')).toBe(true);
      expect(JSON.parse(input)).toEqual({
        event: 'published',
        certificate: '/etc/ssl/www.pem',
        files: ['/etc/ssl/www.pem.ocsp', '/etc/ssl/www.der'],
        validUntil: '2026-02-28T21:32:45Z',
      });
    }),
  );

  it(
    'gets its arguments as they are: no shell reads them',
    onBench(async (bench) => {
      const command = [await bench.script('hook', 'printf "%s\\n" "$@" > "$DIR/args"'), '$HOME; echo', 'a b'];
      bench.hooks({ alarm: command }).run(EVENTS.alarm);
      await bench.reported();
      expect(await bench.read('args')).toBe('$HOME; echo\na b\n');
    }),
  );

  it.each(HOOK_NAMES)('is run for what is called %s, and for nothing else', (name) =>
    withTempDir(async (dir) => {
      const bench = new Bench(dir);
      const hooks = bench.hooks({
        [name]: [await bench.script('hook', 'echo "$RESTAPLE_EVENT" >> "$DIR/told"')],
      });
      const told = Object.entries(HOOK_OF)
        .filter(([, hook]) => hook === name)
        .map(([type]) => type);
      for (const event of Object.values(EVENTS)) hooks.run(event);
      await bench.reported(told.length);
      await hooks.drain(LONG);
      const said = (await bench.read('told')).trim().split('\n');
      expect(said.toSorted()).toEqual(told.toSorted());
      expect(bench.records).toHaveLength(told.length);
    }),
  );
});

describe('names chosen by strangers', () => {
  it(
    'cannot add a path to the list, or a line to a message',
    onBench(async (bench) => {
      const command = [
        await bench.script('hook', 'cat > "$DIR/input"; printf "%s" "$RESTAPLE_FILES" > "$DIR/files"'),
      ];
      const hooks = bench.hooks({ published: command });
      hooks.run({ ...published, files: ['/a', '/b\n/etc/shadow', '/c d'] });
      await bench.reported();
      expect(await bench.read('files')).toBe('/a\n/c d');
      expect(JSON.parse(await bench.read('input'))).toHaveProperty('files', [
        '/a',
        '/b\n/etc/shadow',
        '/c d',
      ]);
    }),
  );

  it(
    'lose NUL, which no variable can hold, and words lose their control characters',
    onBench(async (bench) => {
      const command = [
        await bench.script(
          'hook',
          'printf "%s|%s" "$RESTAPLE_CERTIFICATE" "$RESTAPLE_MESSAGE" > "$DIR/said"',
        ),
      ];
      bench.hooks({ failed: command }).run({ ...failed, certificate: 'a\0b\nc', message: 'x\n\u001By\0' });
      await bench.reported();
      expect(await bench.read('said')).toBe(String.raw`ab` + '\n' + String.raw`c|x\u{a}\u{1b}y\u{0}`);
    }),
  );
});

describe('what is reported', () => {
  const CASES: readonly (readonly [string, string, Partial<LogRecord>])[] = [
    ['silence', 'exit 0', { level: 'debug', message: 'is done' }],
    [
      'words',
      'echo reloaded; echo "  with care" >&2',
      { level: 'info', message: 'is done: reloaded | with care' },
    ],
    [
      'an exit code',
      'echo no such server >&2; exit 3',
      { level: 'warn', message: 'ended with exit code 3: no such server' },
    ],
    ['a signal', 'kill -9 $$', { level: 'warn', message: 'was ended by SIGKILL' }],
    [
      'control characters',
      String.raw`printf 'a\033[2J\0b\r\nc'`,
      { level: 'info', message: String.raw`is done: a\u{1b}[2J\u{0}b | c` },
    ],
    ['deafness', 'exec <&-; exit 0', { level: 'debug', message: 'is done' }],
  ];

  it.each(CASES)('%s', (_, script, { level, message }) =>
    withTempDir(async (dir) => {
      const bench = new Bench(dir);
      const path = await bench.script('hook', script);
      bench.hooks({ failed: [path] }).run(failed);
      await bench.reported();
      expect(bench.records).toMatchObject([
        { level, message: `/etc/ssl/www.pem: hook failed: ${path} ${message}` },
      ]);
    }),
  );

  it(
    'has fields for programs',
    onBench(async (bench) => {
      const program = await bench.script('hook', 'echo no; exit 3');
      bench.hooks({ failed: [program] }).run(failed);
      await bench.reported();
      expect(bench.records[0]?.fields).toEqual({
        event: 'hook',
        hook: 'failed',
        certificate: '/etc/ssl/www.pem',
        program,
        exitCode: 3,
        output: 'no',
      });
    }),
  );

  it(
    'is the beginning of a long output, whose writer is not held up',
    onBench(async (bench) => {
      const command = [
        await bench.script('hook', 'head -c 300000 /dev/zero | tr "\\0" x; echo end > "$DIR/end"'),
      ];
      bench.hooks({ failed: command }).run(failed);
      await bench.reported();
      expect(await bench.read('end')).toBe('end\n');
      expect(bench.records[0]?.fields['output']).toBe('x'.repeat(4096));
    }),
  );

  it(
    'is that it cannot be run',
    onBench(async (bench) => {
      const plain = await bench.script('plain', 'exit 0', 0o644);
      const hooks = bench.hooks({
        failed: [bench.path('missing')],
        alarm: [plain],
        revoked: [],
        recovered: ['a\0b'],
        published: [await bench.script('hook', 'exit 0'), 'x'.repeat(3_000_000)],
      });
      for (const name of HOOK_NAMES) hooks.run(EVENTS[name]);
      await bench.reported(5);
      const messages = bench.records.map(({ message }) => message.replace(/^.*: hook /, ''));
      expect(messages.toSorted()).toEqual([
        expect.stringMatching(/^alarm: .*plain cannot be run: .*EACCES/),
        expect.stringMatching(/^failed: .*missing cannot be run: .*ENOENT/),
        expect.stringMatching(/^published: .*hook cannot be run: .*E2BIG/),
        expect.stringMatching(/^recovered: .* cannot be run: .*null bytes/),
        expect.stringMatching(/^revoked: .* cannot be run: /),
      ]);
      expect(bench.records.map(({ level }) => level)).toEqual(['warn', 'warn', 'warn', 'warn', 'warn']);
    }),
  );

  it(
    'comes also when the command leaves a daemon behind that holds its output',
    onBench(async (bench) => {
      const command = [await bench.script('hook', 'sleep 1000 & echo $! > "$DIR/pid"; echo started')];
      bench.hooks({ failed: command }).run(failed);
      await bench.reported();
      const pid = await bench.line('pid');
      expect(bench.records).toMatchObject([{ level: 'info', fields: { exitCode: 0, output: 'started' } }]);
      expect(await isRunning(pid)).toBe(true);
      process.kill(Number(pid));
    }),
  );
});

describe('the time limit', () => {
  it.each([
    ['what obeys', 'sleep 1000 & echo $! > "$DIR/pid"; wait'],
    [
      'a child that does not, of a program that does',
      '(trap "" TERM; while :; do sleep 1; done) & echo $! > "$DIR/pid"; wait',
    ],
  ])('ends %s, with all that it started', (_, script) =>
    withTempDir(async (dir) => {
      const bench = new Bench(dir);
      const clock = new HandClock();
      const path = await bench.script('hook', `echo waiting; ${script}`);
      bench.hooks({ failed: [path] }, { clock, timeoutMs: 30_000 }).run(failed);
      const pid = await bench.line('pid');
      clock.fire(30_000);
      await bench.reported();
      expect(bench.records[0]).toMatchObject({
        level: 'warn',
        message: `/etc/ssl/www.pem: hook failed: ${path} was stopped after 30s: waiting`,
      });
      await until(async () => !(await isRunning(pid)));
    }),
  );

  it(
    'ends what is deaf to SIGTERM by SIGKILL',
    onBench(async (bench) => {
      const clock = new HandClock();
      const path = await bench.script(
        'hook',
        'trap "echo > \\"$DIR/heard\\"" TERM; echo $$ > "$DIR/pid"; while :; do sleep 0.01; done',
      );
      bench.hooks({ failed: [path] }, { clock, timeoutMs: 30_000 }).run(failed);
      const pid = await bench.line('pid');
      clock.fire(30_000);
      await bench.line('heard');
      expect(bench.records).toEqual([]);
      expect(await isRunning(pid)).toBe(true);
      clock.fire(2000);
      await bench.reported();
      expect(bench.records[0]?.message).toMatch(/was stopped after 30s/);
      await until(async () => !(await isRunning(pid)));
    }),
  );
});

describe('events of one kind', () => {
  it(
    'wait for each other, and other kinds do not',
    onBench(async (bench) => {
      const commands = {
        failed: [
          await bench.script(
            'failed',
            'mkdir "$DIR/lock" || echo twice >> "$DIR/told"; echo "$RESTAPLE_CERTIFICATE" >> "$DIR/told"; while [ ! -e "$DIR/go" ]; do sleep 0.01; done; rmdir "$DIR/lock"',
          ),
        ],
        recovered: [await bench.script('recovered', 'echo > "$DIR/go"')],
      };
      const hooks = bench.hooks(commands);
      for (const certificate of ['a', 'b', 'c']) hooks.run({ ...failed, certificate });
      await bench.line('told');
      hooks.run(EVENTS.recovered);
      await bench.reported(4);
      expect(await bench.read('told')).toBe('a\nb\nc\n');
    }),
  );

  it(
    'are dropped beyond ten thousand, the oldest first, which is said when it begins and when it is over',
    onBench(async (bench) => {
      const path = await bench.script('hook', 'while [ ! -e "$DIR/go" ]; do sleep 0.01; done');
      const commands: { failed: string[] } = { failed: [path] };
      const hooks = bench.hooks(commands);
      hooks.run({ ...failed, certificate: 'first' });
      // The rest cannot be run, which is quick.
      commands.failed.pop();
      for (let i = 0; i < 10_003; i += 1) hooks.run({ ...failed, certificate: `c${i}` });
      expect(bench.records.map(({ message }) => message)).toEqual([
        'hook failed: more than 10000 wait, and the oldest are dropped',
      ]);
      await writeFile(bench.path('go'), '');
      await bench.reported(10_003);
      const told = bench.records.map(({ fields, message }) => fields['certificate'] ?? message);
      expect(told.slice(1, 3)).toEqual(['first', 'c3']);
      expect(told.slice(-2)).toEqual(['c10002', 'hook failed: 3 were not run, as more than 10000 waited']);
    }),
  );
});

const event = (certificate: string): KeeperEvent => ({ ...failed, certificate });

describe('the end of the keeper', () => {
  it(
    'lets what runs come to its end, and drops what waits',
    onBench(async (bench) => {
      const path = await bench.script(
        'hook',
        'echo $$ > "$DIR/pid"; while [ ! -e "$DIR/go" ]; do sleep 0.01; done',
      );
      const hooks = bench.hooks({ failed: [path] }, { clock: new HandClock() });
      for (const certificate of ['a', 'b', 'c']) hooks.run(event(certificate));
      await bench.line('pid');
      const drained = hooks.drain(5000);
      hooks.run(event('d'));
      await writeFile(bench.path('go'), '');
      await drained;
      expect(bench.records.map(({ message }) => message)).toEqual([
        'hook failed: 2 more are not run, as restaple ends',
        `a: hook failed: ${path} is done`,
      ]);
    }),
  );

  it(
    'stops what goes on too long',
    onBench(async (bench) => {
      const clock = new HandClock();
      const path = await bench.script('hook', 'sleep 1000 & echo $! > "$DIR/pid"; wait');
      const hooks = bench.hooks({ failed: [path] }, { clock });
      hooks.run(event('a'));
      const pid = await bench.line('pid');
      const drained = hooks.drain(5000);
      clock.fire(5000);
      await drained;
      expect(bench.records.map(({ message }) => message)).toEqual([
        `a: hook failed: ${path} was stopped for the shutdown`,
      ]);
      await until(async () => !(await isRunning(pid)));
    }),
  );

  it(
    'is at once when nothing runs',
    onBench(async (bench) => {
      await bench.hooks({ failed: ['/bin/true'] }, { clock: new HandClock() }).drain(5000);
      expect(bench.records).toEqual([]);
    }),
  );
});
