/** The servers of a config: what they become, and what is told when they are wrong. */
import { describe, expect, it } from 'vitest';
import { configOf, mistakesOf } from './parsed.ts';

describe('a server', () => {
  it('is called by its type, and has the usual times', () => {
    expect(configOf('servers: [{type: nginx, dir: staples}]').servers).toEqual([
      {
        name: 'nginx',
        type: 'nginx',
        dir: '/etc/restaple/staples',
        socket: undefined,
        check: undefined,
        reload: undefined,
        addresses: [],
        gatherMs: 60_000,
        reloadAtMostMs: 300_000,
      },
    ]);
  });

  it.each([
    ['check: [/usr/sbin/nginx, -t]', { check: ['/usr/sbin/nginx', '-t'] }],
    ['reload: [/bin/true]', { reload: ['/bin/true'] }],
    ['gather: 0', { gatherMs: 0 }],
    ['gather: 0s, reload-at-most: 0s', { gatherMs: 0, reloadAtMostMs: 0 }],
    ['gather: 10s', { gatherMs: 10_000 }],
    ['address: www.example.test:443', { addresses: [{ host: 'www.example.test', port: '443' }] }],
    [
      "address: [127.0.0.1:443, '[::1]:8443']",
      {
        addresses: [
          { host: '127.0.0.1', port: '443' },
          { host: '::1', port: '8443' },
        ],
      },
    ],
    ['name: web-1', { name: 'web-1' }],
  ])('of %s', (keys, expected) => {
    expect(configOf(`servers: [{type: nginx, dir: a, ${keys}}]`).servers[0]).toMatchObject(expected);
  });

  it('is named by certificates, one or several', () => {
    const { certificates } = configOf(
      'certificates: [{files: a, server: web}, {files: b, server: [web, haproxy]}, {files: c}]\n' +
        'servers: [{name: web, type: nginx, dir: a}, {type: haproxy}]',
    );
    expect(certificates.map(({ servers }) => servers)).toEqual([['web'], ['web', 'haproxy'], []]);
  });
});

describe('a mistake about servers', () => {
  it.each([
    [
      'servers: [{dir: a}]',
      /^1:11: servers\[0\]\.type: missing; expected nginx, haproxy, hitch, lighttpd, exim, trafficserver or envoy$/,
    ],
    ['servers: [{type: ngnix, dir: a}]', /found "ngnix" \| did you mean nginx\?$/],
    ['servers: [{type: nginx}]', /^1:11: servers\[0\]: nginx needs dir, where its staples go$/],
    ['servers: [{type: haproxy, dir: a}]', /^1:32: servers\[0\]\.dir: haproxy looks for a staple beside/],
    ['servers: [{type: nginx, dir: a, socket: b}]', /^1:41: servers\[0\]\.socket: nginx has no such socket$/],
    [
      'servers: [{type: haproxy}, {type: haproxy, socket: b}]',
      /^1:28: servers\[1\]: servers\[0\] is called haproxy, too \| give each a name of its own$/,
    ],
    ['servers: [{type: haproxy, name: a b}]', /^1:33: servers\[0\]\.name: expected a name, found "a b"$/],
    ['servers: [{type: haproxy, name: ../a}]', /expected a name, found "\.\.\/a"$/],
    ['servers: [{type: haproxy, address: 127.0.0.1}]', /expected HOST:PORT, found "127.0.0.1"$/],
    ['servers: [{type: haproxy, address: "a:70000"}]', /expected HOST:PORT, found "a:70000"$/],
    [
      'servers: [{type: haproxy, reload: systemctl reload}]',
      /expected a list of a program and its arguments/,
    ],
    ['servers: [{type: haproxy, gather: 2h}]', /expected a duration from 0s to 1h, found "2h"$/],
    [
      'certificates: [{files: a, server: nginy}]\nservers: [{type: nginx, dir: a}]',
      /^1:35: certificates\[0\]\.server: no server is called nginy \| did you mean nginx\?$/,
    ],
    [
      'certificates: [{files: a, server: [nginx, x]}]\nservers: [{type: nginx, dir: a}]',
      /^1:43: certificates\[0\]\.server\[1\]: no server is called x$/,
    ],
    [
      'certificates: [{files: a, server: nginx, out-dir: b}]\nservers: [{type: nginx, dir: a}]',
      /^1:51: certificates\[0\]\.out-dir: server and out-dir exclude each other/,
    ],
    [
      'certificates: [{files: a, server: nginx, output: b}]\nservers: [{type: nginx, dir: a}]',
      /^1:50: certificates\[0\]\.output: server and output exclude each other/,
    ],
  ])('is told of %s', (text, message) => {
    const mistakes = mistakesOf(text);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(message);
  });

  it('is none for Hitch without a dir, which Debian has one for', () => {
    expect(mistakesOf('servers: [{type: hitch}]')).toEqual([]);
  });
});
