/** Bounds of one client: how often it asks, where from, through which socket, and one that writes no more. */
import { mkdtempSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../../src/keeper/clock.ts';
import { Buckets } from '../../../src/relay/front/buckets.ts';
import { Front } from '../../../src/relay/front/front.ts';
import { DEFAULT_LIMITS } from '../../../src/relay/front/limits.ts';
import { Recent } from '../../../src/relay/front/recent.ts';
import { UNAUTHORIZED } from '../../../src/relay/statuses.ts';
import { createServer } from 'node:http';
import { createRequest } from '../../../src/ocsp/ocsp-request.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import { listen } from '../../support/loopback.ts';
import { askRaw, rawClient } from '../../support/raw-http.ts';
import {
  type TestFront,
  type TestFrontOptions,
  goodGet,
  post,
  startFront,
} from '../../support/relay-front.ts';

const running: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function start(options: TestFrontOptions = {}): Promise<TestFront> {
  const front = await startFront(options);
  running.push(front.relay);
  return front;
}

describe('requests a second', () => {
  it('are as many as were saved up, and then as many as come back', () => {
    const buckets = new Buckets({ requestsPerSecond: 10, burst: 3 });
    const take = (now: number): boolean => buckets.take('192.0.2.1', now);
    expect([take(0), take(0), take(0), take(0)]).toEqual([true, true, true, false]);
    expect([take(99), take(100), take(100)]).toEqual([false, true, false]);
    expect(buckets.take('192.0.2.2', 100)).toBe(true);
    buckets.sweep(100_000);
    expect([take(100_000), take(100_000), take(100_000), take(100_000)]).toEqual([true, true, true, false]);
  });

  it('that are too many are refused with 429 until time has passed', async () => {
    let now = 0;
    const front = new Front({
      answering: { find: () => undefined, answer: () => Promise.resolve(UNAUTHORIZED) },
      clock: { ...SYSTEM_CLOCK, monotonic: () => now },
      limits: { ...DEFAULT_LIMITS, requestsPerSecond: 1, burst: 2 },
      report: () => {},
    });
    const server = createServer((request, response) => front.request(request, response));
    server.on('connection', (socket) => front.connection(socket, () => 'allowed'));
    const port = await listen(server);
    running.push(server);
    const ask = async (): Promise<number | undefined> =>
      (await askRaw(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'))?.status;
    expect([await ask(), await ask(), await ask()]).toEqual([404, 404, 429]);
    now = 1000;
    expect([await ask(), await ask()]).toEqual([404, 429]);
    expect(front.stats().limited).toBe(2);
  });
});

it('a stranger is not heard, and told of', async () => {
  const events: unknown[] = [];
  const front = new Front({
    answering: { find: () => undefined, answer: () => Promise.resolve(UNAUTHORIZED) },
    clock: SYSTEM_CLOCK,
    limits: DEFAULT_LIMITS,
    report: (event) => events.push(event),
  });
  const server = createServer((request, response) => front.request(request, response));
  server.on('connection', (socket) => front.connection(socket, () => 'stranger'));
  const port = await listen(server);
  running.push(server);
  expect(await askRaw(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBeUndefined();
  expect(events).toEqual([{ type: 'client-refused', address: '127.0.0.1' }]);
  expect(front.stats()).toMatchObject({ strangers: 1, requests: 0, connections: 0 });
});

it('of requests by their bytes, those that nobody sends again are forgotten, and others are not', () => {
  const recent = new Recent<number>(4);
  recent.set('kept', 0);
  for (let i = 1; i <= 100; i++) {
    recent.set(`once ${i}`, i);
    expect(recent.get('kept')).toBe(0);
    expect(recent.size).toBeLessThanOrEqual(4);
  }
  expect(recent.get('once 1')).toBeUndefined();
});

describe('a Unix socket', () => {
  it('takes requests of its user and its group, and of nobody else', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'restaple-')), 'relay.sock');
    const front = await start({ listen: [{ type: 'socket', path }] });
    expect((await askRaw(path, goodGet(front)))?.body).toEqual(front.response);
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('is not taken from a relay that listens there, which goes on', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'restaple-')), 'relay.sock');
    const listens = [{ type: 'socket', path }] as const;
    const front = await start({ listen: listens });
    await expect(startFront({ listen: listens })).rejects.toMatchObject({
      code: 'socket-unusable',
      message: `another process listens at ${path}`,
    });
    expect((await askRaw(path, goodGet(front)))?.body).toEqual(front.response);
  });
});

describe('a client that writes no more', () => {
  it('gets its answer, also one that it has to wait for', async () => {
    const front = await start();
    const certID = createCertID(front.pki.issuer.certificate, front.pki.root.certificate);
    const releases: (() => void)[] = [];
    front.answer = () => new Promise((resolve) => void releases.push(() => resolve(UNAUTHORIZED)));
    const socket = connect({ port: front.port, host: '127.0.0.1', allowHalfOpen: true });
    const ended = new Promise<Buffer>((resolve) => {
      const parts: Buffer[] = [];
      socket.on('data', (part) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts)));
    });
    socket.end(post(createRequest(certID)));
    while (front.relay.stats().waiting === 0) await new Promise((go) => setTimeout(go, 5));
    // The end of what it writes has come by now, too.
    await askRaw(front.port, goodGet(front));
    for (const release of releases) release();
    expect((await ended).includes(UNAUTHORIZED.der)).toBe(true);
    socket.destroy();
  });

  it('and has asked nothing is let go', async () => {
    const front = await start();
    const client = await rawClient(front.port);
    client.socket.end();
    await client.closed;
    expect(await client.next()).toBeUndefined();
  });
});
