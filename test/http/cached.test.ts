import { describe, expect, it } from 'vitest';
import { ResponseError } from '../../src/errors.ts';
import { nameCache } from '../../src/http/cached.ts';

const expired = new ResponseError('response-expired', 'it is over');

describe('a response that is too old', () => {
  it.each([
    ['an Age', { age: '90000' }, 'Age: 90000'],
    ['an X-Cache', { age: '0', 'x-cache': 'HIT from edge' }, 'X-Cache: HIT from edge'],
    ['both', { age: '7', 'x-cache': 'Hit from cloudfront' }, 'Age: 7, X-Cache: Hit from cloudfront'],
    ['a Cache-Status (RFC 9211)', { 'cache-status': 'edge; hit' }, 'Cache-Status: edge; hit'],
    ['one that would paint the terminal', { 'x-cache': 'HIT\u009B2J' }, String.raw`X-Cache: HIT\u{9b}2J`],
  ])('names the cache by %s', (_sentence, headers, signs) => {
    const named = nameCache(expired, headers);
    expect(named).toMatchObject({
      code: 'response-expired',
      message: `it is over; a cache holds it (${signs})`,
      isCached: true,
      cause: expired,
    });
  });

  it.each([
    ['nothing is said', {}],
    ['it is fresh', { age: '0' }],
    ['it was a miss', { age: '0', 'x-cache': 'MISS' }],
    ['what is said is no age', { age: 'long' }],
  ])('blames no cache when %s', (_sentence, headers) => {
    expect(nameCache(expired, headers)).toBe(expired);
  });
});

it('what no cache is to blame for stays as it is', () => {
  const forged = new ResponseError('signature-invalid', 'no');
  expect(nameCache(forged, { age: '90000' })).toBe(forged);
  const fault = new TypeError('a fault');
  expect(nameCache(fault, { age: '90000' })).toBe(fault);
});
