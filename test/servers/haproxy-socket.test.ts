/** Whoever may listen at the path of the socket, and however it answers. */
import { chmod, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askSocket } from '../../src/servers/haproxy-socket.ts';
import { withTempDir } from '../support/files.ts';

type Manners = (socket: Socket, command: string) => void;

/** Listens in HAProxy's place; `answer` is called when the command is there whole. */
function withSocket<T>(answer: Manners, use: (path: string) => Promise<T>): Promise<T> {
  return withTempDir(async (dir) => {
    const path = join(dir, 'admin.sock');
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      let command = '';
      socket.setEncoding('utf8').on('data', (chunk) => (command += String(chunk)));
      socket.on('end', () => answer(socket, command)).on('error', () => undefined);
    }).listen(path);
    await once(server, 'listening');
    try {
      return await use(path);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
}

const LIMITS = { answerMs: 60_000, answerBytes: 1024 };
const ask = (path: string, limits = LIMITS): Promise<string | undefined> =>
  askSocket(path, 'show info\n', limits);

describe('a command on a socket', () => {
  it('is sent whole, and answered', () =>
    withSocket(
      (socket, command) => socket.end(`you said: ${command}\n\n`),
      async (path) => expect(await ask(path)).toBe('you said: show info'),
    ));

  it('may be answered in pieces', () =>
    withSocket(
      (socket) => {
        socket.write('OCSP Resp');
        setImmediate(() => socket.end('onse updated!\n\n'));
      },
      async (path) => expect(await ask(path)).toBe('OCSP Response updated!'),
    ));

  it.each([
    ['hangs up', (socket: Socket) => void socket.end()],
    ['hangs up in the middle', (socket: Socket) => void socket.end('OCSP Resp')],
  ])('is answered by nothing more when HAProxy %s', (_sentence, manners) =>
    withSocket(manners, async (path) => expect('OCSP Response updated!').toContain(await ask(path))),
  );

  it.each<[string, Manners, number, RegExp]>([
    ['says nothing', () => undefined, 50, /no whole answer within 50ms/],
    ['says half of it', (socket) => void socket.write('OCSP Resp'), 50, /no whole answer within 50ms/],
    [
      'never comes to an end',
      (socket) => {
        const drip = (): void => void (socket.destroyed || (socket.write('.'), setTimeout(drip, 5)));
        drip();
      },
      100,
      /no whole answer within 100ms/,
    ],
    [
      'talks and talks',
      (socket) => {
        const pour = (): void => {
          while (!socket.destroyed && socket.write('x'.repeat(65_536)));
          socket.once('drain', pour);
        };
        pour();
      },
      60_000,
      /an answer of more than 1024 bytes/,
    ],
  ])('fails when HAProxy %s', (_sentence, manners, answerMs, words) =>
    withSocket(manners, async (path) => {
      const refusal = ask(path, { ...LIMITS, answerMs });
      await expect(refusal).rejects.toMatchObject({ code: 'server-refused' });
      await expect(refusal).rejects.toThrow(words);
      await expect(refusal).rejects.toThrow(path);
    }),
  );

  it('has no answer when nobody listens', () =>
    withTempDir(async (dir) => {
      expect(await ask(join(dir, 'none.sock'))).toBeUndefined();
      await writeFile(join(dir, 'file'), '');
      expect(await ask(join(dir, 'file'))).toBeUndefined();
    }));

  it('fails where there can be no socket', () =>
    withTempDir(async (dir) => {
      await writeFile(join(dir, 'file'), '');
      await expect(ask(join(dir, 'file', 'admin.sock'))).rejects.toThrow('ENOTDIR');
      await expect(ask(join(dir, 'x'.repeat(200)))).rejects.toMatchObject({ code: 'server-refused' });
    }));

  it.skipIf(process.getuid?.() === 0)('fails without the right to', () =>
    withSocket(
      (socket) => void socket.end(),
      async (path) => {
        await chmod(path, 0);
        await expect(ask(path)).rejects.toThrow('EACCES');
      },
    ),
  );
});
