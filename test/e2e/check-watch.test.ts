/** `restaple check` as a program of its own: on a terminal, and without. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR, type StaplingServer, pki, startStapling } from '../cli/check-helper.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
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
  it('shows what changes, and ends with what it saw last', async () => {
    staple = good();
    const command = `stty cols 120 && exec '${process.execPath}' '${cli.program('restaple')}' check 127.0.0.1:${server.port} --servername www.example.test --watch --interval 50ms`;
    const child = spawn(path, ['-qefc', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const ended = once(child, 'exit');
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const until = async (text: RegExp): Promise<void> => {
      while (!text.test(seen) && child.exitCode === null)
        await Promise.race([once(child.stdout, 'data'), ended]);
      expect(seen).toMatch(text);
    };
    await until(/ OK .* 10% .*good/);
    staple = undefined;
    await until(/ WARNING .*no staple/);
    child.stdin.write('\u0003');
    const [code] = await ended;
    expect(code).toBe(1);
    // Back on the first screen, with the last table.
    expect(seen.split('\u001B[?1049l').at(-1)).toMatch(/^server +severity[^]*WARNING +- +- +no staple/);
  });
});
