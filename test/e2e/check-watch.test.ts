/** `restaple check` as a program of its own: on a terminal, and without. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR, type StaplingServer, pki, startStapling } from '../cli/check-helper.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { serverCertificate } from './world.ts';
import { listen } from '../support/loopback.ts';
import { describeWithPeer } from '../support/peers.ts';
import { shift, testResponse } from '../support/pki.ts';

let cli: BuiltCli;
let server: StaplingServer;
let staple: Buffer | undefined;
beforeAll(async () => {
  cli = await buildCli();
  server = await startStapling(() => staple);
});
afterAll(async () => {
  await server.close();
  await cli.remove();
});

const good = (): Buffer =>
  testResponse(pki, { thisUpdate: shift(new Date(), -HOUR), nextUpdate: shift(new Date(), 9 * HOUR) });

it('exits as a monitoring plugin does, and says one line', async () => {
  staple = good();
  const args = ['check', `127.0.0.1:${server.port}`, '--servername', 'www.example.test', '--plugin'];
  const run = await cli.run(...args);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(/^RESTAPLE OK - 127\.0\.0\.1:\d+: good, 10 % used, .*\n$/);
  expect(await cli.run(...args, '-w', '5%')).toMatchObject({ code: 1 });
  expect(await cli.run(...args, '-w', '80')).toMatchObject({ code: 3 });
});

it('does not watch where there is no terminal', async () => {
  const run = await cli.run('check', '127.0.0.1', '--watch');
  expect(run).toMatchObject({ code: 3, stdout: '' });
  expect(run.stderr).toContain('standard output is none');
});

// Of util-linux: gives a program a terminal of its own.
describeWithPeer('script', 'restaple check --watch on a terminal', (path) => {
  /** A terminal with `restaple check --watch` on it; what stands before it changes the terminal. */
  const watched = (before: string, args: readonly string[], after = '') => {
    const program = `'${process.execPath}' '${cli.program('restaple')}' check`;
    const command = `${before} ${program} ${args.join(' ')} --watch --interval 50ms ${after}`;
    const child = spawn(path, ['-qefc', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
    });
    const ended = once(child, 'exit');
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const until = async (text: RegExp): Promise<void> => {
      while (!text.test(seen) && child.exitCode === null)
        await Promise.race([once(child.stdout, 'data'), ended]);
      expect(seen).toMatch(text);
    };
    return { child, ended, until, seen: () => seen };
  };

  it('shows what changes, and ends with what it saw last', async () => {
    staple = good();
    const one = [`127.0.0.1:${server.port}`, '--servername', 'www.example.test'];
    const { child, ended, until, seen } = watched('stty cols 120; exec', one);
    await until(/ OK .* 10% .*good/);
    staple = undefined;
    await until(/ WARNING .*no staple/);
    child.stdin.write('\u0003');
    const [code] = await ended;
    expect(code).toBe(1);
    // Back on the first screen, with the last table.
    expect(seen().split('\u001B[?1049l').at(-1)).toMatch(/^server +severity[^]*WARNING +- +- +no staple/);
  });

  it('keeps to the height of the terminal, also when that changes, and leaves all rows and the cursor behind', async () => {
    const dead = Array.from({ length: 9 }, (_, i) => `127.0.0.${i + 1}:1`);
    const { child, ended, until, seen } = watched('tty; stty cols 120 rows 6; exec', dead);
    await until(/127\.0\.0\.3:1 +CRITICAL.*\s+… and 6 more\s/);
    expect(seen()).not.toContain('127.0.0.4:1 ');
    const [terminal = ''] = seen().split('\r\n');
    execFileSync('stty', ['-F', terminal, 'rows', '20']);
    await until(/127\.0\.0\.9:1 +CRITICAL/);
    child.stdin.write('\u0003');
    expect(await ended).toEqual([2, null]);
    const [screen = '', after = ''] = seen().split('\u001B[?1049l');
    expect(screen.endsWith('\u001B[?25h')).toBe(true);
    expect(after.trimEnd().split('\n')).toHaveLength(10);
  });

  it('gives the terminal back while it is stopped, and goes on where it was', async () => {
    const { child, ended, until } = watched('stty cols 120; set -m;', ['127.0.0.1:1'], '; echo stopped; fg');
    await until(/127\.0\.0\.1:1 +CRITICAL/);
    child.stdin.write('\u001A');
    await until(/\?25h.\[\?1049l[^]*stopped[^]*\?1049h[^]*CRITICAL/);
    child.stdin.write('\u0003');
    expect(await ended).toEqual([2, null]);
  });

  it('is not stopped where nobody could let it go on', async () => {
    const { child, ended, until } = watched('stty cols 120; exec', ['127.0.0.1:1']);
    await until(/127\.0\.0\.1:1 +CRITICAL/);
    child.stdin.write('\u001A');
    await until(/\?1049l[^]*\?1049h[^]*CRITICAL/);
    child.stdin.write('\u0003');
    expect(await ended).toEqual([2, null]);
  });

  it('ends at once, whatever is on its way, also on a terminal that does not know its size', async () => {
    const silent = createServer(() => {});
    const url = `http://127.0.0.1:${await listen(silent)}/`;
    const leaf = serverCertificate(pki, 'www.example.test', { serial: 0x1003, caIssuersUrls: [url] });
    const alone = await startStapling(good, { leaf, chain: [] });
    const { child, ended } = watched('stty cols 0 rows 0; exec', [
      `127.0.0.1:${alone.port}`,
      '--allow-private',
      '--timeout',
      '1h',
    ]);
    const [socket] = await once(silent, 'connection');
    child.stdin.write('\u0003');
    expect(await ended).toEqual([3, null]);
    socket.destroy();
    silent.close();
    await alone.close();
  });
});
