/** Clients that mean harm, or are broken: what they may take, and that everybody else is answered meanwhile. */
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RelayAnswer } from '../../../src/relay/slot.ts';
import { TRY_LATER, UNAUTHORIZED } from '../../../src/relay/statuses.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import { createRequest } from '../../../src/ocsp/ocsp-request.ts';
import { type RawClient, askRaw, rawClient } from '../../support/raw-http.ts';
import {
  type TestFront,
  type TestFrontOptions,
  goodGet,
  post,
  startFront,
} from '../../support/relay-front.ts';

const running: TestFront[] = [];
const clients: RawClient[] = [];

async function start(options: TestFrontOptions = {}): Promise<TestFront> {
  const front = await startFront(options);
  running.push(front);
  return front;
}

async function client(front: TestFront): Promise<RawClient> {
  const one = await rawClient(front.port);
  clients.push(one);
  return one;
}

afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  for (const front of running.splice(0)) await front.relay.close();
});

/** A question that the front has no answer to. */
function otherRequest({ pki }: TestFront): Buffer {
  return createRequest(createCertID(pki.issuer.certificate, pki.root.certificate));
}

/** Answers that come when the test says so. */
function held(front: TestFront): { release: (answer: RelayAnswer) => void; readonly asked: () => number } {
  const waiting: ((answer: RelayAnswer) => void)[] = [];
  front.answer = () => new Promise((resolve) => void waiting.push(resolve));
  return {
    release: (answer) => waiting.splice(0).forEach((resolve) => resolve(answer)),
    asked: () => waiting.length,
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const isServed = async (front: TestFront): Promise<boolean> =>
  (await askRaw(front.port, goodGet(front)))?.body.equals(front.response) === true;

describe('who is slow', () => {
  it.each([
    ['says nothing', ''],
    ['stops in the headers', 'GET /MEMw HTTP/1.1\r\nHost:'],
    ['stops in the body', 'POST / HTTP/1.1\r\nContent-Length: 80\r\n\r\n0C0A'],
  ])('and %s is told so and cut', async (_, bytes) => {
    const front = await start({ limits: { headersMs: 300, requestMs: 400 } });
    const slow = await client(front);
    slow.write(bytes);
    expect((await slow.next())?.status).toBe(408);
    await slow.closed;
    expect(await isServed(front)).toBe(true);
  });

  it('and drips its headers is cut, however busily it drips', async () => {
    const front = await start({ limits: { headersMs: 300, requestMs: 400 } });
    const slow = await client(front);
    slow.write('GET / HTTP/1.1\r\n');
    const timer = setInterval(() => slow.write('X: y\r\n'), 20);
    await slow.closed;
    clearInterval(timer);
    expect(await isServed(front)).toBe(true);
  });

  it('and keeps a connection for nothing loses it', async () => {
    const front = await start({ limits: { idleMs: 200 } });
    const idle = await client(front);
    idle.write(goodGet(front));
    expect((await idle.next())?.status).toBe(200);
    await idle.closed;
  });

  it('and takes no answers is cut', async () => {
    const front = await start({ limits: { stalledMs: 500, pipelined: 100_000 } });
    const deaf = await client(front);
    deaf.socket.pause();
    for (let i = 0; i < 10; i++) deaf.write(goodGet(front).repeat(1000));
    deaf.socket.on('drain', () => deaf.write(goodGet(front).repeat(1000)));
    await until(() => front.relay.stats().requests > 0);
    await until(() => front.relay.stats().connections === 0);
    expect(await isServed(front)).toBe(true);
  });
});

describe('who writes too much', () => {
  it('at once, before it hears anything, is cut', async () => {
    const front = await start({ limits: { pipelined: 10 } });
    const greedy = await client(front);
    greedy.write(goodGet(front).repeat(200));
    await greedy.closed;
    expect(front.relay.stats().broken).toBe(1);
    expect(await isServed(front)).toBe(true);
  });

  it('behind a question that waits does not hear the end of another', async () => {
    const front = await start();
    const { asked } = held(front);
    const one = await client(front);
    one.write(Buffer.concat([post(otherRequest(front)), Buffer.from('garbage\r\n\r\n')]));
    await one.closed;
    expect(await one.next()).toBeUndefined();
    expect(asked()).toBe(1);
  });

  it('without end is cut', async () => {
    const front = await start();
    const one = await client(front);
    one.write('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const timer = setInterval(() => one.write(chunk), 1);
    await one.closed;
    clearInterval(timer);
    expect(await isServed(front)).toBe(true);
  });
});

describe('when every place is taken', () => {
  it('whoever has waited longest for nothing goes, and nobody who is being answered', async () => {
    const front = await start({ limits: { connections: 3 } });
    const { asked, release } = held(front);
    const served = await client(front);
    served.write(post(otherRequest(front)));
    await until(() => asked() === 1);
    const oldest = await client(front);
    oldest.write('GET / HTTP');
    const idle = await client(front);
    idle.write(goodGet(front));
    expect((await idle.next())?.status).toBe(200);

    expect(await isServed(front)).toBe(true);
    await oldest.closed;
    idle.write(goodGet(front));
    expect((await idle.next())?.status).toBe(200);
    release(UNAUTHORIZED);
    expect((await served.next())?.body).toEqual(UNAUTHORIZED.der);
  });

  it('by those who are being answered, a new one is refused', async () => {
    const front = await start({ limits: { connections: 2 } });
    const { asked, release } = held(front);
    for (let i = 1; i <= 2; i++) {
      (await client(front)).write(post(otherRequest(front)));
      await until(() => asked() === i);
    }
    expect(await askRaw(front.port, goodGet(front))).toBeUndefined();
    expect(front.events).toEqual([{ type: 'connections-full', connections: 2 }]);
    expect(front.relay.stats().full).toBe(1);
    release(UNAUTHORIZED);
    for (const one of clients) expect((await one.next())?.body).toEqual(UNAUTHORIZED.der);
  });

  it('by those who are waiting for an answer, the next is told to come later, and the known are served', async () => {
    const front = await start({ limits: { waiting: 1 } });
    const { asked, release } = held(front);
    const first = await client(front);
    first.write(post(otherRequest(front)));
    await until(() => asked() === 1);
    expect((await askRaw(front.port, post(otherRequest(front))))?.body).toEqual(TRY_LATER.der);
    expect(await isServed(front)).toBe(true);
    release(UNAUTHORIZED);
    expect((await first.next())?.body).toEqual(UNAUTHORIZED.der);
    expect(front.relay.stats()).toMatchObject({ overloaded: 1, waiting: 0 });
  });
});

describe('who goes away', () => {
  it('while it waits leaves nothing behind', async () => {
    const front = await start();
    const { asked, release } = held(front);
    const gone = await rawClient(front.port);
    gone.write(post(otherRequest(front)));
    await until(() => asked() === 1);
    gone.socket.resetAndDestroy();
    await until(() => front.relay.stats().connections === 0);
    release(UNAUTHORIZED);
    await until(() => front.relay.stats().waiting === 0);
    expect(await isServed(front)).toBe(true);
    expect(front.events).toEqual([]);
  });

  it('in the middle of a request, a hundred times, too', async () => {
    const front = await start();
    for (let i = 0; i < 100; i++) {
      const socket = connect(front.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(post(front.request).subarray(0, i), () => socket.resetAndDestroy());
    }
    expect(await isServed(front)).toBe(true);
    await until(() => front.relay.stats().connections === 0);
  });
});

it('answers when its Answering fails, and says so', async () => {
  const front = await start();
  const fault = new Error('a bug');
  front.answer = () => Promise.reject(fault);
  expect((await askRaw(front.port, post(otherRequest(front))))?.body).toEqual(TRY_LATER.der);
  expect(front.events).toEqual([{ type: 'fault', error: fault }]);
});

describe('when it is closed', () => {
  it('answers who waits, and takes nobody else', async () => {
    const front = await start();
    const { asked, release } = held(front);
    const waiting = await client(front);
    const idle = await client(front);
    waiting.write(post(otherRequest(front)));
    await until(() => asked() === 1);
    const closed = front.relay.close();
    await idle.closed;
    expect(await askRaw(front.port, goodGet(front))).toBeUndefined();
    release(UNAUTHORIZED);
    const answer = await waiting.next();
    expect(answer?.body).toEqual(UNAUTHORIZED.der);
    expect(answer?.headers.get('connection')).toBe('close');
    await closed;
    running.splice(0);
  });

  it('waits for no answer that does not come', async () => {
    const front = await start({ limits: { closeMs: 100 } });
    const { asked } = held(front);
    const waiting = await client(front);
    waiting.write(post(otherRequest(front)));
    await until(() => asked() === 1);
    await front.relay.close();
    expect(await waiting.next()).toBeUndefined();
    running.splice(0);
  });
});
