import { describe, expect, it } from 'vitest';
import { DerError, InputError, ResponseError, type RestapleError, TransportError } from '../../src/errors.ts';
import { isTemporary, retryDelayMs } from '../../src/http/retry-policy.ts';

const status = (code: number): RestapleError => new TransportError('http-status', '', '', code);
const coded = (code: string): Error => Object.assign(new Error(code), { code });
const unreachable = (cause: Error): RestapleError =>
  new TransportError('http-unreachable', '', '', undefined, { cause });
const network = (code: string): RestapleError => unreachable(coded(code));
/** As node:net has it: the code of the first stands for all. */
const addresses = (first: string, ...others: readonly string[]): RestapleError => {
  const errors = [first, ...others].map(coded);
  return unreachable(Object.assign(new AggregateError(errors, ''), { code: first }));
};

describe('worth another try', () => {
  it.each<readonly [string, RestapleError]>([
    ['tryLater', new ResponseError('responder-try-later', '')],
    ['internalError', new ResponseError('responder-internal-error', '')],
    ['a time-out', new TransportError('http-timeout', '', '')],
    ['a proxy that is busy', new TransportError('proxy-failed', '', '', 503)],
    ...[408, 425, 429, 500, 502, 503, 504, 522].map((code) => [`status ${code}`, status(code)] as const),
    ...['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENETUNREACH'].map(
      (code) => [code, network(code)] as const,
    ),
    [
      'an address that refuses, beside one of a family that is not there',
      addresses('EADDRNOTAVAIL', 'ECONNREFUSED'),
    ],
  ])('is %s', (_sentence, error) => {
    expect(isTemporary(error)).toBe(true);
  });

  it.each<readonly [string, RestapleError]>([
    ['unauthorized', new ResponseError('responder-unauthorized', '')],
    ['a broken rule', new ResponseError('response-expired', '')],
    ['a revoked certificate', new ResponseError('certificate-revoked', '')],
    ['broken DER', new DerError('der-malformed', '', '')],
    ['wrong usage', new InputError('usage-invalid', '')],
    ['a page', new TransportError('http-not-ocsp', '', '', 200)],
    ['a body without end', new TransportError('http-too-large', '', '', 200)],
    ['a redirect in a circle', new TransportError('redirect-refused', '', '', 302)],
    ['an address that is refused', new TransportError('address-refused', '', '')],
    ['no URL', new TransportError('url-invalid', '', '')],
    ['a password that the proxy does not take', new TransportError('proxy-failed', '', '', 407)],
    ['an error that nobody knows', new TransportError('http-unreachable', '', '')],
    ...[301, 400, 403, 404, 405, 410, 501, 505].map((code) => [`status ${code}`, status(code)] as const),
    ...['ENOTFOUND', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'EPROTO', 'HPE_INVALID_CONSTANT'].map(
      (code) => [code, network(code)] as const,
    ),
    ['addresses at which it is forbidden', addresses('EACCES', 'EACCES')],
  ])('is not %s', (_sentence, error) => {
    expect(isTemporary(error)).toBe(false);
  });
});

describe('the wait', () => {
  it('is by chance, from nothing to twice as long each round, and never above eight seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 9].map((round) => retryDelayMs(round, 0.999_999))).toEqual([
      500, 1000, 2000, 4000, 8000, 8000, 8000,
    ]);
    expect(retryDelayMs(3, 0)).toBe(0);
    expect(retryDelayMs(1, 0.5)).toBe(500);
  });

  it('is not shorter than the server wants it', () => {
    expect(retryDelayMs(0, 0.5, 30_000)).toBe(30_000);
    expect(retryDelayMs(4, 0.5, 1000)).toBe(4000);
  });
});
