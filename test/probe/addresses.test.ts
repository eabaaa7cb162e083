/** All addresses of a name. */
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressesOf } from '../../src/probe/addresses.ts';
import { LONG_MS } from './look.ts';

const answering =
  (...addresses: readonly string[]): LookupFunction =>
  (_name, _options, callback) => {
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };

const nobody: LookupFunction = () => {
  throw new Error('asked');
};

describe('the addresses of a name', () => {
  it('are each there once, in the order of the resolver', async () => {
    const lookup = answering('2001:db8::2', '192.0.2.7', '192.0.2.1', '192.0.2.7');
    expect(await addressesOf('www.example.test', lookup, LONG_MS)).toEqual([
      '2001:db8::2',
      '192.0.2.7',
      '192.0.2.1',
    ]);
  });

  it.each(['192.0.2.1', '2001:db8::1'])('of %s are itself, and nobody is asked', async (address) => {
    expect(await addressesOf(address, nobody, LONG_MS)).toEqual([address]);
  });

  it('are no more than can be looked at', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    expect(await addressesOf('www.example.test', answering(...many), LONG_MS)).toEqual(many.slice(0, 100));
  });

  it.each<[string, LookupFunction, number, string, string]>([
    [
      'does not exist',
      (_name, _options, callback) => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
      LONG_MS,
      'probe-unreachable',
      'cannot find the addresses of www.example.test: no such name (ENOTFOUND)',
    ],
    [
      'has none',
      answering(),
      LONG_MS,
      'probe-unreachable',
      'cannot find the addresses of www.example.test: it has none',
    ],
    ['nobody knows in time', () => {}, 20, 'probe-timeout', 'no addresses of www.example.test within 20ms'],
  ])('that %s are an error', async (_, lookup, timeoutMs, code, message) => {
    await expect(addressesOf('www.example.test', lookup, timeoutMs)).rejects.toMatchObject({ code, message });
  });
});
