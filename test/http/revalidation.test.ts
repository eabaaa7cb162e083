/** Questions for something newer only, over real sockets: what is sent, and which 304 is believed. */
import { describe, expect, it } from 'vitest';
import { ResponseError, TransportError } from '../../src/errors.ts';
import { type AskOptions, type ResponderAnswer, askResponder } from '../../src/http/ask-responder.ts';
import type { Kept } from '../../src/http/revalidation.ts';
import { type Answer, type SeenRequest, answer, header } from '../support/http-server.ts';
import { client, serve } from './harness.ts';

const REQUEST = Buffer.from('3003020101', 'hex');
const KEPT_BODY = Buffer.from('30030a0100', 'hex');
const NEW_BODY = Buffer.from('30030a0101', 'hex');
const MODIFIED = new Date('2026-02-25T09:32:45Z');
const SINCE = 'Wed, 25 Feb 2026 09:32:45 GMT';
const KEPT: Kept = { body: KEPT_BODY, modified: MODIFIED };

interface Asked {
  readonly result: Promise<ResponderAnswer<string>>;
  readonly requests: readonly SeenRequest[];
}

const accept = (body: Buffer): string => `accepted ${body.toString('hex')}`;

/** GET is answered with `get`; POST, with a response that is new. */
async function ask(get: Answer, options: Partial<AskOptions<string>> = {}): Promise<Asked> {
  const fresh = answer({ headers: [['Cache-Control', 'max-age=60']], body: NEW_BODY });
  const server = await serve((request, socket) =>
    (request.method === 'GET' ? answer(get) : fresh)(request, socket),
  );
  const asking = { method: 'auto', headers: [], maxBytes: 1000, accept, ...options } as const;
  const result = askResponder(client(), server.url('/ca'), REQUEST, asking);
  await result.catch(() => undefined);
  return { result, requests: server.requests };
}

const conditions = ([request]: readonly SeenRequest[]): readonly (string | undefined)[] => [
  header(request, 'if-none-match'),
  header(request, 'if-modified-since'),
];

describe('what is sent', () => {
  it.each<[sentence: string, kept: Kept | undefined, sent: readonly (string | undefined)[]]>([
    ['nothing, with nothing at hand', undefined, [undefined, undefined]],
    ['its time, where no ETag is known', KEPT, [undefined, SINCE]],
    ['its ETag and its time', { ...KEPT, etag: '"v1"' }, ['"v1"', SINCE]],
    ['a weak ETag as it is', { ...KEPT, etag: 'W/"v1"' }, ['W/"v1"', SINCE]],
  ])('%s', async (_sentence, kept, sent) => {
    const { result, requests } = await ask({ body: NEW_BODY }, { kept });
    expect(conditions(requests)).toEqual(sent);
    expect(await result).toMatchObject({ body: NEW_BODY, notModified: false });
  });

  it('nothing by POST', async () => {
    const { result, requests } = await ask({}, { kept: { ...KEPT, etag: '"v1"' }, method: 'post' });
    expect(conditions(requests)).toEqual([undefined, undefined]);
    expect(await result).toMatchObject({ notModified: false, freshness: { freshForMs: 0 } });
  });
});

describe('304 is believed', () => {
  it.each<[sentence: string, kept: Kept, headers: Answer['headers']]>([
    ['by the time alone', KEPT, []],
    ['by the ETag alone', { ...KEPT, etag: '"v1"' }, [['ETag', '"v1"']]],
    ['by a weak ETag', { ...KEPT, etag: 'W/"v1"' }, [['ETag', 'W/"v1"']]],
    ['by a weak ETag for a strong one', { ...KEPT, etag: '"v1"' }, [['ETag', 'W/"v1"']]],
    ['without any ETag', { ...KEPT, etag: '"v1"' }, []],
    ['with an ETag that nobody remembered', KEPT, [['ETag', '"v9"']]],
  ])('%s', async (_sentence, kept, headers = []) => {
    const { result, requests } = await ask({ status: 304, headers }, { kept });
    const { value, body, notModified, method } = await result;
    expect({ value, body, notModified, method }).toEqual({
      value: 'accepted 30030a0100',
      body: KEPT_BODY,
      notModified: true,
      method: 'GET',
    });
    expect(requests).toHaveLength(1);
  });

  it('and its headers count: how long it is fresh, and a new ETag', async () => {
    const headers = [
      ['ETag', 'W/"v1"'],
      ['Cache-Control', 'max-age=600'],
      ['Age', '100'],
    ] as const;
    const { result } = await ask({ status: 304, headers }, { kept: { ...KEPT, etag: '"v1"' } });
    expect((await result).freshness).toEqual({
      etag: 'W/"v1"',
      lastModified: MODIFIED,
      freshForMs: 500_000,
    });
  });

  it('and what it leaves out stays as it was', async () => {
    const { result } = await ask({ status: 304 }, { kept: { ...KEPT, etag: '"v1"' } });
    expect((await result).freshness).toEqual({ etag: '"v1"', lastModified: MODIFIED, freshForMs: 0 });
  });
});

describe('304 is not believed', () => {
  const unchanged = { status: 304, reason: 'Not Modified', headers: [['ETag', '"v2"']] } as const;

  it.each<[sentence: string, kept: Kept | undefined]>([
    ['with nothing at hand', undefined],
    ['about another ETag', { ...KEPT, etag: '"v1"' }],
  ])('%s, and POST brings a whole response', async (_sentence, kept) => {
    const { result, requests } = await ask(unchanged, { kept });
    expect(await result).toMatchObject({ method: 'POST', body: NEW_BODY, notModified: false });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('and is an error where POST is not to be tried', async () => {
    const { result } = await ask(unchanged, { method: 'get' });
    await expect(result).rejects.toMatchObject({ code: 'http-status', status: 304 });
    await expect(result).rejects.toBeInstanceOf(TransportError);
  });

  it('when what is at hand has ended meanwhile', async () => {
    let judged = 0;
    const judge = (body: Buffer): string => {
      judged += 1;
      if (body.equals(KEPT_BODY)) throw new ResponseError('response-expired', 'it is over');
      return 'a new one';
    };
    const { result, requests } = await ask({ status: 304 }, { kept: KEPT, accept: judge });
    expect(await result).toMatchObject({ value: 'a new one', method: 'POST', notModified: false });
    expect([judged, requests.length]).toEqual([2, 2]);
    const only = await ask({ status: 304 }, { kept: KEPT, accept: judge, method: 'get' });
    await expect(only.result).rejects.toMatchObject({ code: 'response-expired' });
  });
});

describe('the headers of a whole answer', () => {
  it('reach whoever asked', async () => {
    const headers = [
      ['ETag', '"v1"'],
      ['Last-Modified', SINCE],
      ['Cache-Control', 'max-age=600, public, no-transform, must-revalidate'],
      ['Age', '100'],
    ] as const;
    const { result } = await ask({ headers, body: NEW_BODY });
    expect((await result).freshness).toEqual({ etag: '"v1"', lastModified: MODIFIED, freshForMs: 500_000 });
  });

  it('on several lines count as one', async () => {
    const headers = [
      ['Cache-Control', 'max-age=600'],
      ['Cache-Control', 'no-cache'],
    ] as const;
    const { result } = await ask({ headers, body: NEW_BODY });
    expect((await result).freshness).toEqual({ freshForMs: 0 });
  });

  it('that are nonsense do no harm', async () => {
    const headers = [
      ['ETag', `"${'x'.repeat(5000)}"`],
      ['Last-Modified', 'the day before'],
      ['Cache-Control', `max-age=${'9'.repeat(3000)}x, ="=;,,`],
      ['Expires', '-1'],
      ['Date', 'now'],
      ['Age', '1e9'],
    ] as const;
    const { result } = await ask({ headers, body: NEW_BODY });
    expect(await result).toMatchObject({ value: 'accepted 30030a0101', method: 'GET' });
    expect((await result).freshness).toEqual({ freshForMs: 0 });
  });
});
