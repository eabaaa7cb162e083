import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK, type Clock } from '../../src/keeper/clock.ts';
import type { LogRecord } from '../../src/keeper/log/record.ts';
import {
  type SendNotification,
  type ServiceManager,
  type ServiceManagerOptions,
  createServiceManager,
  systemdNotify,
} from '../../src/keeper/sd-notify.ts';
import { withTempDir } from '../support/files.ts';
import { describeWithPeer } from '../support/peers.ts';

/** Takes each message when `next` says so, or refuses it. */
class Hand {
  readonly sent: string[] = [];
  readonly #open: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  readonly send: SendNotification = (values) =>
    new Promise((resolve, reject) => {
      this.sent.push(values.join(' '));
      this.#open.push({ resolve, reject });
    });

  async next(error?: Error): Promise<void> {
    const one = this.#open.shift();
    if (error) one?.reject(error);
    else one?.resolve();
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One timer, which fires when the test says so. */
class OneTimer implements Clock {
  ms: number | undefined;
  #fire = (): void => undefined;
  readonly now = (): number => 0;
  readonly monotonic = (): number => 0;

  setTimer(ms: number, fire: () => void): () => void {
    this.ms = ms;
    this.#fire = fire;
    return () => {
      this.ms = undefined;
    };
  }

  fire(): void {
    this.ms = undefined;
    this.#fire();
  }
}

const SOCKET = { NOTIFY_SOCKET: '/run/systemd/notify' };

function managerWith(options: Partial<ServiceManagerOptions>): {
  readonly manager: ServiceManager;
  readonly records: readonly LogRecord[];
} {
  const records: LogRecord[] = [];
  const manager = createServiceManager({
    env: SOCKET,
    pid: 42,
    clock: SYSTEM_CLOCK,
    monotonicUsec: () => 1_234_567n,
    send: systemdNotify,
    report: (record) => records.push(record),
    ...options,
  });
  return { manager, records };
}

describe('what systemd is told', () => {
  it('comes in order, one message at a time', async () => {
    const hand = new Hand();
    const { manager } = managerWith({ send: hand.send });
    manager.ready('3 certificates');
    manager.reloading();
    manager.ready('4 certificates');
    const done = manager.stopping();
    expect(hand.sent).toEqual(['READY=1 STATUS=3 certificates']);
    for (let i = 0; i < 4; i += 1) await hand.next();
    await done;
    expect(hand.sent).toEqual([
      'READY=1 STATUS=3 certificates',
      'RELOADING=1 MONOTONIC_USEC=1234567',
      'READY=1 STATUS=4 certificates',
      'STOPPING=1',
    ]);
  });

  it('is the latest status only, when several wait', async () => {
    const hand = new Hand();
    const { manager } = managerWith({ send: hand.send });
    manager.ready('0 of 3');
    for (const text of ['1 of 3', '2 of 3', '3 of 3']) manager.status(text);
    const done = manager.stopping();
    for (let i = 0; i < 3; i += 1) await hand.next();
    await done;
    expect(hand.sent).toEqual(['READY=1 STATUS=0 of 3', 'STATUS=3 of 3', 'STOPPING=1']);
  });

  it('is one line, whatever a certificate is called', () => {
    const hand = new Hand();
    managerWith({ send: hand.send }).manager.status('a.pem\nMAINPID=1');
    expect(hand.sent).toEqual([String.raw`STATUS=a.pem\u{a}MAINPID=1`]);
  });

  it.each([{}, { NOTIFY_SOCKET: '' }])('is nothing where nobody listens: %o', async (env) => {
    const hand = new Hand();
    const clock = new OneTimer();
    const { manager } = managerWith({ env: { ...env, WATCHDOG_USEC: '30000000' }, send: hand.send, clock });
    manager.ready('up');
    manager.reloading();
    manager.status('up');
    await manager.stopping();
    expect([hand.sent, clock.ms]).toEqual([[], undefined]);
  });

  it('is missed once in the log, however often it does not arrive, and once more after it did', async () => {
    const hand = new Hand();
    const { manager, records } = managerWith({ send: hand.send });
    const failures = [new Error('a\nb'), new Error('c'), undefined, new Error('d')];
    for (const failure of failures) {
      manager.status('up');
      await hand.next(failure);
    }
    expect(records).toEqual([
      { level: 'warn', message: String.raw`systemd cannot be told how it goes: a\u{a}b`, fields: {} },
      { level: 'warn', message: 'systemd cannot be told how it goes: d', fields: {} },
    ]);
  });
});

describe('the watchdog', () => {
  it('is fed at a third of its time, from ready to the end', async () => {
    const hand = new Hand();
    const clock = new OneTimer();
    const env = { ...SOCKET, WATCHDOG_USEC: '90000000', WATCHDOG_PID: '42' };
    const { manager } = managerWith({ env, send: hand.send, clock });
    expect(clock.ms).toBeUndefined();
    manager.ready('up');
    await hand.next();
    expect(clock.ms).toBe(30_000);
    clock.fire();
    await hand.next();
    expect(clock.ms).toBe(30_000);
    clock.fire();
    await hand.next();
    manager.reloading();
    await hand.next();
    manager.ready('up');
    await hand.next();
    expect(clock.ms).toBe(30_000);
    const done = manager.stopping();
    expect(clock.ms).toBeUndefined();
    await hand.next();
    await done;
    expect(hand.sent.filter((message) => message === 'WATCHDOG=1')).toHaveLength(2);
  });

  it('does not pile up behind a message that is not taken', async () => {
    const hand = new Hand();
    const clock = new OneTimer();
    const { manager } = managerWith({ env: { ...SOCKET, WATCHDOG_USEC: '3000000' }, send: hand.send, clock });
    manager.ready('up');
    for (let i = 0; i < 100; i += 1) clock.fire();
    manager.status('still up');
    await hand.next();
    await hand.next();
    expect(hand.sent).toEqual(['READY=1 STATUS=up', 'WATCHDOG=1 STATUS=still up']);
  });

  it.each([
    ['another process', { WATCHDOG_USEC: '90000000', WATCHDOG_PID: '43' }],
    ['nobody', {}],
    ['no time', { WATCHDOG_USEC: '0' }],
    ['rubbish', { WATCHDOG_USEC: '30s' }],
  ])('is not fed for %s', (_, env) => {
    const clock = new OneTimer();
    managerWith({ env: { ...SOCKET, ...env }, send: new Hand().send, clock }).manager.ready('up');
    expect(clock.ms).toBeUndefined();
  });
});

/** A program of this name in sh, and the environment that finds it. */
async function standIn(dir: string, script: string): Promise<Record<string, string>> {
  const bin = join(dir, 'bin');
  await mkdir(bin);
  const path = join(bin, 'systemd-notify');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return { ...SOCKET, PATH: `${bin}:${process.env['PATH']}` };
}

describe('systemd-notify', () => {
  it('gets the values as arguments, the socket, and nothing else', () =>
    withTempDir(async (dir) => {
      const env = await standIn(dir, `printf '%s\\n' "$@" >> '${dir}/args'; env >> '${dir}/env'`);
      const { manager, records } = managerWith({ env: { ...env, SECRET: 'x' } });
      manager.ready('3 certificates');
      await manager.stopping();
      expect(await readFile(join(dir, 'args'), 'utf8')).toBe('READY=1\nSTATUS=3 certificates\nSTOPPING=1\n');
      const told = await readFile(join(dir, 'env'), 'utf8');
      expect(told).toContain('NOTIFY_SOCKET=/run/systemd/notify\n');
      expect(told).not.toContain('SECRET');
      expect(records).toEqual([]);
    }));

  it('is told of by its own words when it fails', () =>
    withTempDir(async (dir) => {
      const env = await standIn(dir, 'echo "Failed to notify init system" >&2; exit 1');
      const { manager, records } = managerWith({ env });
      await manager.stopping();
      expect(records.map(({ message }) => message)).toEqual([
        'systemd cannot be told how it goes: Failed to notify init system',
      ]);
    }));

  it('may be missing', () =>
    withTempDir(async (dir) => {
      const { manager, records } = managerWith({ env: { ...SOCKET, PATH: dir } });
      manager.ready('up');
      await manager.stopping();
      expect(records.map(({ message }) => message)).toEqual([
        'systemd cannot be told how it goes: spawn systemd-notify ENOENT',
      ]);
    }));
});

describeWithPeer('perl', 'the real systemd-notify', (perl) => {
  describeWithPeer('systemd-notify', 'through a socket', () => {
    it.each(['path', 'abstract'])('brings every word: %s', (kind) =>
      withTempDir(async (dir) => {
        const path = join(dir, 'notify');
        const socket = kind === 'abstract' ? `@${path}` : path;
        const receiver = spawn(perl, [join(import.meta.dirname, '../support/datagrams.pl'), socket], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
        const datagram = async (): Promise<unknown> => {
          const { value } = await lines.next();
          const text: unknown = JSON.parse(String(value));
          // systemd-notify waits by this until its message is taken.
          return text === 'BARRIER=1' ? datagram() : text;
        };
        try {
          expect(await datagram()).toBe('bound');
          const env = { NOTIFY_SOCKET: socket, PATH: process.env['PATH'] };
          const { manager, records } = managerWith({ env });
          manager.ready('3 certificates, all fresh');
          manager.reloading();
          manager.status('4 certificates');
          await manager.stopping();
          expect(await datagram()).toBe('READY=1\nSTATUS=3 certificates, all fresh');
          expect(await datagram()).toBe('RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=4 certificates');
          expect(await datagram()).toBe('STOPPING=1');
          expect(records).toEqual([]);
        } finally {
          receiver.kill();
          await once(receiver, 'exit');
        }
      }),
    );
  });
});
