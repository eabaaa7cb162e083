import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { runCli } from '../support/run-cli.ts';
import { withTempDir } from '../support/files.ts';

const STORY = `\
A world of its own, on this machine only: a CA, its OCSP responder behind a CDN, and a TLS server.
domain.crt, the server's certificate, says where to ask whether it has been revoked:
  http://localhost:PORT/
Asked by address, the CDN does not know which of its many sites is meant, and refuses:
  $ restaple fetch domain.crt --url http://127.0.0.1:PORT/
  restaple: domain.crt: 403 Forbidden: the edge at 127.0.0.1:PORT does not serve this Host; it got Host: 127.0.0.1:PORT: "Error 1003: asked by address"
  hint: the responder is behind a CDN: ask for it by its name, --url http://NAME/, or --url URL --header 'Host: NAME'
  hint: restaple doctor domain.crt --url http://127.0.0.1:PORT/
Asked by name, it hands on the answer of the CA. restaple verifies that, and writes domain.ocsp:
(It is on this very machine, where no certificate leads restaple unless it is told that it may.)
  $ restaple fetch domain.crt --allow-host localhost
  domain.crt: good
  	This Update: TIME
  	Next Update: TIME
The TLS server staples this file to its handshakes. A TLS client that asks for the staple sees:
  good, verified, N bytes, the same as in domain.ocsp
The key of domain.crt is stolen. The CA revokes the certificate, and has the CDN forget the old answer:
  $ restaple fetch domain.crt --allow-host localhost
  domain.crt: revoked
  	This Update: TIME
  	Next Update: TIME
  	Reason: keyCompromise
  	Revocation Time: TIME
  restaple: domain.crt: domain.ocsp was not written: only a good response becomes a staple
That was exit code 1, for cron and scripts to see. domain.ocsp is as it was, byte for byte.
`;

/** What is another in each world. */
function normal(text: string): string {
  return text
    .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:PORT')
    .replaceAll(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT/g, 'TIME')
    .replaceAll(/\d+ bytes/g, 'N bytes');
}

/** Runs `use` where the system's temporary directory is an empty one. */
async function withOwnTmp(use: (tmp: string) => Promise<void>): Promise<void> {
  onTestFinished(() => void vi.unstubAllEnvs());
  await withTempDir(async (tmp) => {
    vi.stubEnv('TMPDIR', tmp);
    await use(tmp);
  });
}

describe('restaple demo', () => {
  it('tells the story, ends with 0 and leaves no file behind', async () => {
    await withOwnTmp(async (tmp) => {
      const { exitCode, out, err } = await runCli(['demo'], { now: new Date() });
      expect(normal(out)).toBe(STORY);
      expect([err, exitCode]).toEqual(['', 0]);
      expect(await readdir(tmp)).toEqual([]);
    });
  });

  it('says the same in colour', async () => {
    const { out } = await runCli(['demo'], { now: new Date(), color: true });
    expect(out).toContain('\u001B[1mdomain.crt, ');
    expect(out).toContain('domain.crt: \u001B[32mgood\u001B[39m');
    // oxlint-disable-next-line no-control-regex
    expect(normal(out.replaceAll(/\u001B\[\d+m/g, ''))).toBe(STORY);
  });

  it('stops after the step at which it is interrupted, and leaves no file behind', async () => {
    await withOwnTmp(async (tmp) => {
      const said: string[] = [];
      const io: Io = {
        input: () => [],
        out: (text) => {
          said.push(text.toString());
          process.emit('SIGHUP', 'SIGHUP');
        },
        err: () => undefined,
        terminal: false,
        colorOut: false,
        colorErr: false,
        columnsOut: undefined,
        rowsOut: undefined,
        env: {},
        now: () => new Date(),
      };
      expect(await main(['demo'], io)).toBe(128 + 1);
      expect(normal(said.join(''))).toBe(STORY.split('Asked by address')[0]);
      expect(await readdir(tmp)).toEqual([]);
      expect(process.listenerCount('SIGHUP')).toBe(0);
    });
  });
});

/** `restaple` as one file that every Node can run: Node 20 cannot run TypeScript. */
let bin = '';
let binDir = '';

beforeAll(async () => {
  binDir = await mkdtemp(join(tmpdir(), 'restaple-test-bin-'));
  await writeFile(join(binDir, 'package.json'), '{"type":"module"}');
  bin = join(binDir, 'bin.js');
  await build({
    entryPoints: ['src/cli/bin.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bin,
    // Packages in CommonJS call require.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
});

afterAll(() => rm(binDir, { recursive: true, force: true }));

interface Kept {
  readonly child: ChildProcess;
  /** What it printed until it began to wait. */
  readonly out: string;
  /** The commands that it offers, without the first, which changes the directory. */
  readonly commands: readonly string[];
  readonly dir: string;
}

/** Starts `restaple demo --keep` with `tmp` as its temporary directory, and waits until it waits. */
async function keep(tmp: string): Promise<Kept> {
  const child = spawn(process.execPath, [bin, 'demo', '--keep'], {
    env: { ...process.env, TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk);
    if (out.includes('press Ctrl-C to end\n')) break;
  }
  const offered = out.slice(out.indexOf('The world stays')).split('\n').slice(1, -2);
  const [cd = '', ...commands] = offered.map((line) => line.trim());
  return { child, out, commands, dir: cd.replace('cd ', '') };
}

/** Sends a signal; the exit code of the process. */
async function end({ child }: Kept, signal: NodeJS.Signals): Promise<unknown> {
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code]: unknown[] = await exit;
  return code;
}

const isOpen = (port: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

describe('restaple demo in a process of its own', () => {
  it.runIf(existsSync('/dev/full'))('leaves no file behind when its output cannot be written', async () => {
    await withTempDir(async (tmp) => {
      const command = `TMPDIR=${tmp} exec "${process.execPath}" ${bin} demo >/dev/full`;
      expect((await run('/bin/sh', ['-c', command])).code).not.toBe(0);
      expect(await readdir(tmp)).toEqual([]);
    });
  });
});

const OCSP = '-issuer issuer.crt -CAfile root.crt -verify_other issuer.crt';

describe('restaple demo --keep', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'waits for %s, then ends with 0 and leaves nothing behind',
    async (signal) => {
      await withTempDir(async (tmp) => {
        const kept = await keep(tmp);
        expect(normal(kept.out).startsWith(STORY)).toBe(true);
        const ports = Array.from(kept.out.matchAll(/:(\d+)\/?/g), ([, port = '']) => port);
        const servers = [...new Set(ports.filter((port) => port.length > 2))];
        expect(await Promise.all(servers.map(isOpen))).toEqual([true, true]);
        expect(await end(kept, signal)).toBe(0);
        expect(await Promise.all(servers.map(isOpen))).toEqual([false, false]);
        expect(await readdir(tmp)).toEqual([]);
      });
    },
  );

  it('offers commands of restaple that do what they promise', async () => {
    await withTempDir(async (tmp) => {
      const kept = await keep(tmp);
      const codes: [command: string, code: number][] = [];
      for (const command of kept.commands.filter((line) => line.includes('bin.js'))) {
        const { code } = await run('/bin/sh', ['-c', command], { cwd: kept.dir });
        codes.push([command.replace(/^node \S*/, 'restaple').replaceAll(/:\d{4,}/g, ':PORT'), code]);
      }
      expect(codes).toEqual([
        ['restaple inspect domain.crt', 0],
        ['restaple fetch domain.crt --allow-host localhost', 0],
        ['restaple fetch revoked.crt --allow-host localhost', 1],
        ['restaple fetch domain.crt --url http://127.0.0.1:PORT/', 75],
        ["restaple fetch domain.crt --url http://127.0.0.1:PORT/ --header 'Host: localhost'", 0],
        ['restaple inspect domain.ocsp', 0],
        ['restaple verify domain.ocsp --cert domain.crt', 0],
        ['restaple doctor domain.crt --url http://127.0.0.1:PORT/', 75],
        ['restaple doctor localhost:PORT --allow-host localhost', 0],
        [`restaple ocsp ${OCSP} -cert domain.crt -url http://localhost:PORT/`, 0],
        [`restaple ocsp ${OCSP} -cert revoked.crt -url http://localhost:PORT/`, 1],
      ]);
    });
  });
});

describeWithPeer('openssl', 'restaple demo --keep and openssl', () => {
  it('offers commands of openssl that succeed', async () => {
    await withTempDir(async (tmp) => {
      const kept = await keep(tmp);
      const said = await Promise.all(
        kept.commands
          .filter((line) => line.startsWith('openssl '))
          .map(async (line) => {
            const { code, stdout, stderr } = await run('/bin/sh', ['-c', line], { cwd: kept.dir });
            return { code, text: stderr + stdout };
          }),
      );
      expect(said).toEqual([
        { code: 0, text: expect.stringMatching(/Response verify OK[^]*domain\.crt: good/) },
        { code: 0, text: expect.stringMatching(/Response verify OK[^]*revoked\.crt: revoked/) },
        { code: 0, text: expect.stringMatching(/Response verify OK[^]*domain\.crt: good/) },
        { code: 0, text: expect.stringMatching(/Cert Status: good[^]*Verify return code: 0 \(ok\)/) },
      ]);
    });
  });
});

describeWithPeer('curl', 'restaple demo --keep and curl', () => {
  it('offers a command of curl that is content with the staple', async () => {
    await withTempDir(async (tmp) => {
      const kept = await keep(tmp);
      const line = kept.commands.find((command) => command.startsWith('curl ')) ?? '';
      const { code, stdout } = await run('/bin/sh', ['-c', line], { cwd: kept.dir });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^Hello/)]);
    });
  });
});
