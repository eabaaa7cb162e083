import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/http/client.ts';
import { exchangeFollowing } from '../../src/http/redirects.ts';
import { type Behaviour, answer, header } from '../support/http-server.ts';
import { client, refusal, serve } from './harness.ts';

const BODY = Buffer.from('3003020101', 'hex');
const get = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  maxBytes: 1000,
  ...more,
});
const post = (url: URL): HttpRequest =>
  get(url, { method: 'POST', body: BODY, headers: [['Content-Type', 'application/ocsp-request']] });

const redirect = (status: number, location: string): Behaviour =>
  answer({ status, reason: 'Moved', headers: [['Location', location]], body: '<html>moved</html>' });

/** Redirects by path; all else is answered. */
const routes =
  (status: number, ways: Readonly<Record<string, string>>): Behaviour =>
  (request, socket) => {
    const to = ways[request.target];
    (to === undefined ? answer({ body: 'fine' }) : redirect(status, to))(request, socket);
  };

describe('a redirect is followed', () => {
  it.each([
    [301, 'GET', 'GET'],
    [302, 'GET', 'GET'],
    [303, 'GET', 'GET'],
    [307, 'GET', 'GET'],
    [308, 'GET', 'GET'],
    [301, 'POST', 'POST'],
    [302, 'POST', 'POST'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('with status %i: %s goes on as %s', async (status, before, after) => {
    const server = await serve(routes(status, { '/old': '/new?x=y' }));
    const asked = before === 'POST' ? post(server.url('/old')) : get(server.url('/old'));
    const { answer: got, request } = await exchangeFollowing(client(), asked);
    expect(got.body.toString()).toBe('fine');
    expect(request.url.href).toBe(server.url('/new?x=y').href);
    const second = server.requests[1];
    expect(second).toMatchObject({ method: after, target: '/new?x=y' });
    expect(second?.body).toEqual(after === 'POST' ? BODY : Buffer.alloc(0));
    expect(header(second, 'content-type')).toBe(after === 'POST' ? 'application/ocsp-request' : undefined);
  });

  it('three times', async () => {
    const server = await serve(routes(302, { '/0': '/1', '/1': '/2', '/2': '/3' }));
    const { answer: got } = await exchangeFollowing(client(), get(server.url('/0')));
    expect(got.status).toBe(200);
    expect(server.requests).toHaveLength(4);
  });

  it.each([300, 304, 305, 306])('not with status %i', async (status) => {
    const server = await serve(routes(status, { '/old': '/new' }));
    expect((await exchangeFollowing(client(), get(server.url('/old')))).answer.status).toBe(status);
    expect(server.requests).toHaveLength(1);
  });

  it('not without a Location', async () => {
    const server = await serve(answer({ status: 302 }));
    expect((await exchangeFollowing(client(), get(server.url()))).answer.status).toBe(302);
  });
});

describe('what was meant for one host is not told to another', () => {
  const headers = [
    ['Host', 'ocsp.example'],
    ['Authorization', 'Bearer secret'],
    ['Cookie', 'secret=1'],
    ['proxy-authorization', 'Basic secret'],
    ['X-Trace', '1'],
  ] as const;

  it('headers and credentials stay behind when the port is another', async () => {
    const second = await serve(answer({ body: 'fine' }));
    const first = await serve(redirect(307, second.url('/new').href.replace('//', '//planted:pw@')));
    const url = new URL(first.url('/old').href.replace('//', '//user:secret@'));
    const { request } = await exchangeFollowing(client(), get(url, { headers }));
    expect(request.url.username + request.url.password).toBe('');
    expect(second.requests[0]?.headers).toEqual([
      ['Host', `127.0.0.1:${second.port}`],
      ['User-Agent', 'restaple'],
      ['X-Trace', '1'],
      ['Connection', 'keep-alive'],
    ]);
  });

  it('nor is what the user made up told to a host of another name', async () => {
    const second = await serve(answer({ body: 'fine' }));
    const first = await serve(redirect(307, `http://localhost:${second.port}/new`));
    const own = [
      ['User-Agent', 'me'],
      ['Accept', '*/*'],
      ['X-Api-Key', 'secret'],
    ] as const;
    await exchangeFollowing(client(), get(first.url('/old'), { headers: [...headers, ...own] }));
    expect(second.requests[0]?.headers).toEqual([
      ['Host', `localhost:${second.port}`],
      ['User-Agent', 'me'],
      ['Accept', '*/*'],
      ['Connection', 'keep-alive'],
    ]);
  });

  it.each(['/new', 'ABSOLUTE'])('they go along to the same place: %s', async (to) => {
    const server = await serve((request, socket) => {
      const location = to === 'ABSOLUTE' ? server.url('/new').href : to;
      (request.target === '/new' ? answer({ body: 'fine' }) : redirect(301, location))(request, socket);
    });
    const url = new URL(server.url('/old').href.replace('//', '//user:secret@'));
    await exchangeFollowing(client(), get(url, { headers: [['Host', 'ocsp.example']] }));
    const second = server.requests[1];
    expect(header(second, 'host')).toBe('ocsp.example');
    expect(header(second, 'authorization')).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
  });
});

describe('a redirect is refused', () => {
  it.each([
    [
      'the fourth',
      { '/0': '/1', '/1': '/2', '/2': '/3', '/3': '/4' },
      '/4, one redirect more than the 3 that are followed',
      4,
    ],
    ['to where it came from', { '/0': '/0' }, '/0, where it came from', 1],
    ['in a circle', { '/0': '/1', '/1': '/2', '/2': '/0' }, '/0, where it came from', 3],
  ])('%s', async (_sentence, ways, where, requests) => {
    const server = await serve(routes(302, ways));
    const error = await refusal(exchangeFollowing(client(), get(server.url('/0'))));
    expect([error.code, error.status]).toEqual(['redirect-refused', 302]);
    expect(error.message).toBe(
      `302 Moved from 127.0.0.1:${server.port} leads to http://127.0.0.1:${server.port}${where}: not followed`,
    );
    expect(server.requests).toHaveLength(requests);
  });

  it.each([
    ['file:///etc/passwd', 'file:///etc/passwd, neither http nor https'],
    ['ldap://user:secret@dir.example/', 'ldap://dir.example/, neither http nor https'],
    ['http://[::1', 'http://[::1, which is no URL'],
    ['http://ocsp.example:99999/', 'http://ocsp.example:99999/, which is no URL'],
  ])('to %s', async (location, where) => {
    const server = await serve(redirect(301, location));
    const error = await refusal(exchangeFollowing(client(), get(server.url())));
    expect(error.message).toBe(`301 Moved from 127.0.0.1:${server.port} leads to ${where}: not followed`);
  });

  it('out of https', async () => {
    const secure = get(new URL('https://ocsp.example.test/'));
    const moved = { status: 301, statusText: '', headers: { location: 'http://ocsp.example.test/' } };
    const exchange = () => Promise.resolve({ ...moved, body: Buffer.alloc(0), address: undefined });
    const error = await refusal(exchangeFollowing({ exchange, close() {} }, secure));
    expect(error.message).toBe(
      '301 from ocsp.example.test leads to http://ocsp.example.test/, out of https: not followed',
    );
  });
});

describe('the address rules hold for every target', () => {
  const strict = { allowPrivate: false };

  it.each([
    'http://localhost:PORT/new',
    'http://[::ffff:127.0.0.1]:PORT/new',
    'http://2130706434:PORT/new',
    'http://127.0.0.2:PORT/new',
    'http://169.254.169.254/',
    '//localhost:PORT/new',
  ])('%s', async (to) => {
    const server = await serve((request, socket) =>
      redirect(302, to.replace('PORT', String(server.port)))(request, socket),
    );
    // The user named the first host, and by that nobody else.
    const error = await refusal(
      exchangeFollowing(client(strict), get(server.url('/old'), { trusted: true })),
    );
    expect(error.code).toBe('address-refused');
    expect(error.message).toMatch(/ may not lead to .* \(a redirect of 127\.0\.0\.1:\d+ leads there\)$/);
    expect(server.requests).toHaveLength(1);
  });

  it('the host that the user named stays named', async () => {
    const server = await serve(routes(302, { '/old': '/new' }));
    const asked = get(server.url('/old'), { trusted: true });
    expect((await exchangeFollowing(client(strict), asked)).answer.status).toBe(200);
  });

  it('a way there and back brings no trust along', async () => {
    const server = await serve((request, socket) => {
      const ways: Record<string, string> = {
        '/0': `http://localhost:${server.port}/1`,
        '/1': server.url('/2').href,
      };
      const to = ways[request.target];
      (to === undefined ? answer({ body: 'fine' }) : redirect(302, to))(request, socket);
    });
    const http = client({ ...strict, allowHosts: ['localhost'] });
    const error = await refusal(exchangeFollowing(http, get(server.url('/0'), { trusted: true })));
    expect(error.code).toBe('address-refused');
    expect(server.requests.map(({ target }) => target)).toEqual(['/0', '/1']);
  });
});
