import { describe, expect, it } from 'vitest';
import { type Progress, networkFailure, timeoutFailure } from '../../src/http/failure.ts';

const progress = (more: Partial<Progress> = {}): Progress => ({
  url: new URL('http://user:secret@ocsp.example/ca'),
  stage: 'connecting',
  addresses: [],
  status: undefined,
  received: 0,
  declared: undefined,
  ...more,
});

/** As node:net makes them. */
function connectError(address: string, code: string, errno: number): Error {
  return Object.assign(new Error(`connect ${code} ${address}:80`), {
    code,
    errno,
    syscall: 'connect',
    address,
  });
}

describe('a host with several addresses, none of which can be reached', () => {
  it('is told in one line, the same reasons together', () => {
    const errors = [
      connectError('2001:db8::1', 'ENETUNREACH', -101),
      connectError('192.0.2.1', 'ECONNREFUSED', -111),
      connectError('192.0.2.2', 'ECONNREFUSED', -111),
    ];
    expect(networkFailure(new AggregateError(errors, ''), progress()).message).toBe(
      'cannot connect to ocsp.example:80 at 2001:db8::1: network is unreachable (ENETUNREACH); at 192.0.2.1, 192.0.2.2: connection refused (ECONNREFUSED)',
    );
  });

  it('names the addresses that a time-out tried', () => {
    const error = timeoutFailure(5000, progress({ addresses: ['2001:db8::1', '192.0.2.1'] }));
    expect(error.message).toBe(
      'no connection to ocsp.example:80 at 2001:db8::1, 192.0.2.1 within 5 s (connect time-out)',
    );
    expect(error.url).toBe('http://ocsp.example/ca');
  });
});

describe('the words of others', () => {
  it.each([
    [
      'a name server that does not answer',
      Object.assign(new Error('x'), { code: 'EAI_AGAIN', errno: -3001, syscall: 'getaddrinfo' }),
      'cannot find the address of ocsp.example: the name server does not answer (EAI_AGAIN)',
    ],
    [
      'an error without a code',
      new Error('boo\u001B[2J'),
      String.raw`cannot connect to ocsp.example:80: boo\u{1b}[2J`,
    ],
    ['what is no error', 'boo', 'cannot connect to ocsp.example:80: boo'],
  ])('%s', (_sentence, error, message) => {
    expect(networkFailure(error, progress()).message).toBe(message);
  });

  it('OpenSSL is quoted by its reason, without its line numbers', () => {
    const text =
      'write EPROTO 80C44C:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../r.c:350:\n';
    const error = Object.assign(new Error(text), { code: 'EPROTO', errno: -71, syscall: 'write' });
    expect(networkFailure(error, progress({ stage: 'handshake', addresses: ['192.0.2.1'] })).message).toBe(
      'cannot make a TLS connection to ocsp.example:80 at 192.0.2.1: wrong version number (EPROTO)',
    );
  });
});
