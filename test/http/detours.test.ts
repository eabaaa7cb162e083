import { describe, expect, it } from 'vitest';
import { connectTo, resolveTo } from '../../src/http/detour-text.ts';
import type { HttpClientOptions } from '../../src/http/client.ts';
import { type Detours, detour } from '../../src/http/detours.ts';
import { answer, header } from '../support/http-server.ts';
import { client, refusal, serve } from './harness.ts';

function notRead(text: string): never {
  throw new Error(`${text} was not read`);
}

/** What the options say, in curl's spelling; `PORT` is the port of a server. */
function said(options: { connectTo?: readonly string[]; resolve?: readonly string[] }, port = 0): Detours {
  const filled = (texts: readonly string[] = []): string[] =>
    texts.map((text) => text.replaceAll('PORT', String(port)));
  return {
    connectTo: filled(options.connectTo).map((text) => connectTo(text) ?? notRead(text)),
    resolve: filled(options.resolve).map((text) => resolveTo(text) ?? notRead(text)),
  };
}

describe('--connect-to', () => {
  it.each<[sentence: string, options: readonly string[], to: string]>([
    ['goes elsewhere for host and port', ['ocsp.example:80:edge.example:8080'], 'edge.example:8080 named'],
    ['not for another port', ['ocsp.example:81:edge.example:8080'], 'ocsp.example:80'],
    ['not for another host', ['example:80:edge.example:8080'], 'ocsp.example:80'],
    ['for any host', [':80:edge.example:8080'], 'edge.example:8080 named'],
    ['for any port', ['ocsp.example::edge.example:8080'], 'edge.example:8080 named'],
    ['for all', ['::edge.example:8080'], 'edge.example:8080 named'],
    ['keeps the port', ['ocsp.example:80:edge.example:'], 'edge.example:80 named'],
    ['keeps the host, which then nobody named', ['ocsp.example:80::8080'], 'ocsp.example:8080'],
    ['does not care for letters', ['OCSP.Example:80:EDGE.example:080'], 'edge.example:80 named'],
    ['takes IPv6 in brackets', ['ocsp.example:80:[2606:4700:0::1]:8080'], '[2606:4700::1]:8080 named'],
    ['the first that fits counts', ['a:80:b:1', '::c:2', '::d:3'], 'c:2 named'],
    ['one that says nothing is passed over', ['ocsp.example:80::', '::c:2'], 'c:2 named'],
  ])('%s', (_sentence, options, to) => {
    const { host, port, named } = detour('ocsp.example', '80', said({ connectTo: options }));
    expect(`${host}:${port}${named ? ' named' : ''}`).toBe(to);
  });

  it('matches IPv6 in brackets', () => {
    const { host } = detour('[2606:4700::1]', '80', said({ connectTo: ['[2606:4700:0:0::1]:80:edge:'] }));
    expect(host).toBe('edge');
  });
});

describe('--resolve', () => {
  it.each<[sentence: string, options: readonly string[], addresses: readonly string[] | undefined]>([
    ['gives an address', ['ocsp.example:80:192.0.2.1'], ['192.0.2.1']],
    ['gives several', ['ocsp.example:80:192.0.2.1,[2001:db8::1]'], ['192.0.2.1', '2001:db8::1']],
    ['takes IPv6 without brackets', ['ocsp.example:80:2001:db8::1'], ['2001:db8::1']],
    ['takes the + of curl', ['+ocsp.example:80:192.0.2.1'], ['192.0.2.1']],
    ['not for another port', ['ocsp.example:443:192.0.2.1'], undefined],
    ['not for another host', ['www.example:80:192.0.2.1'], undefined],
    ['* is every host', ['*:80:192.0.2.1'], ['192.0.2.1']],
    ['* comes last', ['ocsp.example:80:192.0.2.1', '*:80:192.0.2.2'], ['192.0.2.1']],
    [
      'the last of one host counts',
      ['ocsp.example:80:192.0.2.1', 'OCSP.example:80:192.0.2.2'],
      ['192.0.2.2'],
    ],
  ])('%s', (_sentence, options, addresses) => {
    const found = detour('ocsp.example', '80', said({ resolve: options }));
    expect(found).toMatchObject({ addresses, named: addresses !== undefined });
  });

  it('is asked for the host that --connect-to leads to', () => {
    const both = said({ connectTo: ['::edge.example:8080'], resolve: ['edge.example:8080:192.0.2.1'] });
    expect(detour('ocsp.example', '80', both)).toMatchObject({ addresses: ['192.0.2.1'] });
  });
});

describe('over a socket', () => {
  it.each([
    ['--connect-to an address', 'ocsp.example.test', { connectTo: ['ocsp.example.test::127.0.0.1:PORT'] }],
    ['--connect-to a name', 'ocsp.example.test', { connectTo: ['::localhost:PORT'] }],
    ['--resolve', 'ocsp.example.test:PORT', { resolve: ['ocsp.example.test:PORT:127.0.0.1'] }],
    ['--resolve for all', 'ocsp.example.test:PORT', { resolve: ['*:PORT:127.0.0.1'] }],
    ['--resolve an IP address', '192.0.2.1:PORT', { resolve: ['192.0.2.1:PORT:127.0.0.1'] }],
    ['--resolve, the second address', 'ocsp.example.test:PORT', { resolve: ['*:PORT:127.0.0.2,127.0.0.1'] }],
  ])(
    '%s: the way is another, Host stays, and nobody else must vouch for it',
    async (_way, place, options) => {
      const server = await serve(answer({ body: 'fine' }));
      const http = client({ allowPrivate: false, ...said(options, server.port) });
      const host = place.replace('PORT', String(server.port));
      const url = new URL(`http://${host}/x`);
      const got = await http.exchange({ method: 'GET', url, maxBytes: 100 });
      expect(got).toMatchObject({ status: 200, address: '127.0.0.1' });
      expect(header(server.requests[0], 'host')).toBe(host);
      expect(server.requests[0]?.target).toBe('/x');
    },
  );

  it('is told with the port that was dialled: by the answer, and by who cannot be reached', async () => {
    const server = await serve(answer({ status: 403, reason: 'Forbidden', body: 'no' }));
    const url = new URL('http://ocsp.example.test/');
    const there = client({ allowPrivate: false, ...said({ connectTo: ['::127.0.0.1:PORT'] }, server.port) });
    expect((await there.exchange({ method: 'GET', url, maxBytes: 100 })).port).toBe(server.port);
    const nowhere = client({ allowPrivate: false, ...said({ connectTo: ['::127.0.0.1:1'] }) });
    const { message } = await refusal(nowhere.exchange({ method: 'GET', url, maxBytes: 100 }));
    expect(message).toBe(
      'cannot connect to ocsp.example.test:80 at 127.0.0.1:1: connection refused (ECONNREFUSED)',
    );
  });

  it.each<[string, string, (port: number) => HttpClientOptions]>([
    ['another port of the same host', '127.0.0.1:1', (port) => said({ connectTo: [':::PORT'] }, port)],
    ['another host', 'localhost:PORT', (port) => said({ connectTo: ['ocsp.example::127.0.0.1:PORT'] }, port)],
    [
      'another host to resolve',
      'localhost:PORT',
      (port) => said({ resolve: ['ocsp.example:PORT:127.0.0.1'] }, port),
    ],
  ])('vouches for nothing that it does not name: %s', async (_sentence, place, options) => {
    const server = await serve(answer({ body: 'fine' }));
    const http = client({ allowPrivate: false, ...options(server.port) });
    const url = new URL(`http://${place.replace('PORT', String(server.port))}/`);
    expect((await refusal(http.exchange({ method: 'GET', url, maxBytes: 100 }))).code).toBe(
      'address-refused',
    );
    expect(server.requests).toEqual([]);
  });

  it('the name that could not be found is the one that was looked for', async () => {
    const name = `${'x'.repeat(64)}.example`;
    const http = client(said({ connectTo: [`::${name}:`] }));
    const url = new URL('http://ocsp.example.test/');
    const error = await refusal(http.exchange({ method: 'GET', url, maxBytes: 100 }));
    expect(error.message).toBe(`cannot find the address of ${name}: no such name (ENOTFOUND)`);
  });
});
