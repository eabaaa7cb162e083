import { describe, expect, it } from 'vitest';
import { InputError, ResponseError } from '../../src/errors.ts';
import type { HttpRequest } from '../../src/http/client.ts';
import type { HeaderList } from '../../src/http/headers.ts';
import {
  type Behaviour,
  answer,
  drip,
  hangUp,
  reset,
  silence,
  startHttpServer,
  writeAndClose,
} from '../support/http-server.ts';
import { client, refusal, serve } from './harness.ts';

const get = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  maxBytes: 1000,
  ...more,
});

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNK = `200\r\n${'x'.repeat(512)}\r\n`;

/** An error page that goes on for as long as somebody reads. */
const endlessError: Behaviour = (_request, socket) => {
  socket.write('HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n');
  const more = (): void => {
    if (!socket.destroyed) socket.write(CHUNK, () => setImmediate(more));
  };
  more();
};

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = await startHttpServer(silence);
  await server.close();
  return server.port;
}

/** Answers, but drops the first connection when it brings a request for `/again`. */
function dropFirst(drop: Behaviour): Behaviour {
  return (request, socket) => {
    const doomed = request.connection === 1 && request.target === '/again';
    (doomed ? drop : answer({ body: 'fine' }))(request, socket);
  };
}

/** A Connection header of the caller's is for node:http alone to send. */
describe.each<[way: string, headers: HeaderList]>([
  ['as it is asked', []],
  ['asked by node:http', [['Connection', 'keep-alive']]],
])('a fault of the server, %s:', (_way, headers) => {
  it.each<[sentence: string, behaviour: Behaviour, code: string, message: string]>([
    [
      'a body that is declared too large',
      answer({ body: 'x'.repeat(1001) }),
      'http-too-large',
      'the answer from PLACE has 1001 bytes, more than the 1000 allowed',
    ],
    [
      'a size that no file has',
      writeAndClose('HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\nx'),
      'http-too-large',
      'the answer from PLACE has 999999999999999 bytes, more than the 1000 allowed',
    ],
    [
      'chunks without end',
      (_request, socket) => {
        socket.write(CHUNKED);
        const more = (): void => {
          if (!socket.destroyed) socket.write(CHUNK, () => setImmediate(more));
        };
        more();
      },
      'http-too-large',
      'the answer from PLACE is larger than the 1000 bytes allowed',
    ],
    [
      'headers of 17 KiB',
      answer({ headers: [['X-Long', 'x'.repeat(17 * 1024)]] }),
      'http-too-large',
      'the headers of the answer from PLACE are more than 16384 bytes',
    ],
    [
      'an error with headers of 17 KiB',
      answer({ status: 403, headers: [['X-Long', 'x'.repeat(17 * 1024)]] }),
      'http-status',
      'the headers of the answer with status 403 from PLACE are more than 16384 bytes',
    ],
    [
      'interim answers without end',
      writeAndClose('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(17)),
      'http-too-large',
      'PLACE sends more than 16 interim answers (1xx) before its answer',
    ],
    [
      'a body shorter than its Content-Length',
      writeAndClose('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'),
      'http-unreachable',
      'PLACE closed the connection after 5 of 100 bytes of the answer (ECONNRESET)',
    ],
    [
      'a chunked body without its last chunk',
      writeAndClose(CHUNKED + CHUNK),
      'http-unreachable',
      'PLACE closed the connection after 512 bytes of the answer (ECONNRESET)',
    ],
    [
      'a close in place of an answer',
      hangUp,
      'http-unreachable',
      'PLACE closed the connection without an answer (ECONNRESET); it got Host: PLACE, and may serve no site of that name',
    ],
    [
      'a reset in place of an answer',
      reset,
      'http-unreachable',
      'PLACE closed the connection without an answer (ECONNRESET); it got Host: PLACE, and may serve no site of that name',
    ],
    [
      'a close in the middle of the headers',
      writeAndClose('HTTP/1.1 200 OK\r\nContent-'),
      'http-unreachable',
      'PLACE closed the connection without an answer (ECONNRESET)',
    ],
  ])('%s', async (_sentence, behaviour, code, message) => {
    const server = await serve(behaviour);
    const error = await refusal(client().exchange(get(server.url('/ca'), { headers })));
    expect(error.code).toBe(code);
    expect(error.message).toBe(message.replaceAll('PLACE', `127.0.0.1:${server.port}`));
    expect(error.url).toBe(`http://127.0.0.1:${server.port}/ca`);
    expect(server.requests).toHaveLength(1);
  });
});

describe('an error is told by its status', () => {
  it.each([
    ['whose page is declared too large', answer({ status: 403, body: 'x'.repeat(100_000) })],
    ['whose page has no end', endlessError],
  ])('%s', async (_sentence, behaviour) => {
    const server = await serve(behaviour);
    const http = client();
    for (const connection of [1, 2]) {
      const { status, body } = await http.exchange(get(server.url()));
      expect(status).toBe(403);
      expect(body.length).toBeLessThanOrEqual(1000);
      // The rest of the page was not waited for, nor taken for the next answer.
      expect(server.requests.at(-1)?.connection).toBe(connection);
    }
  });

  it('101, which nobody asked for, at once', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
    const server = await serve((_request, socket) => void socket.write(upgrade));
    const { status, statusText, body } = await client().exchange(get(server.url()));
    expect({ status, statusText, body }).toEqual({
      status: 101,
      statusText: 'Switching Protocols',
      body: Buffer.alloc(0),
    });
  });
});

it.each([
  ['a chunk size that is no number', `${CHUNKED}zz\r\n`, 'HPE_INVALID_CHUNK_SIZE'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 'HPE_INVALID_CONSTANT'],
  [
    'two lengths that differ',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    'HPE_UNEXPECTED_CONTENT_LENGTH',
  ],
])('%s is no HTTP, and the parser says why', async (_sentence, wire, code) => {
  const server = await serve(writeAndClose(wire));
  const error = await refusal(client().exchange(get(server.url())));
  expect(error.code).toBe('http-unreachable');
  expect(error.message).toMatch(
    new RegExp(String.raw`^what 127\.0\.0\.1:\d+ answers is not proper HTTP: \w.* \(${code}\)$`),
  );
});

describe('the answer time-out', () => {
  it('is the one of the request, where that has one', async () => {
    const server = await serve((request, socket) =>
      setTimeout(() => answer({ body: 'late' })(request, socket), 300),
    );
    const { body } = await client({ answerTimeoutMs: 100 }).exchange(
      get(server.url(), { answerTimeoutMs: 60_000 }),
    );
    expect(body.toString()).toBe('late');
  });

  it.each<[sentence: string, behaviour: Behaviour, got: string]>([
    ['ends a server that never answers', silence, ''],
    [
      'ends a slow drip of the body',
      drip('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n', 20),
      String.raw`(?:, only \d+ bytes? of its body)?`,
    ],
    ['ends a slow drip of the head', drip('HTTP/1.1 200 OK\r\nX-Slow: ', 20), ''],
  ])('%s', async (_sentence, behaviour, got) => {
    const server = await serve(behaviour);
    const error = await refusal(client({ answerTimeoutMs: 150 }).exchange(get(server.url())));
    expect(error.code).toBe('http-timeout');
    expect(error.message).toMatch(
      new RegExp(String.raw`^no whole answer from 127\.0\.0\.1:\d+ within 150 ms \(answer time-out\)${got}$`),
    );
  });

  it('names the host, the address and whole seconds as such', async () => {
    const server = await serve(silence);
    const url = new URL(`http://localhost:${server.port}/`);
    const error = await refusal(client({ answerTimeoutMs: 1000 }).exchange(get(url)));
    expect(error.message).toBe(
      `no whole answer from localhost:${server.port} at 127.0.0.1 within 1 s (answer time-out)`,
    );
  });
});

describe('a host that is not there', () => {
  it('refuses, by address', async () => {
    const port = await freePort();
    const error = await refusal(client().exchange(get(new URL(`http://127.0.0.1:${port}/`))));
    expect(error.code).toBe('http-unreachable');
    expect(error.message).toBe(`cannot connect to 127.0.0.1:${port}: connection refused (ECONNREFUSED)`);
  });

  it('refuses, by name, and no password is told', async () => {
    const port = await freePort();
    const error = await refusal(client().exchange(get(new URL(`http://user:secret@localhost:${port}/x#y`))));
    expect(error.message).toMatch(
      /^cannot connect to localhost:\d+ at .*: connection refused \(ECONNREFUSED\)$/,
    );
    expect(error.url).toBe(`http://localhost:${port}/x`);
  });

  it('has no address', async () => {
    // A label of more than 63 bytes cannot be asked for: the resolver says no without asking anybody.
    const name = `${'x'.repeat(64)}.example`;
    const error = await refusal(client().exchange(get(new URL(`http://${name}/`))));
    expect(error.code).toBe('http-unreachable');
    expect(error.message).toBe(`cannot find the address of ${name}: no such name (ENOTFOUND)`);
  });

  it.each([
    ['ldap://user:secret@dir.example/cn=ca', 'ldap', 'ldap://dir.example/cn=ca'],
    ['file:///etc/passwd', 'file', 'file:///etc/passwd'],
  ])('is %s', async (url, scheme, shown) => {
    const error = await refusal(client().exchange(get(new URL(url))));
    expect([error.code, error.message, error.url]).toEqual([
      'url-invalid',
      `the URL scheme ${scheme} is neither http nor https`,
      shown,
    ]);
  });
});

describe('a kept connection that the server drops as the request comes', () => {
  it.each([
    ['GET after a close', 'GET', hangUp],
    ['GET after a reset', 'GET', reset],
    ['POST after a reset', 'POST', reset],
  ] as const)('is tried again on a fresh one: %s', async (_sentence, method, drop) => {
    const server = await serve(dropFirst(drop));
    const http = client();
    await http.exchange(get(server.url('/first')));
    const body = method === 'POST' ? { body: Buffer.from('question') } : {};
    const again = await http.exchange(get(server.url('/again'), { method, ...body }));
    expect(again.body.toString()).toBe('fine');
    expect(server.requests.map(({ target, connection }) => [target, connection])).toEqual([
      ['/first', 1],
      ['/again', 1],
      ['/again', 2],
    ]);
    expect(server.requests[2]?.body).toEqual(server.requests[1]?.body);
  });

  it('is not tried a third time', async () => {
    const server = await serve(answer({ body: 'fine' }));
    const http = client();
    await http.exchange(get(server.url()));
    server.behave(reset);
    const error = await refusal(http.exchange(get(server.url())));
    expect(error.code).toBe('http-unreachable');
    expect(server.requests).toHaveLength(3);
  });

  it('is not tried again once an answer has begun', async () => {
    const server = await serve(answer({ body: 'fine' }));
    const http = client();
    await http.exchange(get(server.url()));
    server.behave(writeAndClose('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'));
    await refusal(http.exchange(get(server.url())));
    expect(server.requests).toHaveLength(2);
  });
});

describe('giving up', () => {
  it('before the request sends nothing', async () => {
    const server = await serve(silence);
    const signal = AbortSignal.abort(new Error('enough'));
    const error = await refusal(client().exchange(get(server.url(), { signal })));
    expect([error.code, error.message]).toEqual([
      'http-timeout',
      `gave up on 127.0.0.1:${server.port}: enough`,
    ]);
    expect(server.requests).toEqual([]);
  });

  it('while waiting for the answer closes the connection', async () => {
    const abort = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    const server = await serve((_request, socket) => {
      closed = new Promise((resolve) => {
        socket.once('close', resolve);
      });
      abort.abort();
    });
    const error = await refusal(client().exchange(get(server.url(), { signal: abort.signal })));
    expect(error.message).toBe(`gave up on 127.0.0.1:${server.port}: This operation was aborted`);
    await closed;
  });

  it('in the middle of the body closes the connection', async () => {
    const abort = new AbortController();
    const server = await serve((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => abort.abort());
    });
    expect((await refusal(client().exchange(get(server.url(), { signal: abort.signal })))).code).toBe(
      'http-timeout',
    );
  });

  it.each([
    new ResponseError('response-expired', 'an error of the caller'),
    new InputError('usage-invalid', 'another'),
  ])('throws the reason of the signal where it is one of ours: $message', async (reason) => {
    const abort = new AbortController();
    const server = await serve(() => abort.abort(reason));
    await expect(client().exchange(get(server.url(), { signal: abort.signal }))).rejects.toBe(reason);
  });

  it('works for many requests with one signal, and Node sees no leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const server = await serve(answer({ body: 'fine' }));
    const { signal } = new AbortController();
    const http = client();
    await Promise.all(Array.from({ length: 30 }, () => http.exchange(get(server.url(), { signal }))));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('by closing the client ends what is under way', async () => {
    const http = client();
    const server = await serve(() => http.close());
    expect((await refusal(http.exchange(get(server.url())))).code).toBe('http-unreachable');
  });

  it('leaves no connection behind after an answer that was cut', async () => {
    const http = client();
    const server = await serve(answer({ body: 'x'.repeat(1001) }));
    await refusal(http.exchange(get(server.url())));
    server.behave(answer({ body: 'fine' }));
    expect((await http.exchange(get(server.url()))).body.toString()).toBe('fine');
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });
});

describe('a server that hangs up in place of an answer', () => {
  const WORDS = 'closed the connection without an answer (ECONNRESET)';

  it.each<[sentence: string, host: string, words: string]>([
    ['a name', 'ocsp.example', WORDS],
    ['a name with a port', 'ocsp.example:8080', WORDS],
    ['an address', '192.0.2.1', `${WORDS}; it got Host: 192.0.2.1, and may serve no site of that name`],
    ['an IPv6 address', '[::1]:80', `${WORDS}; it got Host: [::1]:80, and may serve no site of that name`],
  ])('is suspected of not knowing the Host where that is %s', async (sentence, host, words) => {
    const server = await serve(sentence.includes('IPv6') ? reset : hangUp);
    const error = await refusal(client().exchange(get(server.url(), { headers: [['Host', host]] })));
    expect(error.message).toBe(`127.0.0.1:${server.port} ${words}`);
  });
});
