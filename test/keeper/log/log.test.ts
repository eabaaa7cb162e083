import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leadsToJournal } from '../../../src/keeper/log/journal.ts';
import { type Log, type LogOptions, createLog } from '../../../src/keeper/log/log.ts';
import { logRecord } from '../../../src/keeper/log/record.ts';
import { run } from '../../support/peers.ts';
import { EVENTS, at } from './events.ts';

const NOW = at('2026-02-25T16:04:05Z');

async function capture(
  options: Partial<LogOptions>,
  use: (log: Log) => void = (log) => log.event(EVENTS.failed),
): Promise<string[]> {
  const lines: string[] = [];
  const log = await createLog({
    format: 'auto',
    level: 'info',
    out: (line) => lines.push(line),
    isTerminal: false,
    isJournal: false,
    now: () => NOW,
    ...options,
  });
  use(log);
  return lines;
}

describe('the log as JSON', () => {
  it('is one line for an event, with its type, its facts and a sentence', async () => {
    const [line = '', ...others] = await capture({ format: 'json' });
    expect(others).toEqual([]);
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      level: 'warn',
      time: '2026-02-25T16:04:05.000Z',
      event: 'failed',
      certificate: '/etc/ssl/www.pem',
      code: 'http-timeout',
      failures: 4,
      nextAt: '2026-02-25T16:05:11Z',
      validUntil: '2026-02-28T21:32:45Z',
      message:
        '/etc/ssl/www.pem: failed (4 in a row): no answer from 203.0.113.7 in 15s; the staple is valid until 2026-02-28T21:32:45Z; next try 2026-02-25T16:05:11Z',
    });
  });

  it('takes a sentence as it stands', async () => {
    const [line = ''] = await capture({ format: 'json' }, (log) =>
      log.write(logRecord('info', '100%% of %s and %d', { program: '%o' })),
    );
    expect(JSON.parse(line)).toMatchObject({ message: '100%% of %s and %d', program: '%o' });
  });

  it('names no key twice', async () => {
    const [line = ''] = await capture({ format: 'json' }, (log) => log.event(EVENTS.alarm));
    expect(line.match(/"level":/g)).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({ level: 'error', alarm: 'critical' });
  });
});

describe('the log as text', () => {
  let zone: string | undefined;
  beforeEach(() => {
    zone = process.env['TZ'];
  });
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each([
    ['UTC', '16:04:05 warn ', 'until 2026-02-28 21:32:45; next try 16:05:11\n'],
    ['Asia/Kolkata', '21:34:05 warn ', 'until 2026-03-01 03:02:45; next try 21:35:11\n'],
    ['Etc/GMT-7', '23:04:05 warn ', 'until 2026-03-01 04:32:45; next try 23:05:11\n'],
  ])('shows the time of the place: %s', async (place, head, tail) => {
    process.env['TZ'] = place;
    const [line = ''] = await capture({ format: 'text' });
    expect(line.startsWith(`${head} /etc/ssl/www.pem: failed`)).toBe(true);
    expect(line.endsWith(tail)).toBe(true);
  });

  it('knows what never comes', async () => {
    const [line = ''] = await capture({ format: 'text' }, (log) =>
      log.event({ ...EVENTS.failed, nextAt: Infinity }),
    );
    expect(line).toMatch(/; next try never\n$/);
  });
});

const isJson = (line: string | undefined): boolean => line?.startsWith('{') === true;

describe('which form and which lines', () => {
  it.each([
    ['auto', true, false],
    ['auto', false, true],
    ['text', false, false],
    ['json', true, true],
  ] as const)('%s, on a terminal %s: JSON %s', async (format, isTerminal, json) => {
    const [line] = await capture({ format, isTerminal });
    expect(isJson(line)).toBe(json);
  });

  it.each(
    (['json', 'text'] as const).flatMap((format) =>
      (
        [
          ['debug', 4],
          ['info', 3],
          ['warn', 2],
          ['error', 1],
        ] as const
      ).map(([level, count]) => [format, level, count] as const),
    ),
  )('%s from %s on', async (format, level, count) => {
    const lines = await capture({ format, level }, (log) => {
      for (const one of [EVENTS.unchanged, EVENTS.fetched, EVENTS.failed, EVENTS.revoked]) log.event(one);
    });
    expect(lines).toHaveLength(count);
  });

  it.each(['json', 'text'] as const)('%s: the journal gets the level before each line', async (format) => {
    const lines = await capture({ format, level: 'debug', isJournal: true }, (log) => {
      for (const one of [EVENTS.unchanged, EVENTS.fetched, EVENTS.failed, EVENTS.revoked]) log.event(one);
    });
    expect(lines.map((line) => line.slice(0, 3))).toEqual(['<7>', '<6>', '<4>', '<3>']);
    expect(isJson(lines[0]?.slice(3))).toBe(format === 'json');
  });

  it.each([
    ['8:1234', { dev: 8, ino: 1234 }, true],
    ['8:1234', { dev: 8, ino: 12_345 }, false],
    ['', { dev: 0, ino: 0 }, false],
    [undefined, { dev: 0, ino: 0 }, false],
  ])('JOURNAL_STREAM=%s is descriptor %o: %s', (value, identity, expected) => {
    expect(leadsToJournal(value === undefined ? {} : { JOURNAL_STREAM: value }, identity)).toBe(expected);
  });
});

describe('pino', () => {
  it.each([
    ['text', false],
    ['json', true],
  ] as const)('is loaded for %s: %s', async (format, expected) => {
    const options = `{ format: '${format}', level: 'info', out() {}, isTerminal: false, isJournal: false, now: Date.now }`;
    const { outputFiles } = await build({
      stdin: {
        contents: `import { createLog } from './src/keeper/log/log.ts';
          createLog(${options}).then(() => console.log(require.resolve('pino') in require.cache));`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      format: 'cjs',
      platform: 'node',
      packages: 'external',
      supported: { 'dynamic-import': false },
      write: false,
    });
    const { stdout, stderr } = await run(process.execPath, ['-'], {
      input: outputFiles[0]?.contents ?? Buffer.alloc(0),
    });
    expect({ stdout, stderr }).toEqual({ stdout: `${expected}\n`, stderr: '' });
  });
});
