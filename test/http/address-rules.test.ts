/** Where a URL out of a certificate may lead: nowhere into the network that restaple runs in. */
import type { NetworkInterfaceInfo } from 'node:os';
import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { type Lookup, publicOnly } from '../../src/http/connect-rules.ts';
import type { Interfaces } from '../../src/http/own-addresses.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { type TestServer, answer } from '../support/http-server.ts';
import { client, refusal, serve } from './harness.ts';

const OK = answer({ body: 'fine' });
const strict = { allowPrivate: false };
const get = (url: URL | string) => ({ method: 'GET' as const, url: new URL(url), maxBytes: 1000 });

/** A resolver that says this of every name, and is asked so often. */
function resolver(...addresses: readonly LookupAddress[]): { lookup: Lookup; names: string[] } {
  const names: string[] = [];
  const lookup: Lookup = (name, _options, callback) => {
    names.push(name);
    callback(null, [...addresses]);
  };
  return { lookup, names };
}
const LOOPBACK = { address: '127.0.0.1', family: 4 };
const MAPPED = { address: '::ffff:127.0.0.1', family: 6 };
const PUBLIC = { address: '8.8.8.8', family: 4 };

const at = (server: TestServer, host: string): URL => new URL(`http://${host}:${server.port}/`);

describe('a URL that nobody vouches for is refused, and nothing is sent', () => {
  it.each([
    ['a loopback address', '127.0.0.1'],
    ['another one', '127.8.9.10'],
    ['decimal', '2130706433'],
    ['hex', '0x7f000001'],
    ['hex and decimal', '0x7f.1'],
    ['octal', '0177.0.0.01'],
    ['short', '127.1'],
    ['a dot at its end', '127.0.0.1.'],
    ['digits of another script', '１２７.0.0.1'],
    ['percent-encoded', '%31%32%37.0.0.1'],
    ['behind a user name that looks like a host', 'ocsp.example:80@127.0.0.1'],
    ['the unspecified address', '0.0.0.0'],
    ['IPv6', '[::1]'],
    ['IPv6 in full', '[0:0:0:0:0:0:0:1]'],
    ['IPv4 mapped into IPv6', '[::ffff:127.0.0.1]'],
    ['the same in hex', '[::ffff:7f00:1]'],
    ['IPv4 in 6to4', '[2002:7f00:1::]'],
    ['IPv4 in NAT64', '[64:ff9b::127.0.0.1]'],
    ['a name', 'localhost'],
    ['a name in capitals', 'LOCALHOST'],
    ['a name with a dot at its end', 'localhost.'],
  ])('%s', async (_sentence, host) => {
    const server = await serve(OK);
    // Whatever the resolver of this machine makes of a dot at the end.
    const { lookup } = resolver(LOOPBACK);
    const error = await refusal(client({ ...strict, lookup }).exchange(get(at(server, host))));
    expect(error.code).toBe('address-refused');
    expect(server.requests).toEqual([]);
  });

  it.each([
    [
      'http://169.254.169.254/latest/meta-data/',
      '169.254.169.254:80: a certificate may not lead to the metadata service of a cloud',
    ],
    ['https://10.0.0.1/', '10.0.0.1:443: a certificate may not lead to a private address'],
    ['http://user:secret@[fe80::1]/#x', '[fe80::1]:80: a certificate may not lead to a link-local address'],
  ])('%s %s', async (url, words) => {
    const error = await refusal(client(strict).exchange(get(url)));
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('secret');
  });

  it('says the address that DNS gave to the name', async () => {
    const { lookup } = resolver(LOOPBACK);
    const error = await refusal(client({ ...strict, lookup }).exchange(get('http://ocsp.example.test/')));
    expect([error.code, error.message]).toEqual([
      'address-refused',
      'refused to connect to ocsp.example.test:80 at 127.0.0.1: a certificate may not lead to a loopback address',
    ]);
  });

  it('also over https', async () => {
    const { lookup } = resolver(LOOPBACK);
    const error = await refusal(client({ ...strict, lookup }).exchange(get('https://ocsp.example.test/')));
    expect(error.code).toBe('address-refused');
  });

  it('by default', async () => {
    const server = await serve(OK);
    expect((await refusal(createHttpClient().exchange(get(server.url())))).code).toBe('address-refused');
  });
});

const networkAddress = (cidr: string, internal: boolean): NetworkInterfaceInfo => ({
  address: cidr.split('/')[0] ?? '',
  netmask: '',
  mac: '00:00:00:00:00:00',
  internal,
  cidr,
  ...(cidr.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
});

/** A machine of which some addresses are public, as `os.networkInterfaces` tells it. */
const interfaces: Interfaces = () => {
  return {
    lo: [
      networkAddress('127.0.0.1/8', true),
      networkAddress('9.9.1.1/28', true),
      networkAddress('2a01:4f8:0:1::1/64', true),
    ],
    eth0: [
      networkAddress('9.9.2.2/24', false),
      networkAddress('2a01:4f8::7/64', false),
      networkAddress('fe80::1/64', false),
    ],
    gone: undefined,
  };
};

const untold: Interfaces = () => {
  throw new Error('uv_interface_addresses returned EAFNOSUPPORT');
};

describe('a public address of this very machine is as good as loopback', () => {
  const WORDS = 'a certificate may not lead to an address of this very machine';

  it.each([
    ['IPv4', '9.9.2.2', '9.9.2.2:80'],
    ['decimal', '151585282', '9.9.2.2:80'],
    ['IPv4 mapped into IPv6', '[::ffff:9.9.2.2]', '[::ffff:909:202]:80'],
    ['IPv6', '[2a01:4f8::7]', '[2a01:4f8::7]:80'],
    ['IPv6 in full', '[2a01:04f8:0:0:0:0:0:7]', '[2a01:4f8::7]:80'],
    ['on lo', '9.9.1.1', '9.9.1.1:80'],
    ['of an IPv4 network on lo, where all are local', '9.9.1.14', '9.9.1.14:80'],
  ])('%s', async (_sentence, host, shown) => {
    const error = await refusal(client({ ...strict, interfaces }).exchange(get(`http://${host}/`)));
    expect([error.code, error.message]).toEqual([
      'address-refused',
      `refused to connect to ${shown}: ${WORDS}`,
    ]);
  });

  it('by a name, at the moment of the connection', async () => {
    const { lookup } = resolver({ address: '9.9.2.2', family: 4 }, { address: '2a01:4f8::7', family: 6 });
    const http = client({ ...strict, lookup, interfaces });
    const error = await refusal(http.exchange(get('http://ocsp.example.test/')));
    expect(error.message).toBe(`refused to connect to ocsp.example.test:80 at 9.9.2.2: ${WORDS}`);
  });

  it.each([
    ['a neighbour', '9.9.2.3'],
    ['beyond the network on lo', '9.9.1.16'],
    ['a neighbour in IPv6', '2a01:4f8::8'],
  ])('%s is another machine', (_sentence, address) => {
    const found = [{ address, family: address.includes(':') ? 6 : 4 }];
    const look = publicOnly(resolver(...found).lookup, new URL('http://ocsp.example.test/'), interfaces);
    const answers: unknown[] = [];
    look('ocsp.example.test', { all: true }, (error, addresses) => answers.push(error, addresses));
    expect(answers).toEqual([null, found]);
  });

  it('where the system does not tell its addresses, nobody is asked for whom nobody vouches', async () => {
    const server = await serve(OK);
    const http = client({ ...strict, interfaces: untold, lookup: resolver(PUBLIC).lookup });
    expect((await refusal(http.exchange(get('http://ocsp.example.test/')))).message).toBe(
      `refused to connect to ocsp.example.test:80 at 8.8.8.8: ${WORDS}, and the system does not tell which those are (it may forbid AF_NETLINK): uv_interface_addresses returned EAFNOSUPPORT`,
    );
    const { body } = await http.exchange({ ...get(server.url()), trusted: true });
    expect(body.toString()).toBe('fine');
  });
});

describe('no moment lies between check and connect', () => {
  it('DNS is asked once, and that answer is judged', async () => {
    const server = await serve(OK);
    const { lookup, names } = resolver(LOOPBACK);
    await refusal(client({ ...strict, lookup }).exchange(get(at(server, 'ocsp.example.test'))));
    expect(names).toEqual(['ocsp.example.test']);
    expect(server.requests).toEqual([]);
  });

  it('each connection is judged anew, when DNS has changed its mind', async () => {
    const server = await serve(OK);
    const { lookup, names } = resolver(LOOPBACK);
    const http = client({ ...strict, lookup });
    const url = at(server, 'ocsp.example.test');
    await http.exchange({ ...get(url), trusted: true });
    expect((await refusal(http.exchange(get(url)))).code).toBe('address-refused');
    expect(names).toHaveLength(2);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, readonly LookupAddress[], readonly LookupAddress[]]>([
    ['an address of the inside is left out', [LOOPBACK, PUBLIC, MAPPED], [PUBLIC]],
    ['public ones stay', [PUBLIC], [PUBLIC]],
  ])('%s', (_sentence, found, expected) => {
    const look = publicOnly(resolver(...found).lookup, new URL('http://ocsp.example.test/'), () => ({}));
    const answers: unknown[] = [];
    look('ocsp.example.test', { all: true }, (error, addresses) => answers.push(error, addresses));
    look('ocsp.example.test', {}, (error, address, family) => answers.push(error, address, family));
    expect(answers).toEqual([null, expected, null, PUBLIC.address, PUBLIC.family]);
  });

  it('of thousands of addresses a few are looked at, and none else is knocked at', () => {
    const many = Array.from({ length: 4000 }, (_, i) => ({ address: `9.9.${i >> 8}.${i & 255}`, family: 4 }));
    let looks = 0;
    const look = publicOnly(resolver(...many).lookup, new URL('http://ocsp.example.test/'), () => {
      looks += 1;
      return {};
    });
    const answers: unknown[] = [];
    look('ocsp.example.test', { all: true }, (_error, addresses) => answers.push(addresses));
    expect(answers).toEqual([many.slice(0, 32)]);
    expect(looks).toBe(32);
  });

  it('a connection that was kept for somebody who may is not given to somebody who may not', async () => {
    const server = await serve(OK);
    const http = client(strict);
    const url = at(server, 'localhost');
    await http.exchange({ ...get(url), trusted: true });
    await http.exchange({ ...get(url), trusted: true });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1]);
    expect((await refusal(http.exchange(get(url)))).code).toBe('address-refused');
    expect(server.requests).toHaveLength(2);
  });
});

describe('who may go there', () => {
  it.each([
    ['a request that the user named', '127.0.0.1', strict, true],
    ['any request, with allowPrivate', 'localhost', { allowPrivate: true }, false],
    ['a host that is allowed, by name', 'localhost', { ...strict, allowHosts: ['localhost'] }, false],
    ['a host that is allowed, by address', '127.0.0.1', { ...strict, allowHosts: ['127.0.0.1'] }, false],
  ])('%s', async (_sentence, host, options, trusted) => {
    const server = await serve(OK);
    const { body } = await client(options).exchange({ ...get(at(server, host)), trusted });
    expect(body.toString()).toBe('fine');
  });

  it('not another name of a host that is allowed', async () => {
    const server = await serve(OK);
    const http = client({ ...strict, allowHosts: ['localhost'] });
    expect((await refusal(http.exchange(get(at(server, '127.0.0.1'))))).code).toBe('address-refused');
  });
});
