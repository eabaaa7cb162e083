/** `restaple check --plugin`, and what of it monitoring systems rely on: exit codes, thresholds, performance data. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRoot } from '../../src/demo/pki/entity.ts';
import { name as nameOf } from '../../src/demo/pki/name.ts';
import { EXIT_CODES, SEVERITIES, type Severity, gravest } from '../../src/cli/check/states.ts';
import { parseTarget } from '../../src/cli/check/target.ts';
import { formatThreshold, parseThreshold } from '../../src/cli/check/thresholds.ts';
import { testKeys } from '../support/keys.ts';
import { listen } from '../support/loopback.ts';
import { shift, testResponse } from '../support/pki.ts';
import { HOUR, type StaplingServer, check, checkPort, now, pki, startStapling } from './check-helper.ts';

let server: StaplingServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A server whose staple has lived four of its ten hours. */
const start = async (staple: Buffer | undefined = fresh): Promise<number> =>
  (server = await startStapling(() => staple)).port;
const fresh = testResponse(pki, { thisUpdate: shift(now, -4 * HOUR), nextUpdate: shift(now, 6 * HOUR) });

describe('one line', () => {
  it.each<[string, readonly string[], number, string, string]>([
    ['by default', [], 0, 'OK - HOST: good, 40 % used, ends in 6h', '40%;75;90;0;100 LEFT=21600s;;;0'],
    [
      'past a part of its life',
      ['-w', '30%', '-c', '50%'],
      1,
      'WARNING - HOST: good, 40 % used, ends in 6h: past 30% used',
      '40%;30;50;0;100 LEFT=21600s;;;0',
    ],
    [
      'with less time left than wanted',
      ['--warning=1d', '--critical=12h'],
      2,
      'CRITICAL - HOST: good, 40 % used, ends in 6h: past 12h left',
      '40%;;;0;100 LEFT=21600s;86400:;43200:;0',
    ],
    [
      'with thresholds of both kinds',
      ['-w', '8h', '-c', '90%'],
      1,
      'WARNING - HOST: good, 40 % used, ends in 6h: past 8h left',
      '40%;;90;0;100 LEFT=21600s;28800:;;0',
    ],
  ])('%s', async (_sentence, options, exitCode, text, data) => {
    const port = await start();
    const run = await checkPort(port, '--plugin', ...options);
    const told = run.out.replaceAll(`127.0.0.1:${port}`, 'HOST').replace("'HOST time left'", 'LEFT');
    expect(told).toBe(`RESTAPLE ${text} | 'HOST life used'=${data}\n`);
    expect(run).toMatchObject({ exitCode, err: '' });
  });

  it('has a gap in the data where there is no staple', async () => {
    const port = await start(Buffer.alloc(0));
    const run = await checkPort(port, '--plugin');
    expect(run.exitCode).toBe(1);
    expect(run.out).toMatch(/: no staple, .* \| '\S+ life used'=U;75;90;0;100 '\S+ time left'=U;;;0\n$/);
  });

  it('for several servers names those in trouble, and has the data of all', async () => {
    const port = await start();
    const dead = '127.0.0.1:1';
    const args = [`127.0.0.1:${port}`, dead, '--servername', 'www.example.test', '--plugin'];
    const run = await check(args);
    expect(run.exitCode).toBe(2);
    expect(run.out).toMatch(
      /^RESTAPLE CRITICAL - 127\.0\.0\.1:1: cannot connect: connection refused \(ECONNREFUSED\); 1 of 2 servers OK \| .*'127\.0\.0\.1:1 life used'=U/,
    );
    expect(run.out.split('\n')).toHaveLength(2);
  });

  it('for many servers names the gravest first, and no more than people read', async () => {
    const port = await start(Buffer.alloc(0));
    const dead = Array.from({ length: 12 }, (_, i) => `127.0.0.${i + 1}:1`);
    const run = await checkPort(port, ...dead, '--plugin');
    const [text = ''] = run.out.split(' | ');
    expect(text).toMatch(/^RESTAPLE CRITICAL - 127\.0\.0\.1:1: .*; 127\.0\.0\.10:1: .*; 3 more not OK$/);
    expect(text.split('; ')).toHaveLength(11);
  });

  it('is short, whatever names a server has', async () => {
    const stranger = createRoot({
      name: nameOf([['CN', 'x'.repeat(5_000)]]),
      keys: testKeys('p256', 9),
      serial: 99,
      notBefore: shift(now, -HOUR),
      notAfter: shift(now, HOUR),
    });
    const port = await start(
      testResponse(pki, { thisUpdate: shift(now, -HOUR), nextUpdate: shift(now, HOUR), signer: stranger }),
    );
    const run = await checkPort(port, '--tls', '1.3', '--plugin');
    expect(run.out).toMatch(/^RESTAPLE CRITICAL - \S+: staple forged: signer CN=x+\.\.\. \| /);
    expect(run.out.length).toBeLessThan(1000);
  });

  it('has each name of its data once, though a server is named twice', async () => {
    const port = await start();
    const place = `127.0.0.1:${port}`;
    const run = await checkPort(port, place, '--plugin');
    expect(run.out.split(`'${place} life used'`)).toHaveLength(2);
    expect(run.out).toMatch(/^RESTAPLE OK - \S+: good, /);
  });

  it.each([
    ['[::1]:1', '[0:0:1]:1'],
    ['[::]:1', '[0:0:0]:1'],
    ['[2001:db8::]:1', '[2001:db8:0:0]:1'],
    ['2001:db8::1', '2001:db8:0:1'],
  ])(
    'has no double colon of %s in the names of its data: Icinga has a meaning of its own for it',
    async (place, label) => {
      const run = await check([place, '--plugin', '--timeout', '1ms']);
      expect(run.out.split(' | ')[1]?.startsWith(`'${label} life used'=U;`)).toBe(true);
    },
  );

  it('never has data below their least value', async () => {
    const port = await start(
      testResponse(pki, { thisUpdate: shift(now, -9 * HOUR), nextUpdate: shift(now, -HOUR) }),
    );
    const run = await checkPort(port, '--plugin');
    expect(run.exitCode).toBe(2);
    expect(run.out).toMatch(/: staple expired: .* life used'=100%;75;90;0;100 \S+ time left'=0s;;;0\n$/);
  });

  it('has what a hostile server says in its place', async () => {
    const hostile = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end("220 'x'=1 | 'y'=2\u2028;\u202e\r\n\nOK - all is well\n");
    });
    const port = await listen(hostile);
    const run = await checkPort(port, '--plugin', '--starttls', 'pop3');
    hostile.close();
    expect(run.exitCode).toBe(2);
    const [text = '', data, ...more] = run.out.split('|');
    expect(text).toMatch(/^RESTAPLE CRITICAL - \S+: greeted with "220 'x'=1 \/ 'y'=2\\u\{2028\}/);
    expect(data).toBe(` '127.0.0.1:${port} life used'=U;75;90;0;100 '127.0.0.1:${port} time left'=U;;;0\n`);
    expect(more).toEqual([]);
  });
});

describe('what cannot be meant', () => {
  it.each<[readonly string[], string]>([
    [['a b'], 'a b is no HOST[:PORT]'],
    [['example.test:0'], 'example.test:0 is no HOST[:PORT]'],
    [['example.test', '-w', '80'], 'expected life used such as 75%, or time left such as 12h'],
    [['example.test', '-w', '95%'], '--warning 95% would come after --critical 90%, and so never'],
    [['example.test', '-w', '1h', '-c', '2h'], '--warning 1h would come after --critical 2h'],
    [['example.test', '--starttls', 'gopher'], '--starttls gopher: expected none, smtp, lmtp'],
    [['example.test', '--repeat', '0'], 'expected a whole number from 1 to 1000'],
    [['example.test', '--json', '--watch'], '--json and --watch are not to be had together'],
    [['example.test', '--url', 'http://a/'], '--url is for --compare, which is missing'],
    [['example.test', '--interval', '5s'], '--interval is for --watch, which is missing'],
    [['example.test', '--watch'], '--watch shows a table on a terminal, and standard output is none'],
    [['example.test', '--nosuch'], 'unknown option --nosuch'],
    [['example.test', '--issuer', '/nowhere/x.pem'], 'cannot be read'],
    [['example.test', '--allow-no-next-update'], '--allow-no-next-update needs --max-age'],
    [[], '<host...> is missing'],
  ])('%j is UNKNOWN', async (args, words) => {
    const run = await check(args);
    expect(run.exitCode).toBe(3);
    expect(run.err).toContain(words);
    expect(run.out).toBe('');
  });

  it.each([
    [['example.test', '-w', 'x|y'], 'RESTAPLE UNKNOWN - --warning x/y: expected life used'],
    [['example.test', '--nosuch'], 'RESTAPLE UNKNOWN - unknown option --nosuch'],
    [['example.test', '--issuer', '/nowhere/x.pem'], 'RESTAPLE UNKNOWN - '],
  ])('%j with --plugin says so where monitoring looks', async (args, line) => {
    const run = await check([...args, '--plugin']);
    expect(run.exitCode).toBe(3);
    expect(run.out.startsWith(line)).toBe(true);
    expect(run.out.split('\n')).toHaveLength(2);
  });

  it('with --json is an error in JSON', async () => {
    const run = await check(['example.test', '--issuer', '/nowhere/x.pem', '--json']);
    expect(run).toMatchObject({ exitCode: 3, err: '' });
    expect(JSON.parse(run.out)).toMatchObject({
      verb: 'check',
      exitCode: 3,
      severity: 'UNKNOWN',
      error: { code: 'file-unreadable' },
    });
  });
});

describe('a target', () => {
  it.each([
    ['example.test', 'example.test', 'example.test', 443],
    ['Example.TEST.:8443', 'example.test:8443', 'example.test', 8443],
    ['[::1]:443', '::1', '::1', 443],
    ['[::1]:25', '[::1]:25', '::1', 25],
    ['::1', '::1', '::1', 443],
    ['2001:DB8::1', '2001:db8::1', '2001:db8::1', 443],
    ['127.0.0.1:25', '127.0.0.1:25', '127.0.0.1', 25],
    ['bücher.example', 'xn--bcher-kva.example', 'xn--bcher-kva.example', 443],
  ])('%s is %s', (text, name, host, port) => {
    expect(parseTarget(text)).toEqual({ name, host, port });
  });

  it.each(['', ':443', 'a:b', 'a:70000', 'https://a/', 'user@a', 'a/b', '[::1', 'a:1:2'])(
    '%s is none',
    (text) => {
      expect(parseTarget(text)).toBeUndefined();
    },
  );
});

describe('a threshold', () => {
  it.each(['75%', '0%', '100%', '12h', '1d12h', '99.5%'])('%s is one', (text) => {
    const threshold = parseThreshold(text);
    expect(threshold && formatThreshold(threshold)).toBe(text);
  });

  it.each(['', '80', '101%', '-1%', '%', '0h', '12 apples'])('%s is none', (text) => {
    expect(parseThreshold(text)).toBeUndefined();
  });
});

describe('docs/reference/cli.md', () => {
  const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (\S.*?) +\| (OK|WARNING|CRITICAL|UNKNOWN) +\| (\d) +\|/gm)];

  it('says of each state what the code makes of it', () => {
    const documented = rows.map(([, state, severity, exitCode]) => [state, severity, Number(exitCode)]);
    const known = Object.entries(SEVERITIES).map(([state, severity]) => [
      state,
      severity,
      EXIT_CODES[severity],
    ]);
    expect(documented).toEqual(known);
  });

  it('says in which order they count', () => {
    const order: readonly Severity[] = ['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'];
    expect(page).toContain(`the gravest counts: ${order.join(', ')}, in this order`);
    order.forEach((severity, i) => expect(gravest(order.slice(i).toReversed())).toBe(severity));
  });
});
