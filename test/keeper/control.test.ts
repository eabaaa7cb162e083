/** What is asked of a keeper through its socket, and what comes back. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeeperError, TransportError } from '../../src/errors.ts';
import { askRefresh, askRescan, askStatus } from '../../src/keeper/control/client.ts';
import { refreshKept } from '../../src/keeper/control/refresh-kept.ts';
import type { CertificateView } from '../../src/keeper/view.ts';
import { withTempDir } from '../support/files.ts';
import { bare, keeperOf, view, withKeeper } from '../support/kept.ts';

const nothing = (): undefined => undefined;

function* brokenViews(): Generator<CertificateView> {
  yield view('a.crt');
  throw new TypeError('out of order');
}

describe('status', () => {
  it('tells the keeper and every certificate', async () => {
    const views = [
      view('a.crt'),
      bare('b.crt', {
        state: 'missing',
        alarm: 'critical',
        mustStaple: true,
        isAsking: true,
        failures: 2,
        error: { code: 'http-timeout', message: 'no answer\n\u202e', at: 5 },
      }),
    ];
    await withKeeper(keeperOf(views), async (socket) => {
      expect(await askStatus(socket)).toEqual({
        pid: 4711,
        version: '0.1.0',
        startedAt: Date.parse('2026-02-24T12:00:00Z'),
        views,
      });
    });
  });

  it('tells of never as of no time', async () => {
    await withKeeper(keeperOf([view('a.crt', { nextAt: Infinity })]), async (socket) => {
      expect((await askStatus(socket)).views).toEqual([view('a.crt', { nextAt: undefined })]);
    });
  });

  it('says so when a keeper fails in the middle of it', async () => {
    await withKeeper(keeperOf(brokenViews()), async (socket) => {
      await expect(askStatus(socket)).rejects.toMatchObject({
        code: 'keeper-no-answer',
        message: expect.stringContaining('TypeError: out of order'),
      });
    });
  });
});

describe('refresh', () => {
  it('waits for the outcome, and tells the state after it', async () => {
    let finish: (() => void) | undefined;
    const asked: string[] = [];
    const keeper = keeperOf([], {
      async refresh(certificate) {
        asked.push(certificate);
        await new Promise<void>((done) => (finish = done));
        return { view: view('a.crt', { thisUpdate: 1 }) };
      },
    });
    await withKeeper(keeper, async (socket) => {
      const answer = askRefresh(socket, '/etc/ssl/a.crt');
      // Others are served meanwhile.
      await expect.poll(() => asked).toEqual(['/etc/ssl/a.crt']);
      expect((await askStatus(socket)).views).toEqual([]);
      finish?.();
      expect(await answer).toEqual({ view: view('a.crt', { thisUpdate: 1 }), published: [] });
    });
  });

  it('tells what the attempt failed with', async () => {
    const url = 'http://ocsp.example.test/';
    const error = new TransportError('http-status', '403 Forbidden', url, 403, { edge: 'host-not-served' });
    const keeper = keeperOf([], { refresh: () => Promise.resolve({ view: view('a.crt'), error }) });
    await withKeeper(keeper, async (socket) => {
      const { failure } = await askRefresh(socket, '/a');
      const { code, message, edge } = error;
      expect(failure).toMatchObject({ code, message, url, status: 403, edge });
    });
  });

  it('tells of a certificate that is not kept', async () => {
    await withKeeper(keeperOf([]), async (socket) => {
      await expect(askRefresh(socket, '/x.crt')).rejects.toMatchObject({
        code: 'certificate-not-kept',
        message: '/x.crt is not kept',
      });
    });
  });

  it('ends when the keeper does', async () => {
    let close: (() => Promise<void>) | undefined;
    const keeper = keeperOf([], {
      refresh() {
        void close?.();
        return new Promise(() => {});
      },
    });
    await withKeeper(keeper, async (socket, server) => {
      close = () => server.close();
      await expect(askRefresh(socket, '/a')).rejects.toMatchObject({ code: 'keeper-no-answer' });
    });
  });
});

describe('rescan', () => {
  it('waits until it is done', async () => {
    let rescans = 0;
    const keeper = keeperOf([], {
      rescan() {
        rescans += 1;
        return Promise.resolve();
      },
    });
    await withKeeper(keeper, async (socket) => {
      await askRescan(socket);
      expect(rescans).toBe(1);
    });
  });

  it('tells what went wrong', async () => {
    const keeper = keeperOf([], { rescan: () => Promise.reject(new KeeperError('store-not-found', 'gone')) });
    await withKeeper(keeper, async (socket) => {
      await expect(askRescan(socket)).rejects.toThrow(`the keeper at ${socket} refused: gone`);
    });
  });
});

describe('what listens and is no keeper', () => {
  const header = '{"v":1,"pid":1,"version":"1","startedAt":0}\n';
  const row = `${JSON.stringify(view('a.crt'))}\n`;
  it.each([
    ['speaks a newer version', '{"v":2}\n', 'speaks version 2 of the protocol, not 1'],
    ['says nothing', '', 'broke off'],
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'does not speak as a keeper does'],
    ['says null', 'null\n', 'does not speak as a keeper does'],
    ['breaks off after the first line', header, 'broke off'],
    ['breaks off after a row', header + row, 'broke off'],
    ['breaks off within a row', header + row.slice(0, 40), 'broke off'],
    ['loses a row', `${header}${row}{"counts":{"good":2}}\n`, 'does not speak as a keeper does'],
    ['ends with something else', `${header}${row}{"certificate":"/a"}\n`, 'does not speak as a keeper does'],
    ['has a line without end', header + 'x'.repeat(100_000), 'does not speak as a keeper does'],
    ['refuses', '{"v":1,"failure":{"code":"x","message":"no"}}\n', 'refused: no'],
  ])('is told from one: it %s', async (_, text, problem) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'control.sock');
      const server = createServer((socket) => socket.end(text));
      await new Promise<void>((done) => server.listen(path, done));
      await expect(askStatus(path)).rejects.toMatchObject({
        code: 'keeper-no-answer',
        message: expect.stringContaining(problem),
      });
      server.close();
    });
  });

  it.each([
    ['nothing is there', 'none.sock', 'no socket is there'],
    ['a file is there', 'package.json', 'nobody listens there'],
  ])('is nobody where %s', async (_, path, problem) => {
    await expect(askStatus(path)).rejects.toMatchObject({
      code: 'keeper-not-running',
      message: `no keeper answers at ${path}: ${problem}`,
    });
  });
});

describe('a certificate by its name', () => {
  const kept = [view('a.crt'), view('b.crt', { certificate: 'relative/b.crt' })];
  const keeper = {
    views: () => kept,
    view: (key: string) => kept.find((one) => one.key === key),
    refresh: (key: string) => Promise.resolve(view('new.crt', { key })),
  };
  it.each([
    ['its path', '/etc/ssl/a.crt', 0],
    ['another spelling of its path', '/etc/../etc/ssl//a.crt', 0],
    ['its key', kept[1]?.key ?? '', 1],
    ['its fingerprint', kept[1]?.key.toUpperCase() ?? '', 1],
    ['the absolute path of one that was found by a relative one', `${process.cwd()}/relative/b.crt`, 1],
  ])('is found by %s', async (_, name, index) => {
    expect(await refreshKept(keeper, name, nothing)).toEqual({
      view: view('new.crt', { key: kept[index]?.key ?? '' }),
      published: [],
    });
  });

  it.each(['/etc/ssl', '/etc/ssl/a', 'a.crt', ''])('is not found by %j', async (name) => {
    expect(await refreshKept(keeper, name, nothing)).toBeUndefined();
  });

  it('comes with what the attempt failed with', async () => {
    const error = new KeeperError('keeper-no-answer', 'x');
    const failing = { ...keeper, refresh: () => Promise.reject(error) };
    expect(await refreshKept(failing, '/etc/ssl/a.crt', nothing)).toEqual({
      view: kept[0],
      published: [],
      error,
    });
  });

  it.each([
    ['new', undefined, 'a staple', true],
    ['another', 'an old one', 'a staple', true],
    ['the same', 'a staple', 'a staple', false],
    ['emptied', 'a staple', '', false],
    ['gone', 'a staple', undefined, false],
  ])('names a file whose staple is %s or does not', async (_, before, after, isNamed) => {
    let held: string | undefined = before;
    const read = (): Buffer | undefined => (held === undefined ? undefined : Buffer.from(held));
    const writing = {
      ...keeper,
      refresh(key: string) {
        held = after;
        return keeper.refresh(key);
      },
    };
    const outcome = await refreshKept(writing, '/etc/ssl/a.crt', read);
    expect(outcome?.published).toEqual(isNamed ? ['/etc/ssl/a.ocsp'] : []);
  });
});
