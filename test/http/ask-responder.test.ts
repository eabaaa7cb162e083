import { describe, expect, it } from 'vitest';
import { DerError, ResponseError, TransportError } from '../../src/errors.ts';
import { type AskOptions, type ResponderAnswer, askResponder } from '../../src/http/ask-responder.ts';
import {
  type Behaviour,
  type SeenRequest,
  answer,
  header,
  reset,
  silence,
  writeAndClose,
} from '../support/http-server.ts';
import { client, serve } from './harness.ts';

const REQUEST = Buffer.from('3003020101', 'hex');
const GET_TARGET = '/ca/MAMCAQE%3D';

/** They look like responses; `accept` below tells them apart by their last octet. */
const body = (last: number): Buffer => Buffer.from([0x30, 0x03, 0x0a, 0x01, last]);
const ocsp = (last: number): Behaviour => answer({ body: body(last) });
const GOOD = ocsp(0);
const PAGE = answer({ headers: [['Content-Type', 'text/html']], body: '<html>log in</html>' });
const status = (code: number, reason: string): Behaviour =>
  answer({ status: code, reason, body: '<html>no</html>' });
const FORBIDDEN = status(403, 'Forbidden');
const CUT = writeAndClose('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0');
const HUGE = answer({ body: Buffer.alloc(2000) });

const VERDICTS: Record<number, Error> = {
  1: new ResponseError('responder-malformed-request', 'the responder says malformedRequest'),
  2: new ResponseError('responder-internal-error', 'the responder says internalError'),
  3: new ResponseError('responder-try-later', 'the responder says tryLater'),
  5: new ResponseError('responder-sig-required', 'the responder says sigRequired'),
  6: new ResponseError('responder-unauthorized', 'the responder says unauthorized'),
  10: new ResponseError('response-expired', 'from a cache'),
  11: new ResponseError('certid-mismatch', 'for another certificate'),
  20: new DerError('der-trailing-bytes', 'OCSPResponse', '1 byte after the end of the value'),
  30: new RangeError('a fault of our own'),
};

function accept(bytes: Buffer): string {
  const last = bytes.at(-1) ?? 0;
  const verdict = VERDICTS[last];
  if (verdict !== undefined) throw verdict;
  return `value ${last}`;
}

const OPTIONS: AskOptions<string> = { method: 'auto', headers: [], maxBytes: 1000, accept };

interface Outcome {
  readonly methods: string[];
  readonly requests: readonly SeenRequest[];
  readonly result: Promise<ResponderAnswer<string>>;
}

/** Asks a responder that does one thing for GET and another for POST. */
async function ask(
  get: Behaviour,
  post: Behaviour,
  options: Partial<AskOptions<string>> = {},
): Promise<Outcome> {
  const server = await serve((request, socket) => (request.method === 'GET' ? get : post)(request, socket));
  // Only for those who wait in vain: a slow machine is no failure.
  const http = get === silence || post === silence ? client({ answerTimeoutMs: 1000 }) : client();
  const result = askResponder(http, server.url('/ca'), REQUEST, { ...OPTIONS, ...options });
  await result.catch(() => undefined);
  return { result, requests: server.requests, methods: server.requests.map(({ method }) => method) };
}

async function codeOf(result: Promise<unknown>): Promise<string> {
  const error = await result.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  if (error instanceof ResponseError || error instanceof DerError || error instanceof TransportError)
    return error.code;
  return String(error);
}

it('is not asked by POST what was answered with the time to come again', async () => {
  const slow = answer({ status: 429, reason: 'Slow Down', headers: [['Retry-After', '60']] });
  const { result, methods } = await ask(slow, GOOD);
  await expect(result).rejects.toMatchObject({ code: 'http-status', status: 429, retryAfterMs: 60_000 });
  expect(methods).toEqual(['GET']);
});

describe('Retry-After beside', () => {
  const wait: readonly (readonly [string, string])[] = [['Retry-After', '90']];

  it.each<[word: string, last: number, code: string]>([
    ['tryLater', 3, 'responder-try-later'],
    ['internalError', 2, 'responder-internal-error'],
  ])('%s is heard', async (_word, last, code) => {
    const { result, methods } = await ask(answer({ headers: wait, body: body(last) }), GOOD);
    await expect(result).rejects.toMatchObject({ code, retryAfterMs: 90_000 });
    expect(methods).toEqual(['GET']);
  });

  it.each<[sentence: string, behaviour: Behaviour]>([
    ['tryLater without it', ocsp(3)],
    ['tryLater with nonsense in it', answer({ headers: [['Retry-After', 'soon']], body: body(3) })],
    ['a word that is final', answer({ headers: wait, body: body(6) })],
  ])('%s says nothing', async (_sentence, behaviour) => {
    const { result } = await ask(behaviour, GOOD);
    await expect(result).rejects.toMatchObject({ retryAfterMs: undefined });
    await expect(result).rejects.toBeInstanceOf(ResponseError);
  });
});

describe('a question', () => {
  it('goes by GET, with the request in the path', async () => {
    const { result, requests } = await ask(GOOD, FORBIDDEN);
    const { url, ...answered } = await result;
    const facts = { address: '127.0.0.1', notModified: false, freshness: { freshForMs: 0 } };
    expect(answered).toEqual({ value: 'value 0', body: body(0), method: 'GET', ...facts });
    expect(url.pathname).toBe(GET_TARGET);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.target).toBe(GET_TARGET);
    expect(header(requests[0], 'accept')).toBe('application/ocsp-response');
    expect(header(requests[0], 'content-type')).toBeUndefined();
  });

  it('goes by POST when it is forced', async () => {
    const { result, requests } = await ask(FORBIDDEN, GOOD, { method: 'post' });
    expect(await result).toMatchObject({ value: 'value 0', method: 'POST' });
    expect((await result).url.pathname).toBe('/ca');
    expect(requests.map(({ method, target }) => [method, target])).toEqual([['POST', '/ca']]);
    expect(requests[0]?.body).toEqual(REQUEST);
    expect(header(requests[0], 'content-type')).toBe('application/ocsp-request');
    expect(header(requests[0], 'accept')).toBe('application/ocsp-response');
  });

  it.each([
    ['auto', 'POST'],
    ['get', 'GET'],
    ['post', 'POST'],
  ] as const)('that is too long for GET goes, with method %s, by %s', async (method, used) => {
    const server = await serve(GOOD);
    const answered = await askResponder(client(), server.url(), Buffer.alloc(200), { ...OPTIONS, method });
    expect(answered.method).toBe(used);
    expect(server.requests.map((request) => request.method)).toEqual([used]);
  });

  it('has the headers of the caller in place of its own', async () => {
    const headers = [
      ['HOST', 'ocsp.example'],
      ['accept', '*/*'],
    ] as const;
    const { requests } = await ask(GOOD, FORBIDDEN, { headers });
    expect(requests[0]?.headers.filter(([name]) => /^(?:host|accept)$/i.test(name))).toEqual([
      ['HOST', 'ocsp.example'],
      ['accept', '*/*'],
    ]);
  });
});

describe('POST after GET', () => {
  it.each<[sentence: string, get: Behaviour]>([
    ['404', status(404, 'Not Found')],
    ['405', status(405, 'Method Not Allowed')],
    ['500', status(500, 'Oops')],
    ['a redirect', status(302, 'Found')],
    ['an empty 204', (_request, socket) => void socket.write('HTTP/1.1 204 No Content\r\n\r\n')],
    ['an empty 200', answer({})],
    ['a page', PAGE],
    ['an answer that is too large', HUGE],
    ['bytes that are no DER', ocsp(20)],
    ['an expired response', ocsp(10)],
    ['a response for another certificate', ocsp(11)],
    ['malformedRequest', ocsp(1)],
  ])('is tried after %s', async (_sentence, get) => {
    const { result, methods } = await ask(get, GOOD);
    expect(await result).toMatchObject({ value: 'value 0', method: 'POST' });
    expect(methods).toEqual(['GET', 'POST']);
  });

  it.each<[sentence: string, get: Behaviour, code: string]>([
    ['unauthorized', ocsp(6), 'responder-unauthorized'],
    ['tryLater', ocsp(3), 'responder-try-later'],
    ['internalError', ocsp(2), 'responder-internal-error'],
    ['sigRequired', ocsp(5), 'responder-sig-required'],
    ['a broken connection', reset, 'http-unreachable'],
    ['a time-out', silence, 'http-timeout'],
    ['a fault of our own', ocsp(30), 'RangeError: a fault of our own'],
  ])('is not tried after %s', async (_sentence, get, code) => {
    const { result, methods } = await ask(get, GOOD);
    expect(await codeOf(result)).toBe(code);
    expect(methods).toEqual(['GET']);
  });

  it('is not tried when GET is forced', async () => {
    const { result, methods } = await ask(FORBIDDEN, GOOD, { method: 'get' });
    expect(await codeOf(result)).toBe('http-status');
    expect(methods).toEqual(['GET']);
  });

  it('nor GET after POST', async () => {
    const { result, methods } = await ask(GOOD, FORBIDDEN, { method: 'post' });
    expect(await codeOf(result)).toBe('http-status');
    expect(methods).toEqual(['POST']);
  });
});

describe('when both fail, the error that says more is thrown', () => {
  it.each<[sentence: string, get: Behaviour, post: Behaviour, code: string]>([
    ['a verdict before bytes that are no DER', ocsp(10), ocsp(20), 'response-expired'],
    ['a verdict before a page', PAGE, ocsp(6), 'responder-unauthorized'],
    ['bytes that are no DER before a page', ocsp(20), PAGE, 'der-trailing-bytes'],
    ['a page before too much', PAGE, HUGE, 'http-not-ocsp'],
    ['too much before a status', HUGE, FORBIDDEN, 'http-too-large'],
    ['a page before a status', FORBIDDEN, PAGE, 'http-not-ocsp'],
    ['a status before a broken connection', FORBIDDEN, CUT, 'http-status'],
    ['a status before a time-out', FORBIDDEN, silence, 'http-status'],
    ['a fault of our own before everything', ocsp(10), ocsp(30), 'RangeError: a fault of our own'],
    ['the verdict on POST among two', ocsp(10), ocsp(11), 'certid-mismatch'],
  ])('%s', async (_sentence, get, post, code) => {
    const { result, methods } = await ask(get, post);
    expect(await codeOf(result)).toBe(code);
    expect(methods).toEqual(['GET', 'POST']);
  });

  it('the status of POST among two', async () => {
    const { result } = await ask(FORBIDDEN, status(502, 'Bad Gateway'));
    await expect(result).rejects.toMatchObject({ code: 'http-status', status: 502 });
  });
});

const plain = (text: string): Behaviour =>
  answer({
    status: 403,
    reason: 'Forbidden',
    headers: [['Content-Type', 'Text/Plain; charset=UTF-8']],
    body: text,
  });

describe('a status that is not 200', () => {
  it.each<[sentence: string, behaviour: Behaviour, message: string]>([
    ['is told with the Host that was sent', FORBIDDEN, '403 Forbidden from PLACE for Host: ocsp.example'],
    ['has no reason phrase', status(404, ''), '404 from PLACE for Host: ocsp.example'],
    [
      'has a reason phrase that would paint the terminal',
      status(500, 'a\u009B2Jb'),
      String.raw`500 a\u{9b}2Jb from PLACE for Host: ocsp.example`,
    ],
    [
      'has one line of text',
      plain('error code: 1003\n'),
      '403 Forbidden: the edge at PLACE does not serve this Host; it got Host: ocsp.example: "error code: 1003"',
    ],
    ['has a long text', plain('no '.repeat(100)), '403 Forbidden from PLACE for Host: ocsp.example'],
  ])('%s', async (_sentence, behaviour, message) => {
    const server = await serve(behaviour);
    const url = new URL(`http://user:secret@localhost:${server.port}/ca`);
    const asked = askResponder(client(), url, REQUEST, {
      ...OPTIONS,
      headers: [['host', 'ocsp.example']],
      method: 'post',
    });
    await expect(asked).rejects.toMatchObject({
      code: 'http-status',
      message: message.replace('PLACE', `localhost (127.0.0.1:${server.port})`),
      url: `http://localhost:${server.port}/ca`,
    });
  });

  it('comes from an address alone, with the Host of the URL', async () => {
    const server = await serve(FORBIDDEN);
    const place = `127.0.0.1:${server.port}`;
    await expect(askResponder(client(), server.url(), REQUEST, OPTIONS)).rejects.toMatchObject({
      message: `403 Forbidden: the edge at ${place} does not serve this Host; it got Host: ${place}`,
      status: 403,
    });
  });
});

it('an aborted signal ends the question, and no POST follows', async () => {
  const abort = new AbortController();
  const server = await serve(() => abort.abort(new Error('enough')));
  const asked = askResponder(client(), server.url(), REQUEST, { ...OPTIONS, signal: abort.signal });
  await expect(asked).rejects.toMatchObject({ code: 'http-timeout' });
  expect(server.requests).toHaveLength(1);
});
