/** Clients that mean harm, or are broken: none of them keeps the others from being served. */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { askStatus } from '../../src/keeper/control/client.ts';
import type { CertificateView } from '../../src/keeper/view.ts';
import { keeperOf, view, withKeeper } from '../support/kept.ts';

const keeper = keeperOf([view('a.crt')]);
const SHORT = { requestMs: 50, drainMs: 50 };

/** Opens a connection and writes; half-closes it unless told not to. */
function client(path: string, bytes: string | Uint8Array, isOpen = false): Socket {
  const socket = connect({ path, allowHalfOpen: true });
  // It may be cut off while it writes.
  socket.on('error', () => {});
  if (isOpen) socket.write(bytes);
  else socket.end(bytes);
  return socket;
}

/** Resolves when the other end has nothing more to say, or is gone. */
const sentAway = (socket: Socket): Promise<unknown> =>
  new Promise((done) => socket.resume().once('end', done).once('close', done));

const STATUS = '{"v":1,"request":"status"}\n';

describe('a request', () => {
  it.each([
    ['is no JSON', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'the request is no JSON'],
    ['is nothing', '', 'the request is no JSON'],
    ['is bytes', Buffer.from([0xff, 0xfe, 0, 10]), 'the request is no JSON'],
    ['is null', 'null\n', 'the request is no object'],
    ['is a number', '1\n', 'the request is no object'],
    ['is of no version', '{"request":"status"}\n', 'the request is not of version 1'],
    ['is of another version', '{"v":"1","request":"status"}\n', 'the request is not of version 1'],
    ['is none', '{"v":1}\n', 'the request is neither status nor refresh nor rescan'],
    ['is one of Object.prototype', '{"v":1,"request":"toString"}\n', 'the request is neither status'],
    ['names no certificate', '{"v":1,"request":"refresh"}\n', 'the request names no certificate'],
    [
      'names a list',
      '{"v":1,"request":"refresh","certificate":["/a"]}\n',
      'the request names no certificate',
    ],
    ['is deep', `${'['.repeat(4000)}\n`, 'the request is no JSON'],
    ['is long', `{"v":1,"x":"${'x'.repeat(4096)}"}\n`, 'the request has more than 4096 bytes'],
    ['has no line break', 'x'.repeat(8192), 'the request has more than 4096 bytes'],
  ])('that %s is refused', async (_, bytes, problem) => {
    await withKeeper(keeper, async (path) => {
      const answer = await text(
        client(path, bytes, true).on('connect', function (this: Socket) {
          if (bytes.length < 4096) this.end();
        }),
      );
      expect(JSON.parse(answer)).toEqual({
        v: 1,
        failure: { code: 'request-invalid', message: expect.stringContaining(problem) },
      });
      expect((await askStatus(path)).views).toHaveLength(1);
    });
  });

  // Whoever still writes when it is cut off may lose the answer to EPIPE, but not the keeper's time.
  it('that has no end is cut off', async () => {
    await withKeeper(keeper, async (path) => {
      const socket = client(path, 'x'.repeat(1_000_000), true);
      await sentAway(socket);
      socket.destroy();
      expect(socket.bytesRead).toBeLessThan(1000);
      expect((await askStatus(path)).views).toHaveLength(1);
    });
  });

  it('that comes byte by byte, or without a line break, is answered', async () => {
    await withKeeper(keeper, async (path) => {
      const socket = client(path, '{', true);
      for (const byte of STATUS.slice(1)) {
        socket.write(byte);
        await new Promise(setImmediate);
      }
      expect((await text(socket)).split('\n')).toHaveLength(4);
      expect((await text(client(path, STATUS.trim()))).split('\n')).toHaveLength(4);
    });
  });

  it('is one: what stands behind it is not looked at', async () => {
    await withKeeper(keeper, async (path) => {
      const answer = await text(client(path, STATUS + STATUS + 'x'.repeat(1000)));
      expect(answer.split('\n')).toHaveLength(4);
    });
  });

  it('that does not come is waited for only so long', async () => {
    const limits = { ...SHORT, drainMs: 60_000 };
    await withKeeper(
      keeper,
      async (path) => {
        const silent = client(path, '', true);
        const slow = client(path, STATUS.slice(0, 5), true);
        const drip = setInterval(() => slow.write(' '), 5);
        await Promise.all([sentAway(silent), sentAway(slow)]);
        clearInterval(drip);
        silent.destroy();
        slow.destroy();
        expect((await askStatus(path)).views).toHaveLength(1);
      },
      limits,
    );
  });
});

describe('an answer', () => {
  const MANY = 100_000;
  /** Counts how far it was read, and tells when it is let go. */
  function manyViews() {
    const counter = { read: 0, isOver: false };
    const views = {
      *[Symbol.iterator](): Generator<CertificateView> {
        try {
          for (let i = 0; i < MANY; i++) {
            counter.read += 1;
            yield view(`${i}.crt`);
          }
        } finally {
          counter.isOver = true;
        }
      },
    };
    return { counter, views };
  }

  it('of any length is made no faster than it is read, and comes whole', async () => {
    const [first, second] = [manyViews(), manyViews()];
    const turns = [first.views, second.views];
    const controlled = keeperOf([], { views: () => turns.shift() ?? [] });
    await withKeeper(controlled, async (path) => {
      const idle = client(path, STATUS);
      await expect.poll(() => first.counter.read).toBeGreaterThan(0);
      const { views } = await askStatus(path);
      expect(views).toHaveLength(MANY);
      expect(views.at(-1)).toEqual(view(`${MANY - 1}.crt`));
      // All this time nobody read the other answer: it is as far as the buffers between are large.
      expect(first.counter.read).toBeLessThan(MANY / 10);
      const lines = (await text(idle)).split('\n');
      expect(lines).toHaveLength(MANY + 3);
      expect(first.counter.read).toBe(MANY);
    });
  });

  it('that nobody reads is given up', async () => {
    const { counter, views } = manyViews();
    await withKeeper(
      keeperOf(views),
      async (path) => {
        const idle = client(path, STATUS);
        await expect.poll(() => counter.isOver).toBe(true);
        expect(counter.read).toBeLessThan(MANY / 10);
        idle.destroy();
      },
      { ...SHORT, requestMs: 60_000 },
    );
  });

  it('to a client that goes away is given up', async () => {
    const { counter, views } = manyViews();
    await withKeeper(keeperOf(views), async (path) => {
      const socket = client(path, STATUS);
      await once(socket, 'data');
      socket.destroy();
      await expect.poll(() => counter.isOver).toBe(true);
      expect(counter.read).toBeLessThan(MANY);
    });
  });

  it('reaches many at the same time', async () => {
    const views = Array.from({ length: 1000 }, (_, i) => view(`${i}.crt`));
    await withKeeper(keeperOf(views), async (path) => {
      const all = await Promise.all(Array.from({ length: 20 }, () => askStatus(path)));
      expect(all.map((one) => one.views.length)).toEqual(Array.from({ length: 20 }, () => 1000));
    });
  });

  it('comes again when too many clients have gone', async () => {
    await withKeeper(keeper, async (path) => {
      const crowd = Array.from({ length: 40 }, () => client(path, '', true));
      await Promise.all(crowd.map((socket) => once(socket, 'connect')));
      await expect(askStatus(path)).rejects.toMatchObject({ code: 'keeper-no-answer' });
      for (const socket of crowd) socket.destroy();
      await expect
        .poll(() =>
          askStatus(path).then(
            ({ views }) => views.length,
            () => 0,
          ),
        )
        .toBe(1);
    });
  });
});
