import { describe, expect, it } from 'vitest';
import { formatListen, parseListen } from '../../../src/relay/front/listen.ts';
import { createGate, parseNetwork } from '../../../src/relay/front/networks.ts';

describe('where the relay listens', () => {
  it.each([
    ['127.0.0.1:2560', { type: 'tcp', host: '127.0.0.1', port: 2560 }],
    ['[::1]:2560', { type: 'tcp', host: '::1', port: 2560 }],
    ['[::]:0', { type: 'tcp', host: '::', port: 0 }],
    ['0.0.0.0:65535', { type: 'tcp', host: '0.0.0.0', port: 65_535 }],
    ['[::ffff:10.0.0.1]:80', { type: 'tcp', host: '::ffff:10.0.0.1', port: 80 }],
    ['localhost:2560', { type: 'tcp', host: 'localhost', port: 2560 }],
    ['/run/restaple/relay.sock', { type: 'socket', path: '/run/restaple/relay.sock' }],
  ])('%s is a place, and is written as it was read', (text, listen) => {
    const parsed = parseListen(text);
    expect(parsed).toEqual(listen);
    expect(parsed && formatListen(parsed)).toBe(text);
  });

  it.each([
    '',
    '2560',
    ':2560',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:2560 ',
    '127.0.0.256:2560',
    '::1:2560',
    '[127.0.0.1:2560',
    '[::1:2560',
    '[::g]:2560',
    'relay.example:2560',
    'relay.sock',
    '/run/a\nb',
    'http://127.0.0.1:2560',
  ])('%j is none', (text) => {
    expect(parseListen(text)).toBeUndefined();
  });
});

describe('who may ask', () => {
  it.each(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::/0', '0.0.0.0/0'])('%s is a network', (text) => {
    expect(parseNetwork(text)).toBeDefined();
  });

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '10.0.0.0/',
    'example.com',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  const clientAt = createGate(
    ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'].flatMap((text) => parseNetwork(text) ?? []),
  );

  it.each([
    ['10.255.1.1', 'allowed'],
    ['11.0.0.1', 'stranger'],
    ['192.0.2.7', 'allowed'],
    ['192.0.2.8', 'stranger'],
    ['2001:db8:1::1', 'allowed'],
    ['2001:db9::1', 'stranger'],
    ['::ffff:10.1.2.3', 'allowed'],
    ['::ffff:11.1.2.3', 'stranger'],
    ['2001:db8::1%eth0', 'allowed'],
    ['127.0.0.1', 'local'],
    ['::1', 'local'],
    ['::ffff:127.0.0.1', 'local'],
    ['', 'stranger'],
  ])('%s: %s', (address, expected) => {
    expect(clientAt(address)).toBe(expected);
  });
});
