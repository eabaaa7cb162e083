/** Answers that are read without node:http, and those that are handed to it in the middle of a connection. */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/http/client.ts';
import { type Behaviour, answer, answerBytes, writeAndClose } from '../../support/http-server.ts';
import { client, refusal, serve } from '../harness.ts';

const get = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  maxBytes: 200_000,
  ...more,
});

/** The pieces one after the other, each when the one before it was read. */
function inPieces(...pieces: readonly (string | Buffer)[]): Behaviour {
  const write = async (socket: Socket): Promise<void> => {
    for (const piece of pieces) {
      socket.write(piece);
      await delay(15);
    }
  };
  return (_request, socket) => void write(socket);
}

const HEAD = 'HTTP/1.1 200 OK\r\nX-By: test\r\nContent-Length: 4\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nX-By: test\r\nTransfer-Encoding: chunked\r\n\r\n';
const LARGE = 'x'.repeat(100_000);

describe('one request, and one answer:', () => {
  it.each<[sentence: string, behaviour: Behaviour, body: string]>([
    ['whole', inPieces(`${HEAD}fine`), 'fine'],
    ['head and body apart', inPieces(HEAD, 'fine'), 'fine'],
    ['the body in pieces', inPieces(`${HEAD}f`, 'i', 'ne'), 'fine'],
    [
      'the head in pieces',
      inPieces('HTTP/1.1 200 OK\r\nX-By: test\r\nConte', 'nt-Length: 4\r\n\r\nfi', 'ne'),
      'fine',
    ],
    ['one byte first', inPieces('H', `${HEAD.slice(1)}fine`), 'fine'],
    ['chunked', inPieces(`${CHUNKED}4\r\nfine\r\n0\r\n\r\n`), 'fine'],
    ['chunked, in pieces', inPieces(CHUNKED, '2\r\nfi\r\n', '2\r\nne\r\n0\r\n', '\r\n'), 'fine'],
    ['to the end of the connection', writeAndClose('HTTP/1.0 200 OK\r\nX-By: test\r\n\r\nfine'), 'fine'],
    ['behind an interim answer', inPieces(`HTTP/1.1 103 Early Hints\r\n\r\n${HEAD}fine`), 'fine'],
    ['larger than responses are', answer({ headers: [['X-By', 'test']], body: LARGE }), LARGE],
  ])('%s', async (_sentence, behaviour, body) => {
    const server = await serve(behaviour);
    const http = client();
    for (const times of [1, 2]) {
      const got = await http.exchange(get(server.url()));
      expect(got.body.toString()).toBe(body);
      expect(got).toMatchObject({ status: 200, statusText: 'OK', address: '127.0.0.1', port: server.port });
      expect(got.headers['x-by']).toBe('test');
      expect(server.requests).toHaveLength(times);
    }
  });
});

describe('a connection', () => {
  it('is not used again when bytes came behind the answer', async () => {
    const server = await serve(
      inPieces(Buffer.concat([answerBytes({ body: 'mine' }), answerBytes({ body: 'not mine' })])),
    );
    const http = client();
    for (const connection of [1, 2]) {
      expect((await http.exchange(get(server.url()))).body.toString()).toBe('mine');
      expect(server.requests.at(-1)?.connection).toBe(connection);
    }
  });

  it('is not used again when bytes came behind an answer that fills what is read at a time', async () => {
    const readAtATime = 16 * 1024;
    const empty = answerBytes({ body: 'x'.repeat(10_000) }).length - 10_000;
    const first = answerBytes({ body: 'x'.repeat(readAtATime - empty) });
    expect(first).toHaveLength(readAtATime);
    const server = await serve((_request, socket) => {
      socket.write(Buffer.concat([first, answerBytes({ body: 'not mine' })]));
    });
    const http = client();
    for (const connection of [1, 2, 3]) {
      expect((await http.exchange(get(server.url()))).body).toHaveLength(readAtATime - empty);
      expect(server.requests.at(-1)?.connection).toBe(connection);
    }
  });

  it.each([
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.0 200 OK\r\n\r\n',
    'HTTP/1.1 404 No\r\nConnection: close\r\n\r\n',
  ])('that ends by `close` leaves no answer whole that ends with it: %j', async (head) => {
    const server = await serve((_request, socket) => void socket.write(`${head}one part`));
    const http = client();
    const asked = refusal(http.exchange(get(server.url())));
    await expect.poll(() => server.requests.length).toBe(1);
    await delay(50);
    http.close();
    expect((await asked).code).toBe('http-unreachable');
  });

  it('is not used again when bytes come while nobody asks', async () => {
    const server = await serve(inPieces(answerBytes({ body: 'mine' }), answerBytes({ body: 'not mine' })));
    const http = client();
    for (const connection of [1, 2]) {
      expect((await http.exchange(get(server.url()))).body.toString()).toBe('mine');
      await expect.poll(() => server.connections()).toBe(0);
      expect(server.requests.at(-1)?.connection).toBe(connection);
    }
  });

  it('is not used again when the server says so', async () => {
    const server = await serve(answer({ headers: [['Connection', 'close']], body: 'fine' }));
    const http = client();
    for (const connection of [1, 2]) {
      await http.exchange(get(server.url()));
      expect(server.requests.at(-1)?.connection).toBe(connection);
    }
  });

  it('that was made for a trusted request is not for others', async () => {
    const server = await serve(answer({ body: 'fine' }));
    const http = client({ allowPrivate: false });
    await http.exchange(get(server.url(), { trusted: true }));
    await expect(http.exchange(get(server.url()))).rejects.toMatchObject({ code: 'address-refused' });
    expect(server.requests).toHaveLength(1);
  });

  it('is made for each of those that ask at once, and kept for as many', async () => {
    const server = await serve(inPieces(answerBytes({ body: 'fine' })));
    const http = client();
    for (let round = 0; round < 2; round++)
      await Promise.all(Array.from({ length: 5 }, () => http.exchange(get(server.url()))));
    expect(new Set(server.requests.map(({ connection }) => connection))).toEqual(new Set([1, 2, 3, 4, 5]));
  });
});

it('sends what node:http sends', async () => {
  const server = await serve(answer({ body: 'fine' }));
  const body = Buffer.from('question');
  const headers = [
    ['Accept', 'application/ocsp-response'],
    ['X-Latin', 'caf\u00e9'],
  ] as const;
  for (const connection of [[], [['Connection', 'keep-alive']]] as const)
    await client().exchange(
      get(server.url('/a?b'), { method: 'POST', body, headers: [...headers, ...connection] }),
    );
  const [lane, node] = server.requests;
  expect(lane?.target).toBe(node?.target);
  expect(lane?.headers).toEqual(node?.headers);
  expect(lane?.body).toEqual(node?.body);
});
